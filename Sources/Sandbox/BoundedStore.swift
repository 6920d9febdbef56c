/// A dictionary that forgets its oldest entry rather than grow beyond its limit.
struct BoundedStore<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry: Sendable {
        var value: Value
        let serial: Int
    }

    private var entries: [Key: Entry] = [:]
    /// When each key came; one whose entry was removed, or came again later, is passed over.
    private var order: [(key: Key, serial: Int)] = []
    private var oldest = 0
    private var serial = 0
    private let max: Int
    /// How many entries were forgotten.
    private(set) var evicted = 0

    init(max: Int) {
        precondition(max > 0, "a store that holds nothing forgets what it was just given")
        self.max = max
    }

    var count: Int { entries.count }

    /// Everything, oldest first.
    var all: some Sequence<Value> {
        order[oldest...].lazy.compactMap { key, serial in
            entries[key].flatMap { $0.serial == serial ? $0.value : nil }
        }
    }

    /// The value of a key that is there already can be read and replaced.
    subscript(key: Key) -> Value? {
        get { entries[key]?.value }
        set {
            guard let newValue, entries[key] != nil else {
                preconditionFailure("new entries are inserted, and old ones are removed by name")
            }
            entries[key]?.value = newValue
        }
    }

    /// Adds an entry, and returns the one that had to go for it.
    @discardableResult
    mutating func insert(_ value: Value, for key: Key) -> Value? {
        precondition(entries[key] == nil, "an entry is inserted once")
        serial += 1
        entries[key] = Entry(value: value, serial: serial)
        order.append((key, serial))
        guard entries.count > max else { return nil }
        let forgotten = removeOldest()
        evicted += 1
        return forgotten
    }

    /// Takes an entry out before its time; its key may come again.
    @discardableResult
    mutating func remove(_ key: Key) -> Value? {
        guard let entry = entries.removeValue(forKey: key) else { return nil }
        if order.count - oldest > 2 * entries.count + 16 {
            order = order[oldest...].filter(isPresent)
            oldest = 0
        }
        return entry.value
    }

    private mutating func removeOldest() -> Value? {
        while !isPresent(order[oldest]) { oldest += 1 }
        let forgotten = entries.removeValue(forKey: order[oldest].key)
        oldest += 1
        if oldest > order.count / 2 {
            order.removeFirst(oldest)
            oldest = 0
        }
        return forgotten?.value
    }

    private func isPresent(_ arrival: (key: Key, serial: Int)) -> Bool {
        entries[arrival.key]?.serial == arrival.serial
    }
}
