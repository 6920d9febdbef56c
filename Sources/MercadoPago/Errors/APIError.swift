import ExactJSON
import PaymentJobs

/// An error that the gateway answered with.
///
/// Decoded from every shape seen: the envelope `{message, error, status, cause}` ([C] spec), the edge's
/// `{code, message}` ([O] 2026), the policy agent's `{code, message, blocked_by}` ([C] spec), no JSON, and
/// nothing at all. All texts are scrubbed and bounded.
public struct APIError: Error, Sendable, Hashable {
    /// The HTTP status.
    public let status: Int
    /// The causes' codes, else the envelope's own; numbers as text, at most eight.
    public let codes: [String]
    /// The message, else the first cause's description, else the status.
    public let message: String
    /// The envelope's `error`, such as `bad_request`.
    public let kind: String?
    /// The causes, at most eight.
    public let causes: [Cause]
    /// The `x-request-id` header, else the id in a cause's `data`.
    public let requestID: String?
    /// How long the gateway asks to wait.
    public let retryAfter: Duration?

    /// One cause.
    public struct Cause: Sendable, Hashable {
        /// A number on payments, such as `2006`, a word on customers and cards, such as `card-120`.
        public let code: String?
        /// What the gateway says about it.
        public let description: String?
        /// The request's id from `data`, which is `dd-MM-yyyy'T'HH:mm:ss'UTC';<id>` ([C] recorded).
        public let requestID: String?
    }

    /// Whether the call may have been done all the same.
    ///
    /// By status: 5xx, a timeout, a conflict, a lock, and whatever is neither success nor refusal. By code,
    /// on an error 4xx: the gateway lost its own back end (2004, 2007), or works on the same request (2001,
    /// 801).
    public var mayHaveBeenDone: Bool {
        guard (400..<500).contains(status) else { return true }
        return [408, 409, 423, 424].contains(status)
            || codes.contains { ["2001", "2004", "2007", "801"].contains($0) }
    }

    init(_ raw: RawAnswer, now: Int64 = WallClock.milliseconds()) {
        let envelope = (try? JSON(parsing: raw.bytes))?.object ?? JSONObject()
        causes = Array(Self.causes(in: envelope["cause"]).prefix(8))
        let own = envelope["code"].flatMap(Self.code)
        let codes = causes.compactMap(\.code)
        self.codes = codes.isEmpty ? [own].compactMap(\.self) : codes
        status = raw.status
        kind = Self.text(envelope["error"], maxLength: 64)
        message =
            Self.text(envelope["message"]) ?? causes.lazy.compactMap(\.description).first ?? kind
            ?? "HTTP status \(raw.status)"
        requestID = raw.requestID ?? causes.lazy.compactMap(\.requestID).first
        retryAfter = raw.retryAfter.flatMap { RetryAfter.duration($0, answeredAt: raw.date, now: now) }
    }
}

extension APIError: CustomStringConvertible {
    /// Status, codes and message in one line.
    public var description: String {
        let codes = codes.isEmpty ? "" : ", code " + codes.joined(separator: ", ")
        return "HTTP \(status)\(codes), \(message)"
    }
}

extension APIError {
    /// `[]`, null, an object, `[{}]`, `[[]]` and `[[{}]]` ([O] sdk-php#148, sdk-dotnet#140).
    private static func causes(in json: JSON?) -> [Cause] {
        switch json {
        case .object(let fields):
            [
                Cause(
                    code: fields["code"].flatMap(code), description: text(fields["description"]),
                    requestID: fields["data"]?.string.flatMap(requestID))
            ]
        case .array(let elements): elements.prefix(8).flatMap(causes)
        case .null, .bool, .number, .string, nil: []
        }
    }

    private static func code(_ json: JSON) -> String? {
        json.number.map { Redaction.scrub($0.literal, maxLength: 48) } ?? text(json, maxLength: 48)
    }

    private static func text(_ json: JSON?, maxLength: Int = 256) -> String? {
        guard let text = json?.string, !text.isEmpty else { return nil }
        return Redaction.scrub(text, maxLength: maxLength)
    }

    private static func requestID(inData data: String) -> String? {
        data.lastIndex(of: ";").flatMap { RequestID.checked(data[$0...].dropFirst()) }
    }
}
