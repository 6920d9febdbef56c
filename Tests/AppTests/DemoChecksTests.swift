import ExactJSON
import PaymentJobs
import Testing

@testable import App

/// The demo's checks find what they are for: each test breaks one promise in a world where all were kept.
@Suite("The demo's checks")
struct DemoChecksTests {
    private struct World {
        var messages = DemoScriptTests.script(total: 40).messages
        var log = DemoLog()
        var ledger: [LedgerPayment] = []

        init() throws {
            var ids: [String: Int64] = [:]
            for message in messages {
                log.sent(message.id, at: .now)
                let job = message.jobID ?? "-"
                let isFirst = ids[job] == nil
                let id = ids[job] ?? Int64(ids.count + 1)
                ids[job] = id
                let answer = try #require(Self.answer(message, payment: id))
                log.received(answer)
                if let status = answer.fields["status"]?.string, isFirst {
                    ledger.append(LedgerPayment(id: id, jobID: job, status: status, posts: 1))
                }
            }
        }

        static func answer(_ message: DemoMessage, payment: Int64, job: String? = nil) -> DemoAnswer? {
            var fields: JSONObject = ["job_id": .string(job ?? message.jobID ?? "-")]
            let headers: [MessageHeader]
            switch message.part.expected {
            case .deadLetter(let reason, let money):
                headers = [
                    MessageHeader("ce_id", message.id), MessageHeader("cobrador-dl-reason", reason.rawValue),
                    MessageHeader("cobrador-dl-money", money.rawValue),
                ]
            case .event(let type, let detail):
                headers = [
                    MessageHeader("ce_id", "answer-of-\(message.jobID ?? "")"),
                    MessageHeader("ce_type", type.rawValue),
                    MessageHeader("ce_causationid", message.id),
                ]
                if message.kind == .chargeSavedCard, type != .chargeFailed {
                    fields["payment_id"] = JSON(payment)
                    fields["status"] = .string("s-\(type.rawValue)")
                    fields["status_detail"] = JSON(detail)
                }
            }
            return DemoAnswer(
                topic: "t", key: nil, headers: headers, value: JSON.object(fields).serialized(),
                receivedAt: .now)
        }

        var problems: [String] { DemoChecks(messages: messages, log: log, ledger: ledger).problems }
    }

    @Test("kept promises have no problems")
    func kept() throws {
        #expect(try World().problems == [])
    }

    @Test("a double charge")
    func doubleCharge() throws {
        var world = try World()
        let first = world.ledger[0]
        world.ledger.append(LedgerPayment(id: 999, jobID: first.jobID, status: first.status, posts: 1))
        #expect(
            world.problems == [
                "payment 999 of \(first.jobID) is in no event", "\(first.jobID) was charged 2 times",
            ])
    }

    @Test("an event of a payment that was never made")
    func invented() throws {
        var world = try World()
        let gone = world.ledger.removeFirst()
        #expect(world.problems == ["payment \(gone.id) of \(gone.jobID) is in no ledger"])
    }

    @Test("an event that tells another status than the ledger")
    func otherStatus() throws {
        var world = try World()
        world.ledger[0].status = "refunded"
        #expect(world.problems.count == 1)
        #expect(world.problems[0].contains("is refunded for \(world.ledger[0].jobID)"))
    }

    @Test("a job without an answer, and one with two")
    func answers() throws {
        var world = try World()
        let extra = try #require(world.messages.last)
        world.messages.append(DemoMessage(id: "lost", part: .pending, jobID: nil, key: "", value: []))
        world.log.sent("lost", at: .now)
        world.log.received(try #require(World.answer(extra, payment: world.ledger.last?.id ?? 0)))
        #expect(world.problems == ["\(extra.id) has 2 answers", "lost has no answer"])
        #expect(!world.log.isComplete)
    }

    @Test("another outcome than the card's holder stands for")
    func otherOutcome() throws {
        var world = try World()
        let index = try #require(world.messages.firstIndex { $0.part == .noFunds })
        world.messages[index].part = .pending
        #expect(world.problems == ["\(world.messages[index].id) (pending) ended as charge.rejected"])
    }
}
