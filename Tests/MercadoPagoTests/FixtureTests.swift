import ExactJSON
import PaymentJobs
import Testing

@testable import MercadoPago

/// What a recorded response must be read as: the expectations, and what was read.
typealias FixtureExpectation = @Sendable (JSON) throws -> [any GatewayObject]

@Suite(
    "Recorded responses are read, field by field",
    .enabled(if: Fixtures.areHere, "no shared/fixtures beside the checkout, and COBRADOR_FIXTURES not set"))
struct FixtureTests {
    private static let expectations: [String: FixtureExpectation] = RecordedPayments.all
        .merging(RecordedPeople.all) { one, _ in one }.merging(RecordedOthers.all) { one, _ in one }

    @Test("each file", arguments: Fixtures.files)
    func file(path: String) throws {
        let expectation = try #require(Self.expectations[path], "\(path) has no expectation")
        let json = try Fixtures.json(path)
        for object in try expectation(json) {
            // What the gateway wrote is all there, and nothing of it is shown.
            let shown = Shown.texts(object)
            for text in Self.personalTexts(.object(object.fields)) {
                #expect(!shown.contains(text), "\(path) shows \(text)")
            }
        }
    }

    @Test("every expectation has its file")
    func complete() {
        #expect(Set(Self.expectations.keys).subtracting(Fixtures.files).isEmpty)
        #expect(Self.expectations.count == Fixtures.files.count)
    }

    /// The values that say who somebody is, whatever they are nested in.
    private static func personalTexts(_ json: JSON) -> [String] {
        let names: Set = [
            "email", "first_name", "last_name", "secure_email", "street_name", "zip_code", "nickname",
        ]
        return switch json {
        case .object(let fields):
            fields.members.flatMap { member -> [String] in
                guard names.contains(member.name) else { return personalTexts(member.value) }
                return [member.value.string].compactMap(\.self).filter { $0.count > 2 }
            }
        case .array(let elements): elements.flatMap(personalTexts)
        case .null, .bool, .number, .string: []
        }
    }
}

/// Everything that printing, reflecting and dumping a value shows.
enum Shown {
    static func texts(_ value: Any) -> String {
        var dumped = ""
        dump(value, to: &dumped)
        return ["\(value)", String(reflecting: value), dumped].joined(separator: "\n")
    }
}
