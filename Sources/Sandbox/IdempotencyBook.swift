import ExactJSON

/// What the idempotency keys of one seller stand for.
///
/// Mercado Pago documents that a key repeats an earlier result. That another body under the same key is a
/// conflict (409), that a key in use is locked (423), and that refusals aren't remembered are our choices.
struct IdempotencyBook: Sendable {
    /// What a POST under a key meets.
    enum Decision: Equatable {
        /// The key is locked now, for this call.
        case fresh
        /// The same body has made the payment or refund with this id.
        case replay(id: Int64)
        /// Another body is being carried out, or was.
        case conflict
        /// The same body is being carried out.
        case locked
    }

    private struct Entry {
        let body: [UInt8]
        var id: Int64?
    }

    private var entries: [String: Entry] = [:]
    private var posts: BoundedStore<String, Int>

    init(keysMax: Int) { posts = BoundedStore(max: keysMax) }

    /// Two bodies are the same where their canonical JSON is: the order of members is no other payment.
    mutating func begin(_ key: String, body: [UInt8]) -> Decision {
        if let count = posts[key] { posts[key] = count + 1 } else { posts.insert(1, for: key) }
        guard let entry = entries[key] else {
            entries[key] = Entry(body: body)
            return .fresh
        }
        guard entry.body == body else { return .conflict }
        return entry.id.map(Decision.replay(id:)) ?? .locked
    }

    mutating func complete(_ key: String, id: Int64) { entries[key]?.id = id }

    /// Frees a key whose call made nothing.
    mutating func release(_ key: String) { entries[key] = nil }

    /// Frees a key whose payment or refund was forgotten, unless it stands for another by now.
    mutating func forget(_ key: String, id: Int64) {
        if entries[key]?.id == id { entries[key] = nil }
    }

    /// Ends the retention of every key that isn't in use, so that a repeat is a new call.
    ///
    /// - Returns: How many were forgotten.
    mutating func forgetAll() -> Int {
        let before = entries.count
        entries = entries.filter { $0.value.id == nil }
        return before - entries.count
    }

    /// How many POSTs came under a key, whatever became of them.
    func posts(_ key: String) -> Int { posts[key] ?? 0 }
}
