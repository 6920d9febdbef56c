import ExactJSON
import PaymentJobs
import Testing

@testable import Pipeline

/// Jobs of several calls at an account that may call less often than once a second.
@Suite(.timeLimit(.minutes(5))) struct SlowRateTests {
    /// A gateway that has the customer and the card, and makes refunds.
    private func gateway(refunds: Int) async throws -> ScriptedGateway {
        let gateway = ScriptedGateway()
        let customer = try #require(CustomerID("123456789-jxOV430go9fx2e"))
        let facts = CardFacts(
            id: "1490022319978", lastFourDigits: "0604", expirationMonth: 11, expirationYear: 2030)
        await gateway.script { gateway in
            gateway.found = Array(repeating: [customer], count: 1000)
            gateway.saved = [GatewayCard(facts: facts, firstSixDigits: "503175")]
            gateway.seen = [.success(Sample.payment(7, "refunded", "refunded"))]
            gateway.refundResults = (0..<refunds).map { number in
                let refund = RefundFacts(
                    id: Int64(9 + number), amount: ExactDecimal("10"), status: "approved")
                return .success(GatewayRefund(facts: refund, createdAt: 1_700_000_000_000))
            }
        }
        return gateway
    }

    /// A call may seem to take hours, where the test's clock is ahead of the pipeline.
    private func rateAlone(_ limits: inout AccountLimits) {
        limits.breaker = nil
        limits.adaptsConcurrency = false
    }

    /// A registration by e-mail takes three calls: it reads the token, finds the customer, and lists the cards.
    ///
    /// A refund of a part takes three: it lists the refunds, makes its own, and reads the payment.
    @Test(arguments: [
        (0.2, 1), (0.2, 10), (0.5, 1), (0.01, 1), (0.002, 1), (1.5, 1), (20, 10),
    ])
    func jobsOfSeveralCallsEnd(rate: Double, burst: Int) async throws {
        let limit = try #require(RateLimit(callsPerSecond: rate, burst: burst))
        let gateway = try await gateway(refunds: 10)
        await withPipeline(gateway: gateway, limit: limit, adjust: rateAlone) { pipeline, deliveries, time in
            let works = (1...20).map { (number: Int64) in
                let message =
                    number.isMultiple(of: 2)
                    ? Sample.register("card-\(number)", email: "buyer@example.com")
                    : Sample.operation(.refundPayment, amount: "10", id: "op-\(number)")
                return Sample.work(number, key: "\(number)", message)
            }
            _ = await pipeline.submit(works)
            let done = await time.run(until: 20, of: deliveries, by: .seconds(0.05 / rate))
            let calls = await gateway.calls.count
            print("\(rate)/s, burst \(burst): \(done.count) of 20 jobs done with \(calls) calls")
            #expect(
                Dictionary(grouping: done, by: \.summary).mapValues(\.count)
                    == ["card.registered": 10, "payment.refunded": 10])
            #expect(calls <= 150, "no job begins again more than a few times")
            let made = await gateway.calls.count { if case .refund = $0 { true } else { false } }
            #expect(made == 10, "each refund is made once")
        }
    }

    @Test func aJobThatWaitsForTheRateGivesItsSlotBackWhenItsTenureEnds() async throws {
        let limit = try #require(RateLimit(callsPerSecond: 0.01, burst: 1))
        let gateway = try await gateway(refunds: 1)
        await withPipeline(gateway: gateway, limit: limit, adjust: rateAlone) { pipeline, deliveries, time in
            let work = Sample.work(1, Sample.operation(.refundPayment, amount: "10"))
            _ = await pipeline.submit([work])
            while await gateway.calls.isEmpty {
                time.advance(by: .seconds(5))
                for _ in 0..<20 { await Task.yield() }
            }
            await pipeline.until(work.ticket, is: .running)
            #expect(await pipeline.withdraw(tenure: 1).isEmpty)
            #expect(await deliveries.untilCount(1).map(\.summary) == ["abandoned"])
            #expect(await gateway.calls == [.refunds(7)])
        }
    }

    @Test func aHoldStillTakesTheSlotAway() async throws {
        let limit = try #require(RateLimit(callsPerSecond: 0.2, burst: 1))
        let gateway = try await gateway(refunds: 0)
        await gateway.script {
            $0.refundResults = [.failure(.throttled(Sample.fault, retryAfter: .seconds(60)))]
        }
        await withPipeline(gateway: gateway, limit: limit, adjust: rateAlone) { pipeline, _, time in
            let throttled = Sample.work(1, Sample.operation(.refundPayment, amount: "10", id: "op-1"))
            let other = Sample.work(2, key: "b", Sample.register("card-1", email: "buyer@example.com"))
            _ = await pipeline.submit([throttled])
            while await gateway.calls.count < 2 {
                time.advance(by: .seconds(1))
                for _ in 0..<20 { await Task.yield() }
            }
            _ = await pipeline.submit([other])
            await pipeline.until(other.ticket, is: .account(.rate))
            #expect(await pipeline.statuses()[.standard]?.running == 0)
        }
    }
}
