import PaymentJobs
import Testing

@testable import Pipeline

/// Copies of a job, leases and histories in a running pipeline.
@Suite(.timeLimit(.minutes(5))) struct JoinTests {
    /// Returns when `copy` waits for the first message.
    private func untilJoined(_ copy: Work, in pipeline: JobPipeline) async {
        while await pipeline.stage(of: copy.ticket)?.step != .joined(to: Sample.work(1).ticket) {
            await Task.yield()
        }
    }

    @Test func aCopyInAnotherPartitionIsAnsweredWithoutACall() async throws {
        let door = Door()
        let gateway = ScriptedGateway { (_, _) throws(GatewayError) in
            await door.wait()
            return Sample.payment(1)
        }
        await withPipeline(gateway: gateway) { pipeline, deliveries, _ in
            _ = await pipeline.submit([Sample.work(1)])
            await door.untilSomebodyWaits()
            let copy = Sample.work(2, tenure: 2, key: "b")
            _ = await pipeline.submit([copy, Sample.work(3, tenure: 2, key: "c", Sample.charge("other"))])
            await untilJoined(copy, in: pipeline)
            let leader = await pipeline.stage(of: Sample.work(1).ticket)
            #expect(leader?.step == .running && leader?.jobID == JobID("job-1"))
            await door.open()
            let done = await deliveries.untilCount(3)
            #expect(done.allSatisfy { $0.summary == "charge.approved" })
            let ids = done.filter { $0.ticket.offset < 3 }.map { $0.message?.headers.text("ce_id") }
            #expect(ids.count == 2 && ids[0] == ids[1])
            #expect(await gateway.calls.count == 2)
        }
    }

    @Test func aCopyWithOtherContentIsAConflictThatMovedNoMoney() async throws {
        let door = Door()
        let gateway = ScriptedGateway { (_, _) throws(GatewayError) in
            await door.wait()
            return Sample.payment(1)
        }
        await withPipeline(gateway: gateway) { pipeline, deliveries, _ in
            _ = await pipeline.submit([Sample.work(1)])
            await door.untilSomebodyWaits()
            let copy = Sample.work(2, key: "b", Sample.charge(amount: "7"))
            _ = await pipeline.submit([copy])
            await untilJoined(copy, in: pipeline)
            await door.open()
            #expect(
                await deliveries.untilCount(2).map(\.summary) == [
                    "charge.approved", "conflict, money not-moved",
                ])
            #expect(await gateway.calls.count == 1)
        }
    }

    @Test func aCopyOfAWithdrawnJobLooksBeforeItCalls() async throws {
        let gateway = ScriptedGateway { (_, call) throws(GatewayError) in
            if call == 1 { throw .ambiguous(Sample.fault) }
            return Sample.payment(1)
        }
        await withPipeline(gateway: gateway) { pipeline, deliveries, time in
            _ = await pipeline.submit([Sample.work(1)])
            await time.untilSleeping()
            let copy = Sample.work(2, tenure: 2, key: "b")
            _ = await pipeline.submit([copy])
            await untilJoined(copy, in: pipeline)
            #expect(await pipeline.withdraw(tenure: 1).map(\.offset) == [1])
            #expect(await deliveries.untilCount(1).map(\.summary) == ["charge.approved"])
            #expect(await gateway.calls.map(\.changes) == [true, false, true])
        }
    }

    @Test func withoutALeaseAJobWaitsAndHasNotBeenTried() async throws {
        let gateway = ScriptedGateway()
        let leases = Leases()
        await withPipeline(gateway: gateway, leases: leases) { pipeline, deliveries, time in
            _ = await pipeline.submit([Sample.work(1)])
            await time.pass(5, by: .seconds(1))
            await time.untilSleeping()
            let stage = await pipeline.stage(of: Sample.work(1).ticket)
            #expect(stage?.attempts == 0 && stage?.lastError?.contains("lease") == true)
            #expect(await gateway.calls.isEmpty)
            leases.extend([1], until: time.now + .seconds(10), at: time.now)
            time.advance(by: .seconds(1))
            let done = await deliveries.untilCount(1)
            #expect(done.map(\.summary) == ["charge.approved"])
            #expect(
                done[0].message.map { String(decoding: $0.value ?? [], as: UTF8.self) }?
                    .contains("\"attempts\":1") == true)
        }
    }

    @Test func aJobOfAnEarlierTenureWaitsForItsMomentAndLooksOnce() async throws {
        let gateway = ScriptedGateway()
        let time = ManualTime()
        await withPipeline(gateway: gateway, time: time) { pipeline, deliveries, time in
            let moment = time.now + .seconds(42)
            let work = Sample.work(1, history: .maybeAttempted(lookFrom: moment))
            _ = await pipeline.submit([work, Sample.work(2, key: "b", Sample.charge("other"))])
            #expect(await deliveries.untilCount(1).map(\.ticket.offset) == [2])
            await time.untilSleeping()
            #expect(await pipeline.stage(of: work.ticket)?.step == .delayed(until: moment))
            #expect(await gateway.calls.count == 1)
            time.advance(by: .seconds(42))
            _ = await deliveries.untilCount(2)
            #expect(await gateway.calls.map(\.changes) == [true, false, true])
        }
    }

    @Test func anUnknownAccountIsUnknownMoneyOnlyWhereAnEarlierTenureMayHaveCalled() async throws {
        let message = Sample.charge(account: "nobody")
        await withPipeline(gateway: ScriptedGateway()) { pipeline, deliveries, _ in
            _ = await pipeline.submit([Sample.work(1, message)])
            _ = await deliveries.untilCount(1)
            let later = Sample.work(2, message, history: .maybeAttempted(lookFrom: nil))
            _ = await pipeline.submit([later])
            #expect(
                await deliveries.untilCount(2).map(\.summary) == [
                    "account-misconfigured, money not-moved", "account-misconfigured, money unknown",
                ])
        }
    }
}
