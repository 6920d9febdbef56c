import ExactJSON

/// The body of POST /_sandbox/faults.
struct FaultRequest: Sendable {
    let name: String
    let match: FaultMatch
    let kind: Fault.Kind
    let times: Int?
    let probability: Int64?
    let seed: UInt64?

    static let kinds = [
        "latency", "slow", "drip", "409", "423", "424", "424-after", "429", "status", "status-after",
        "5xx-before", "5xx-after", "html-before", "html-after", "empty-before", "empty-after",
        "truncated-before", "truncated-after", "reset-before", "reset-after", "hang", "hang-after",
    ]

    init(_ body: JSONObject) throws(ControlRefusal) {
        let fields = ControlFields(
            body,
            known: [
                "match", "kind", "milliseconds", "pieces", "retry_after", "status", "body", "times",
                "probability", "seed",
            ])
        try fields.checkNames()
        name = try fields.string("kind") ?? ""
        match = try Self.match(body["match"])
        kind = try Self.kind(name, fields)
        times = try fields.integer("times", 1...1_000_000_000)
        seed = try fields.integer("seed", 0...Int.max).map { UInt64($0) }
        probability = try Self.probability(body["probability"])
    }

    func fault(id: Int) -> Fault {
        Fault(
            id: id, name: name, match: match, kind: kind, times: times, probability: probability, seed: seed)
    }

    private static func match(_ value: JSON?) throws(ControlRefusal) -> FaultMatch {
        guard let value else { return FaultMatch() }
        guard let object = value.object else { throw ControlRefusal("match must be an object") }
        let fields = ControlFields(
            object, known: ["method", "path", "action", "account", "holder", "external_reference"])
        try fields.checkNames()
        let action = try fields.string("action")
        guard action == nil || action.flatMap(CallAction.init(rawValue:)) != nil else {
            throw ControlRefusal("action must be charge, capture, cancel, update or refund")
        }
        return FaultMatch(
            method: try fields.string("method")?.uppercased(), path: try fields.string("path"),
            action: action.flatMap(CallAction.init(rawValue:)),
            account: try fields.integer("account", 0...1_000_000), holder: try fields.string("holder"),
            externalReference: try fields.string("external_reference"))
    }

    private static func kind(_ name: String, _ fields: ControlFields) throws(ControlRefusal) -> Fault.Kind {
        let wait = try fields.integer("milliseconds", 0...3_600_000).map { Duration.milliseconds($0) }
        let after = name.hasSuffix("-after")
        switch name {
        case "latency", "slow", "drip":
            guard let wait else { throw ControlRefusal("\(name) needs milliseconds") }
            let pieces = try fields.integer("pieces", 2...1_000) ?? 8
            if name == "drip" { return .drip(over: wait, pieces: pieces) }
            return name == "slow" ? .slow(wait) : .latency(wait)
        case "truncated-after": return .truncated
        case "reset-before", "reset-after": return .reset(after: after)
        case "hang", "hang-after": return .hang(wait, after: after)
        default: return .instead(try reply(name, fields), after: after)
        }
    }

    /// The answer that takes the place of the right one.
    private static func reply(_ name: String, _ fields: ControlFields) throws(ControlRefusal) -> Reply {
        switch name {
        case "409": return FaultReply.conflict
        case "423": return FaultReply.locked
        case "424", "424-after": return FaultReply.failedDependency
        case "429":
            return FaultReply.throttled(
                retryAfter: try fields.integer("retry_after", 0...86_400).map(String.init))
        case "status", "status-after":
            guard let status = try fields.integer("status", 200...599) else {
                throw ControlRefusal("\(name) needs a status")
            }
            return FaultReply.status(status, fields.body["body"])
        case "5xx-before", "5xx-after":
            return FaultReply.serverError(try fields.integer("status", 500...599) ?? 500)
        case "html-before", "html-after":
            return FaultReply.page(try fields.integer("status", 200...599) ?? 502)
        case "empty-before", "empty-after":
            return Reply(try fields.integer("status", 200...599) ?? 500, broken: [])
        case "truncated-before":
            return FaultReply.serverError(try fields.integer("status", 500...599) ?? 500).truncated
        default: throw ControlRefusal("kind must be one of \(kinds.joined(separator: ", "))")
        }
    }

    /// A number from 0 to 1, kept as parts of a million.
    private static func probability(_ value: JSON?) throws(ControlRefusal) -> Int64? {
        guard let value else { return nil }
        guard let share = value.decimal?.rescaled(to: 6), (0...1_000_000).contains(share.coefficient) else {
            throw ControlRefusal("probability must be a number from 0 to 1 with at most six decimals")
        }
        return share.coefficient
    }
}
