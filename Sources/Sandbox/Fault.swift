import ExactJSON

/// One armed fault: which calls it is for, what happens to them, and how often.
struct Fault: Sendable {
    /// What happens to a call.
    enum Kind: Sendable {
        /// It is answered later; nothing is done with it before.
        case latency(Duration)
        /// What it asks for takes longer; the key of a payment or refund is locked as long.
        case slow(Duration)
        /// Another answer instead of the right one; `after` means that the call was carried out.
        case instead(Reply, after: Bool)
        /// The right answer, of which half the body is missing.
        case truncated
        /// The right answer, in pieces.
        case drip(over: Duration, pieces: Int)
        /// The connection is reset without an answer.
        case reset(after: Bool)
        /// No answer, until the caller goes or the time is over; then the connection is closed.
        case hang(Duration?, after: Bool)
    }

    let id: Int
    let name: String
    let match: FaultMatch
    let kind: Kind
    /// How many more calls it is for; `nil` for all of them.
    var remaining: Int?
    /// Out of a million; `nil` for always.
    let probability: Int64?
    var random: Identifiers
    private(set) var applied = 0

    init(
        id: Int, name: String, match: FaultMatch, kind: Kind, times: Int?, probability: Int64?, seed: UInt64?
    ) {
        self.id = id
        self.name = name
        self.match = match
        self.kind = kind
        self.remaining = times
        self.probability = probability
        random = Identifiers(seed: seed)
    }

    var isExhausted: Bool { remaining == 0 }

    /// Whether a call gets the fault; a call that matches is counted and may roll the dice.
    mutating func strikes(_ traits: CallTraits) -> Bool {
        guard !isExhausted, match.covers(traits) else { return false }
        if let probability, Int64(random.next() % 1_000_000) >= probability { return false }
        remaining = remaining.map { $0 - 1 }
        applied += 1
        return true
    }

    var json: JSON {
        [
            "id": JSON(id), "kind": .string(name), "match": match.json,
            "remaining": remaining.map { JSON($0) } ?? nil, "applied": JSON(applied),
        ]
    }
}

/// What a fault can see of a call.
struct CallTraits: Sendable {
    let method: String
    let template: String
    let path: String
    let action: CallAction?
    /// The seller's number; `nil` where the credentials are nobody's.
    var account: Int?
    let holder: String?
    let externalReference: String?
}

/// Which calls a fault is for; what isn't named isn't asked for.
struct FaultMatch: Sendable {
    var method: String?
    /// A template (`/v1/payments/{id}`) or a whole path.
    var path: String?
    /// What is asked for; it tells a capture from a cancellation.
    var action: CallAction?
    /// A seller's number, from 0.
    var account: Int?
    /// A prefix of the card holder's name.
    var holder: String?
    var externalReference: String?

    func covers(_ traits: CallTraits) -> Bool {
        if let method, method != traits.method { return false }
        if let path, path != traits.template, path != traits.path { return false }
        if let action, action != traits.action { return false }
        if let account, account != traits.account { return false }
        if let holder, traits.holder?.hasPrefix(holder) != true { return false }
        if let externalReference, externalReference != traits.externalReference { return false }
        return true
    }

    var json: JSON {
        var object = JSONObject()
        for (name, value) in [
            ("method", method), ("path", path), ("action", action?.rawValue), ("holder", holder),
            ("external_reference", externalReference),
        ] {
            object[name] = value.map(JSON.string)
        }
        object["account"] = account.map { JSON($0) }
        return .object(object)
    }
}
