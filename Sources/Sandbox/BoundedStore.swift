/// A dictionary that forgets its oldest entry rather than grow beyond its limit.
struct BoundedStore<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private var values: [Key: Value] = [:]
    private var order: [Key] = []
    private var oldest = 0
    private let max: Int
    /// How many entries were forgotten.
    private(set) var evicted = 0

    init(max: Int) {
        precondition(max > 0, "a store that holds nothing forgets what it was just given")
        self.max = max
    }

    var count: Int { values.count }

    /// Everything, oldest first.
    var all: some Sequence<Value> { order[oldest...].lazy.compactMap { values[$0] } }

    /// The value of a key that is there already can be read and replaced.
    subscript(key: Key) -> Value? {
        get { values[key] }
        set {
            precondition(values[key] != nil && newValue != nil, "new entries are inserted, none is removed")
            values[key] = newValue
        }
    }

    /// Adds an entry, and returns the one that had to go for it.
    @discardableResult
    mutating func insert(_ value: Value, for key: Key) -> Value? {
        precondition(values[key] == nil, "an entry is inserted once")
        values[key] = value
        order.append(key)
        guard values.count > max else { return nil }
        let forgotten = values.removeValue(forKey: order[oldest])
        oldest += 1
        evicted += 1
        if oldest > order.count / 2 {
            order.removeFirst(oldest)
            oldest = 0
        }
        return forgotten
    }
}
