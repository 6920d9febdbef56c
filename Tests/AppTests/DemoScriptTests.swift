import ExactJSON
import PaymentJobs
import Testing

@testable import App

@Suite("The demo's script")
struct DemoScriptTests {
    /// A script for `total` messages, with made-up supplies.
    static func script(total: Int) -> DemoScript {
        let counts = DemoPart.counts(total: total)
        var customers: [DemoPart: [SandboxCustomer]] = [:]
        for part in DemoPart.allCases where part.needsCustomer {
            customers[part] = (0..<(counts[part] ?? 0)).map {
                SandboxCustomer(id: "7-\(part)\($0)", tokens: ["t\($0)"])
            }
        }
        let tokens = { (word: String, part: DemoPart) in (0..<(counts[part] ?? 0)).map { "\(word)\($0)" } }
        return DemoScript(
            counts,
            DemoScript.Supplies(
                customers: customers, newCardTokens: tokens("n", .newCustomer),
                otherCardTokens: tokens("o", .otherCard)))
    }

    @Test(
        "there are as many messages as were asked for, each with an id of its own",
        arguments: [20, 40, 300, 5000])
    func counts(_ total: Int) {
        let script = Self.script(total: total)
        #expect(script.messages.count == total)
        #expect(Set(script.messages.map(\.id)).count == total)
        #expect(Set(script.messages.map(\.part)).isSuperset(of: DemoPart.allCases.filter { $0 != .approved }))
        #expect(script.warmUp.count + script.mix.count + script.faulty.count == total)
        #expect(script.faulty.count == 3)
    }

    @Test("the fewest is enough for one of each")
    func fewest() {
        #expect(Self.script(total: Demo.jobsMin).messages.count == Demo.jobsMin)
    }

    @Test("every message but the bad ones is a valid job, under the key that the contract asks for")
    func valid() throws {
        for message in Self.script(total: 300).messages {
            let inbound = InboundMessage(topicKind: message.kind, key: nil, value: message.value)
            switch message.part {
            case .poison, .invalid:
                #expect(throws: JobRefusal.self) { try JobDecoder().decode(inbound) }
            default:
                let job = try JobDecoder().decode(inbound).job
                #expect(job.id.description == message.jobID)
                #expect(job.messageKey.reveal { $0 } == message.key)
            }
        }
    }

    @Test("the smallest demo has one of each part")
    func smallest() {
        let counts = DemoPart.counts(total: DemoPart.totalMin)
        #expect(DemoPart.allCases.allSatisfy { counts[$0] ?? 0 > 0 })
    }

    @Test("it is the same each time")
    func repeatable() {
        #expect(
            Self.script(total: 300).messages.map(\.value) == Self.script(total: 300).messages.map(\.value))
    }
}
