import Testing

@testable import App

@Suite("The demo", .timeLimit(.minutes(2)))
struct DemoTests {
    @Test("ends with every message answered as it must be, and a ledger that agrees")
    func agrees() async throws {
        let output = RecordingOutput()
        var demo = Demo(terminal: Terminal(isTerminal: false, isColoured: false))
        demo.jobs = 60
        demo.latency = .milliseconds(1)
        demo.output = output
        #expect(try await demo.run() == .done, "\(output.text)")
        let text = output.text
        #expect(text.contains("✓ 60 of 60 messages answered"))
        #expect(!text.contains("✗"))
        for word in [
            "charge.approved", "charge.authorized", "charge.rejected", "charge.pending", "charge.failed",
            "card.registered", "undecodable", "invalid", "account-misconfigured", "code 3003",
            "answer 429",
            "throughput", "p99", "ce_specversion: 1.0", "\"payment_id\":",
        ] {
            #expect(text.contains(word), "\(word) is missing in\n\(text)")
        }
        let tooLong = text.split(separator: "\n").filter { $0.count > 80 }
        #expect(tooLong.isEmpty)
    }
}
