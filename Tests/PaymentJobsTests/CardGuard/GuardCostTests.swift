#if DEBUG
import Testing

@testable import PaymentJobs

/// A kind of message that somebody may build to keep the guard busy, in any size.
struct CostlyShape: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// A value of about so many bytes.
    var make: @Sendable (Int) -> String

    private init(_ name: String, _ make: @escaping @Sendable (Int) -> String) {
        (testDescription, self.make) = (name, make)
    }

    /// An object around `inner`, nested `depth` deep.
    private static func nested(_ name: String, _ depth: Int, _ inner: String) -> String {
        String(repeating: "{\"\(name)\":", count: depth) + inner + String(repeating: "}", count: depth)
    }

    private static func repeated(_ piece: String, _ size: Int) -> String {
        String(repeating: piece, count: size / piece.utf8.count)
    }

    /// A string of a JSON document, repeated pieces long.
    private static func text(_ piece: String) -> CostlyShape {
        CostlyShape("a text of \(piece)") { "{\"note\":\"\(repeated(piece, $0))\"}" }
    }

    private static func members(_ name: String, _ member: @escaping @Sendable (Int) -> String) -> CostlyShape
    {
        CostlyShape(name) { size in
            let count = size / member(10).utf8.count
            return "{\((0..<count).map(member).joined(separator: ","))}"
        }
    }

    static let all = documents + names + texts

    private static let documents = [
        CostlyShape("a long name and many numbers") {
            "{\"\(repeated("n", $0 / 2))\":[\(repeated("12,", $0 / 2))12]}"
        },
        CostlyShape("a long name that may be a code's, and many texts") {
            "{\"\(repeated("cvv", $0 / 2))\":[\(repeated("\"12345\",", $0 / 2))12]}"
        },
        CostlyShape("long names around one another, and many numbers") {
            nested(repeated("cod_", $0 / 80), 40, "[\(repeated("123456789,", $0 / 2))12]")
        },
        CostlyShape("many codes and numbers deep inside of `value`") {
            nested("value", 60, "[\(repeated("12,\"cvv=12\",4509953566233,", $0))12]")
        },
        CostlyShape("numbers in arrays in arrays") {
            "{\"cvv\":" + String(repeating: "[", count: 50) + repeated("12345,", $0)
                + "1" + String(repeating: "]", count: 50) + "}"
        },
        CostlyShape("many pairs") { "[\(repeated("{\"name\":\"cvv\",\"value\":\"123\"},", $0))0]" },
        CostlyShape("many card numbers under a long name") {
            "{\"\(repeated("n", $0 / 2))\":[\(repeated("\"4509953566233704\",", $0 / 2))1]}"
        },
        CostlyShape("no JSON, a code under `value`") { repeated("\"cvv\":{\"value\":\"123\"", $0) },
        CostlyShape("deeper than JSON may be") { repeated("{\"value\":", $0) + "4509953566233704" },
    ]

    private static let names = [
        members("many names") { "\"name \($0)\":123456789012" },
        members("many names that hold a number") { "\"4509953566233704\($0)x\":1" },
        members("many names that are equal once masked") { "\"450995\(3_566_233_704 + $0) x\":\($0)" },
        CostlyShape("one masked name in many spellings, and the names that it could have") { size in
            let taken = (2..<size / 64).map { "\"x_________************3704 #\($0)\":1" }
            // Ten characters, each as it is or escaped; the numbers behind them differ until they are masked.
            let spelled = (0..<size / 128).map { number in
                let letters = "x_________".utf8.enumerated().map { index, letter in
                    let plain = String(Unicode.Scalar(letter))
                    return number >> index & 1 == 0 ? plain : plain == "_" ? "\\u005f" : "\\u0078"
                }
                return "\"\(letters.joined())\(visa(number))\":1"
            }
            return "{\((taken + spelled).joined(separator: ","))}"
        },
        members("many words in a name") { "\"c_v_c_v_c_o_d_p_a_n_\(1_000 + $0)\":\"123\"" },
    ]

    /// A number of sixteen digits that ends in 3704, for each number below 100,000 another.
    private static func visa(_ number: Int) -> String {
        let candidates = (0...9).map { Array("450995\(1_000_000 + 10 * number + $0)3704".utf8) }
            .map { $0.enumerated().filter { $0.offset != 6 }.map(\.element) }
        let valid = candidates.first { digits in
            var row = DigitRow()
            for digit in digits { row.append(digit - 48) }
            return row.isLuhnValid(0..<16)
        }
        return String(decoding: valid ?? [], as: UTF8.self)
    }

    private static let texts = [
        "4 ", "4509 ", "45099535 ", "4-", "4,", "4509,", "4509953566233704 ", "4509953566233704", "a4", "4a",
        "4.5 ", "\\u0034", "\\u0034\\u0020", "%34", "%", "%C2%A04509", "cvv:123 ", "cvv 123 ", "cvv ",
        "cvv: ",
        "value: 123 ", "٤", "4509953566233704abc1def2ghi3jkl4mno", "------", "\\\\\\\"cvv\\\\\\\":123",
    ].map(text)
}

@Suite("The guard's cost grows no faster than the message") struct GuardCostTests {
    private func steps(_ work: () -> Void) -> Int {
        let counter = StepCounter()
        GuardSteps.$counter.withValue(counter, operation: work)
        return counter.steps
    }

    /// Four times the size may cost a little more than four times as much, never sixteen times.
    private func expectLinear(_ small: Int, _ large: Int, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(small > 0)
        #expect(Double(large) <= 5 * Double(small), "\(small), then \(large)", sourceLocation: sourceLocation)
    }

    @Test("whatever its shape, to find and to strip", arguments: CostlyShape.all)
    func values(shape: CostlyShape) {
        let (small, large) = (Array(shape.make(4_096).utf8), Array(shape.make(16_384).utf8))
        expectLinear(
            steps { _ = CardDataGuard.findings(inValue: small) },
            steps { _ = CardDataGuard.findings(inValue: large) })
        expectLinear(
            steps { _ = CardDataGuard.strippedValue(small) }, steps { _ = CardDataGuard.strippedValue(large) }
        )
    }

    @Test(
        "however many headers there are",
        arguments: [
            ("note", "cvv 12"), ("cvv", "123"), ("note", "4509 9535 6623 3704"), ("cod", "\\u0034 %34"),
        ])
    func headers(name: String, value: String) {
        func message(_ count: Int) -> InboundMessage {
            InboundMessage(
                topicKind: .chargeSavedCard, key: nil, value: [],
                headers: (0..<count).map { MessageHeader("\(name)", "\(value)\($0 % 7)") }, timestamp: 0)
        }
        let (small, large) = (message(100), message(400))
        expectLinear(steps { _ = small.withoutCardData() }, steps { _ = large.withoutCardData() })
        // Once enough is found, the rest isn't even looked at.
        #expect(steps { _ = large.cardData() } <= 5 * steps { _ = small.cardData() })
    }
}
#endif
