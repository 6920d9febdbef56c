import ExactJSON
import PaymentJobs
import Testing

@testable import Pipeline

/// Refunds of which it isn't certain whether they were made.
extension RefundTests {
    @Test func aRefusalAfterAnAmbiguousCallIsLookedIntoUntilItIsUnknown() async throws {
        let gateway = ScriptedGateway()
        let job = try job(nil)
        let refusal = refused("2063")
        await gateway.script { [part] in
            $0.refundResults =
                [.failure(.ambiguous(Sample.fault))] + Array(repeating: .failure(refusal), count: 4)
            $0.seen = [.success(part)]
        }
        var memory = AttemptMemory()
        var said: [String] = []
        for run in 0..<5 {
            said.append(await self.run(job, gateway, memory: &memory, after: Int64(run) * 4_000))
        }
        #expect(said == ["ambiguous", "again", "again", "again", "outcomeUnknown"])
    }

    @Test func aYoungPaymentsRefusalAfterAnAmbiguousCallIsTriedAgain() async throws {
        let rows: [(ExactDecimal?, [String])] = [
            (nil, ["ambiguous", "again", "refund 5"]),
            (ten, ["ambiguous"] + Array(repeating: "again", count: 7) + ["refund 5, a part"]),
        ]
        for (amount, expected) in rows {
            let gateway = ScriptedGateway()
            let job = try job(amount)
            let (refusal, made) = (refused("2063"), refund(5, amount == nil ? "100" : "10", of: job))
            let young = Self.payment("approved", age: 0)
            await gateway.script {
                $0.refundResults = [.failure(.ambiguous(Sample.fault)), .failure(refusal), .success(made)]
                $0.seen = [.success(young)]
            }
            var memory = AttemptMemory()
            var said: [String] = []
            for run in 0..<Int64(expected.count) {
                said.append(await self.run(job, gateway, memory: &memory, after: run * 3_500))
            }
            #expect(said == expected)
        }
    }

    @Test func aRefundWhoseAnswerIsKnownSurvivesAPaymentThatCanNotBeRead() async throws {
        for status in [403, 404, 400] {
            let gateway = ScriptedGateway()
            let job = try job(nil)
            let made = refund(5, "100", of: job)
            let refusal = GatewayError.refused(GatewayFault(httpStatus: status, message: "no"))
            await gateway.script {
                $0.refundResults = [.success(made)]
                $0.seen = [.failure(refusal)]
            }
            #expect(await run(job, gateway) == "refund 5")
        }
    }

    @Test func aMadeRefundIsNeverCalledFailedThoughItsListLags() async throws {
        let gateway = ScriptedGateway()
        let job = try job(nil)
        let (made, refusal) = (refund(5, "100", of: job), refused("2063"))
        await gateway.script { [part] in
            $0.refundResults = [.success(made)] + Array(repeating: .failure(refusal), count: 4)
            $0.seen =
                Array(repeating: .failure(.throttled(Sample.fault, retryAfter: nil)), count: 3)
                + [.success(part)]
        }
        var memory = AttemptMemory()
        var said: [String] = []
        for run in 0..<4 {
            said.append(await self.run(job, gateway, memory: &memory, after: Int64(run) * 4_000))
        }
        #expect(said == ["throttled", "throttled", "throttled", "refund 5"])
        #expect(await gateway.calls.count { $0.changes } == 1)
    }

    @Test func aListThatIsRefusedIsNoEmptyList() async throws {
        let gateway = ScriptedGateway()
        let job = try job(ten)
        let refusal = GatewayError.refused(GatewayFault(httpStatus: 403, message: "policy"))
        await gateway.script { $0.listed = [.failure(refusal)] }
        #expect(await run(job, gateway) == "lookRefused")
        #expect(await gateway.calls == [.refunds(7)], "nothing is refunded")
    }

    @Test func aPaymentThatIsNotThereHasNoRefunds() async throws {
        let gateway = ScriptedGateway()
        let missing = GatewayError.refused(GatewayFault(httpStatus: 404, codes: ["2000"], message: "no"))
        await gateway.script {
            $0.listed = [.failure(missing)]
            $0.refundResults = [.failure(missing)]
            $0.seen = [.failure(missing)]
        }
        #expect(await run(try job(ten), gateway) == "failed 2000")
    }

    @Test func aRefundThatIsNotMadeYetIsNoAnswer() async throws {
        let gateway = ScriptedGateway()
        let job = try job(nil)
        let (open, made) = (refund(5, "100", of: job, status: "in_process"), refund(5, "100", of: job))
        await gateway.script { [part] in
            $0.refundResults = [.success(open)]
            $0.listed = [.success([open]), .success([made])]
            $0.seen = [.success(part)]
        }
        var memory = AttemptMemory()
        #expect(await run(job, gateway, memory: &memory) == "again")
        #expect(await run(job, gateway, memory: &memory) == "again")
        #expect(await run(job, gateway, memory: &memory) == "refund 5")
    }

    @Test func theRefundThatWasMadeCountsBesideOneThatWasCalledOff() async throws {
        let gateway = ScriptedGateway()
        let job = try job(ten)
        let (off, made) = (refund(4, "10", of: job, status: "rejected"), refund(5, "10", of: job))
        await gateway.script { [part] in
            $0.listed = [.success([off, made])]
            $0.seen = [.success(part)]
        }
        #expect(await run(job, gateway) == "refund 5, a part")
    }

    @Test func aRefundOfAnotherAmountWithoutADigestIsAConflict() async throws {
        let gateway = ScriptedGateway()
        let job = try job(ten)
        var other = refund(5, "11", of: job)
        other.digest = nil
        await gateway.script { [other] in $0.refundResults = [.success(other)] }
        #expect(await run(job, gateway) == "conflict")
    }
}
