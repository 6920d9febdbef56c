import ExactJSON
import PaymentJobs
import Testing

@testable import MercadoPago

@Suite("An amount goes out and comes back with its exact digits")
struct AmountTests {
    /// What is sent for what the producer wrote: plain notation, no digit lost or added.
    @Test(
        "edge cases",
        arguments: [
            ("0.1", "0.1"), ("1e2", "100"), ("100.50", "100.50"),
            ("999999999999999999", "999999999999999999"),
            ("0.000000000000000001", "0.000000000000000001"), ("12345678.9012345678", "12345678.9012345678"),
            ("0", "0"), ("0.00", "0.00"), ("15e-1", "1.5"), ("1.10E1", "11.0"),
            ("9007199254740993", "9007199254740993"),
        ])
    func edges(written: String, sent: String) async throws {
        try await roundTrip([(written, sent)])
    }

    @Test("random amounts", arguments: 1...5)
    func random(seed: UInt64) async throws {
        var numbers = Numbers(state: seed)
        try await roundTrip(
            (0..<40).map { _ in
                let scale = Int(numbers.next() % 19)
                let magnitude =
                    numbers.next()
                    % [10, 1000, 1_000_000_007, 999_999_999_999_999_999][Int(numbers.next() % 4)]
                let text = Self.plain(magnitude, scale: scale)
                return (text, text)
            })
    }

    private func roundTrip(_ amounts: [(written: String, sent: String)]) async throws {
        // The server echoes the literal that it was sent, so what comes back has made both ways.
        try await ScriptedServer.run(
            .onRequest { request in
                let literal = request.body.dropFirst(#"{"transaction_amount":"#.utf8.count).prefix {
                    $0 != ","
                }
                let fee = request.body.firstRange(of: #""application_fee":"#).map {
                    request.body[$0.upperBound...].dropLast()
                }
                return [
                    .send(
                        response(
                            "201 Created",
                            """
                            {"id":1,"status":"approved","transaction_amount":\(literal),\
                            "transaction_amount_refunded":"\(fee ?? "missing")"}
                            """))
                ]
            }
        ) { server in
            try await withClient(port: server.port) { client in
                for (written, sent) in amounts {
                    var job = Sample.job(amount: written)
                    job.applicationFee = job.transactionAmount
                    let answer = try await client.createPayment(PaymentRequest(job), key: Sample.key(job))
                    let last = try #require(server.requests.last)
                    #expect(last.body.hasPrefix(#"{"transaction_amount":\#(sent),"#))
                    #expect(last.body.hasSuffix(#""application_fee":\#(sent)}"#))
                    for amount in [answer.value.transactionAmount, answer.value.transactionAmountRefunded] {
                        #expect(amount?.coefficient == job.transactionAmount.coefficient)
                        #expect(amount?.scale == job.transactionAmount.scale)
                    }
                }
            }
        }
    }

    private static func plain(_ magnitude: UInt64, scale: Int) -> String {
        let digits = String(magnitude)
        guard scale > 0 else { return digits }
        let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
        return padded.dropLast(scale) + "." + padded.suffix(scale)
    }
}

/// SplitMix64: the same numbers for the same seed.
struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
