import PaymentJobs
import Testing

@testable import Pipeline

@Suite(.timeLimit(.minutes(5))) struct JobPipelineTests {
    @Test func aChargeIsAnsweredWithOneCall() async throws {
        let gateway = ScriptedGateway()
        await withPipeline(gateway: gateway) { pipeline, deliveries, _ in
            _ = await pipeline.submit([Sample.work(1)])
            let done = await deliveries.untilCount(1)
            #expect(done.map(\.summary) == ["charge.approved"])
            let key = IdempotencyKey(account: .standard, job: JobID("job-1")!).description
            #expect(await gateway.calls == [.createPayment(job: "job-1", key: key)])
        }
    }

    @Test func anAmbiguousCallIsRepeatedWithTheSameKey() async throws {
        let gateway = ScriptedGateway { (_, call) throws(GatewayError) in
            if call < 3 { throw .ambiguous(Sample.fault) }
            return Sample.payment(1)
        }
        await withPipeline(gateway: gateway) { pipeline, deliveries, time in
            _ = await pipeline.submit([Sample.work(1)])
            await time.pass(2, by: .seconds(30))
            let done = await deliveries.untilCount(1)
            #expect(done.map(\.summary) == ["charge.approved"])
            #expect(await Set(gateway.calls).count == 1)
            #expect(await gateway.calls.count == 3)
        }
    }

    @Test func exhaustedRetriesEndAsADeadLetterOfUnknownMoney() async throws {
        let gateway = ScriptedGateway { (_, _) throws(GatewayError) in throw .ambiguous(Sample.fault) }
        await withPipeline(gateway: gateway) { pipeline, deliveries, time in
            _ = await pipeline.submit([Sample.work(1)])
            // Nothing is answered: after three calls each run begins with a look, whose answer makes it count in the end.
            #expect(
                await time.run(until: 1, of: deliveries, by: .seconds(30)).map(\.summary) == [
                    "outcome-unknown, money unknown"
                ])
            #expect(
                await gateway.calls.map(\.changes) == [
                    true, true, true, false, true, false, true, false, true, false, false, false, false,
                ])
        }
    }

    @Test func aRetryHoldsItsLaneAndNoOther() async throws {
        let gateway = ScriptedGateway { (job, call) throws(GatewayError) in
            if job.jobID.description == "slow", call == 1 { throw .notSent(Sample.fault) }
            return Sample.payment(1)
        }
        await withPipeline(gateway: gateway, concurrency: 1) { pipeline, deliveries, time in
            _ = await pipeline.submit([
                Sample.work(1, Sample.charge("slow")), Sample.work(2, Sample.charge("behind")),
                Sample.work(3, key: "b", Sample.charge("other")),
            ])
            #expect(await deliveries.untilCount(1).map(\.ticket.offset) == [3])
            await time.untilSleeping()
            time.advance(by: .seconds(1))
            #expect(await deliveries.untilCount(3).map(\.ticket.offset) == [3, 1, 2])
        }
    }

    @Test func noMoreThanTheLimitRunAtOnce() async throws {
        let gateway = ScriptedGateway { (_, _) throws(GatewayError) in
            for _ in 0..<10 { await Task.yield() }
            return Sample.payment(1)
        }
        await withPipeline(gateway: gateway, concurrency: 4) { pipeline, deliveries, _ in
            _ = await pipeline.submit(
                (1...200).map { Sample.work($0, key: "\($0)", Sample.charge("job-\($0)")) })
            _ = await deliveries.untilCount(200)
            #expect(await gateway.mostRunning == 4)
        }
    }

    @Test func callsPassTheRateLimit() async throws {
        let gateway = ScriptedGateway()
        let limit = RateLimit(callsPerSecond: 1, burst: 2)
        await withPipeline(gateway: gateway, limit: limit) { pipeline, deliveries, time in
            // The time before anybody asked brings nothing.
            time.advance(by: .seconds(10))
            let works = (1...4).map { Sample.work($0, key: "\($0)", Sample.charge("job-\($0)")) }
            _ = await pipeline.submit(works)
            await pipeline.until(works[3].ticket, is: .account(.rate))
            #expect(await gateway.calls.isEmpty)
            let start = time.now
            _ = await time.run(until: 4, of: deliveries, by: .milliseconds(100))
            #expect(time.now - start >= .seconds(4) - .milliseconds(100))
        }
    }

    @Test func throttlingHoldsTheWholeAccountWithoutASlot() async throws {
        let gateway = ScriptedGateway { (job, call) throws(GatewayError) in
            if job.jobID.description == "first", call == 1 {
                throw .throttled(Sample.fault, retryAfter: .seconds(5))
            }
            return Sample.payment(1)
        }
        await withPipeline(gateway: gateway, concurrency: 1) { pipeline, deliveries, time in
            _ = await pipeline.submit([Sample.work(1, Sample.charge("first"))])
            await time.untilSleeping()
            let second = Sample.work(2, key: "b", Sample.charge("second"))
            _ = await pipeline.submit([second])
            await pipeline.until(second.ticket, is: .account(.rate))
            time.advance(by: .milliseconds(4999))
            await pipeline.until(second.ticket, is: .account(.rate))
            #expect(await gateway.calls.count == 1)
            let done = await time.run(until: 2, of: deliveries, by: .seconds(1))
            #expect(done.allSatisfy { $0.summary == "charge.approved" })
        }
    }

    @Test func aJobThatWaitsForItsAccountIsGivenBackAtOnce() async throws {
        let gateway = ScriptedGateway { (_, _) throws(GatewayError) in
            throw .throttled(Sample.fault, retryAfter: .seconds(300))
        }
        await withPipeline(gateway: gateway) { pipeline, deliveries, time in
            _ = await pipeline.submit([Sample.work(1, key: "a", Sample.charge("a"))])
            await time.untilSleeping()
            let waiting = Sample.work(2, tenure: 2, key: "b", Sample.charge("b"))
            _ = await pipeline.submit([waiting])
            await pipeline.until(waiting.ticket, is: .account(.rate))
            #expect(await pipeline.withdraw(tenure: 2) == [waiting.ticket], "it has no slot")
            #expect(await gateway.calls.count == 1)
        }
    }

    @Test func aJobThatWaitsForAFurtherCallIsGivenBackWithoutIt() async throws {
        let gateway = ScriptedGateway()
        let limit = RateLimit(callsPerSecond: 1.25, burst: 1)
        await withPipeline(gateway: gateway, limit: limit) { pipeline, deliveries, time in
            let work = Sample.work(1, Sample.register())
            _ = await pipeline.submit([work])
            while await gateway.calls.isEmpty {
                time.advance(by: .milliseconds(10))
                await Task.yield()
            }
            await pipeline.until(work.ticket, is: .running)
            // The run loop and the second call sleep.
            await time.untilSleeping()
            #expect(await pipeline.withdraw(tenure: 1) == [], "it waits in its slot, for less than a second")
            #expect(await deliveries.untilCount(1).map(\.summary) == ["abandoned"])
            #expect(await gateway.calls == [.cardToken])
        }
    }

    @Test func aTenureThatIsNotOpenTakesNothing() async throws {
        let gateway = ScriptedGateway()
        await withPipeline(gateway: gateway) { pipeline, _, _ in
            _ = await pipeline.withdraw(tenure: 2)
            let refused = await pipeline.submit([Sample.work(7, tenure: 2)])
            #expect(refused == [Ticket(tenure: 2, offset: 7)])
            #expect(await pipeline.count == 0)
        }
    }

    @Test func whatComesBackFromADeadLetterTopicIsNeverSimplyRefused() async throws {
        let gateway = ScriptedGateway { (_, _) throws(GatewayError) in throw .refused(Sample.fault) }
        var letter = Sample.charge()
        letter.headers = [MessageHeader("kafka_dlt-original-topic", "jobs")]
        await withPipeline(gateway: gateway) { pipeline, deliveries, time in
            _ = await pipeline.submit([Sample.work(1, letter)])
            await time.pass(6, by: .seconds(4))
            #expect(await deliveries.untilCount(1).map(\.summary) == ["outcome-unknown, money unknown"])
            // Nobody knows how old it is: its key may be forgotten.
            let (before, after) = (Array(repeating: false, count: 4), Array(repeating: false, count: 4))
            #expect(await gateway.calls.map(\.changes) == before + [true] + after)
        }
    }

    @Test func whatIsNoJobIsADeadLetterAndItsLaneGoesOn() async throws {
        let gateway = ScriptedGateway()
        let poison = InboundMessage(topicKind: .chargeSavedCard, key: [1], value: Array("{".utf8))
        await withPipeline(gateway: gateway) { pipeline, deliveries, _ in
            _ = await pipeline.submit([
                Sample.work(1, poison), Sample.work(2, Sample.charge("x", account: "nobody")), Sample.work(3),
            ])
            let summaries = await deliveries.untilCount(3).map(\.summary)
            #expect(
                summaries == [
                    "undecodable, money not-moved", "account-misconfigured, money not-moved",
                    "charge.approved",
                ])
        }
    }

    @Test func aJobThatAnEarlierOwnerMayHaveTakenDoesNotDenyItsMoneyWhenItIsRefused() async throws {
        let text = #"{"job_id":"j","customer_id":"c","token":"t","transaction_amount":"-1"}"#
        let invalid = InboundMessage(topicKind: .chargeSavedCard, key: [1], value: Array(text.utf8))
        await withPipeline(gateway: ScriptedGateway()) { pipeline, deliveries, _ in
            _ = await pipeline.submit([
                Sample.work(1, invalid),
                Sample.work(2, key: "b", invalid, history: .maybeAttempted(lookFrom: nil)),
            ])
            let summaries = await deliveries.untilCount(2).map(\.summary)
            #expect(Set(summaries) == ["invalid, money not-moved", "invalid, money unknown"])
        }
    }

    @Test func aPaymentWithOurIdAndOtherContentIsAConflict() async throws {
        let gateway = ScriptedGateway { (_, _) throws(GatewayError) in
            var payment = Sample.payment(1)
            payment.jobID = "job-1"
            payment.digest = "another"
            return payment
        }
        await withPipeline(gateway: gateway) { pipeline, deliveries, _ in
            _ = await pipeline.submit([Sample.work(1)])
            #expect(await deliveries.untilCount(1).map(\.summary) == ["conflict, money unknown"])
        }
    }

    @Test func aSupposedDuplicateIsLookedIntoBeforeItIsReportedAsARejection() async throws {
        let gateway = ScriptedGateway { (_, _) throws(GatewayError) in
            Sample.payment(1, "rejected", "cc_rejected_duplicated_payment")
        }
        await withPipeline(gateway: gateway) { pipeline, deliveries, time in
            _ = await pipeline.submit([Sample.work(1)])
            await time.pass(3, by: .seconds(4))
            #expect(await deliveries.untilCount(1).map(\.summary) == ["charge.rejected"])
            #expect(await gateway.calls.map(\.changes) == [true, false, false, false, false])
        }
    }

    @Test func withdrawingGivesBackWhatDoesNotRun() async throws {
        let gateway = ScriptedGateway { (_, call) throws(GatewayError) in throw .notSent(Sample.fault) }
        await withPipeline(gateway: gateway) { pipeline, deliveries, time in
            _ = await pipeline.submit([Sample.work(1), Sample.work(2), Sample.work(3, tenure: 2, key: "b")])
            await time.untilSleeping()
            #expect(await Set(pipeline.withdraw(tenure: 1).map(\.offset)) == [1, 2])
            #expect(await pipeline.count == 1)
        }
    }

    @Test func aRunningJobOfAWithdrawnTenureIsAbandonedInsteadOfRetried() async throws {
        let door = Door()
        let gateway = ScriptedGateway { (_, _) throws(GatewayError) in
            await door.wait()
            throw .notSent(Sample.fault)
        }
        await withPipeline(gateway: gateway) { pipeline, deliveries, _ in
            _ = await pipeline.submit([Sample.work(1)])
            await door.untilSomebodyWaits()
            #expect(await pipeline.withdraw(tenure: 1).isEmpty)
            await door.open()
            #expect(await deliveries.untilCount(1).map(\.summary) == ["abandoned"])
        }
    }
}

/// Holds callers until it is opened.
actor Door {
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private let arrival = Bell()

    func wait() async {
        if isOpen { return }
        arrival.ring()
        await withCheckedContinuation { waiting.append($0) }
    }

    func untilSomebodyWaits() async {
        while waiting.isEmpty { await arrival.wait() }
    }

    func open() {
        isOpen = true
        for continuation in waiting { continuation.resume() }
        waiting = []
    }
}
