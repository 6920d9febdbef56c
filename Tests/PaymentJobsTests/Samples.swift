import ExactJSON
import PaymentJobs
import Testing

/// Valid jobs to start from, and the ways to spoil them.
enum Sample {
    static let token = "ff8080814c11e237014c1ff593b57b4d"
    static let customer = "123456789-jxOV430go9fx2e"

    static let charge = """
        {"job_id":"job-1","customer_id":"\(customer)","token":"\(token)","transaction_amount":100.50}
        """
    static let register = """
        {"job_id":"reg-1","customer":{"email":"ana@example.com"},"token":"\(token)"}
        """

    static func message(
        _ text: String, kind: JobKind = .chargeSavedCard, headers: KeyValuePairs<String, String> = [:]
    ) -> InboundMessage {
        InboundMessage(
            topicKind: kind, key: Array("key".utf8), value: Array(text.utf8),
            headers: headers.map { MessageHeader($0.key, $0.value) })
    }

    /// A valid message with one field set to a JSON literal, or removed where there is none.
    static func message(_ base: String, with field: String, _ literal: String?) throws -> InboundMessage {
        var object = try #require(try JSON(parsing: base).object)
        object[field] = try literal.map { try JSON(parsing: $0) }
        let text = String(decoding: object.serialized(), as: UTF8.self)
        return message(text, kind: base == register ? .registerCard : .chargeSavedCard)
    }

    static func charge(with field: String, _ literal: String?) throws -> ChargeSavedCard {
        try decodeCharge(try message(charge, with: field, literal))
    }
}

/// What the decoder says about a message that it must refuse.
func refusal(
    of message: InboundMessage, by decoder: JobDecoder = JobDecoder(),
    sourceLocation: SourceLocation = #_sourceLocation
) throws -> JobRefusal {
    do throws(JobRefusal) {
        _ = try decoder.decode(message)
    } catch {
        return error
    }
    return try #require(nil, "the decoder took the message", sourceLocation: sourceLocation)
}

func decodeCharge(_ message: InboundMessage) throws -> ChargeSavedCard {
    guard case .charge(let job) = try JobDecoder().decode(message).job else {
        return try #require(nil, "not a charge")
    }
    return job
}

func decodeRegister(_ message: InboundMessage) throws -> RegisterCard {
    guard case .register(let job) = try JobDecoder().decode(message).job else {
        return try #require(nil, "not a registration")
    }
    return job
}

extension Job {
    /// The job as a producer would send it.
    var message: InboundMessage {
        InboundMessage(topicKind: kind, key: nil, value: fields.serialized())
    }
}

extension [MessageHeader] {
    /// Each header as `name: value`, for comparison and for reading.
    var lines: [String] { map { "\($0.name): \(String(decoding: $0.value ?? [], as: UTF8.self))" } }
}
