import Kafka

/// A group's coordinator as Kafka's is: members, generations of the eager protocol, and committed positions.
struct ShareGroup {
    typealias Instant = ContinuousClock.Instant

    struct Member {
        var lastContact: Instant
        var hasJoined: Bool
    }

    enum Reply: Equatable {
        case ok
        case rebalance
        case unknown
    }

    let partitions: Int32
    let sessionTimeout: Duration
    let rebalanceTimeout: Duration
    /// Whether a commit counts as a sign of life: one in a transaction doesn't.
    let commitsCountAsContact: Bool
    private(set) var members: [Int: Member] = [:]
    private(set) var generation = 0
    private(set) var preparingSince: Instant?
    private(set) var committed: [Int32: (offset: Int64, metadata: String?)] = [:]

    mutating func join(_ id: Int, at now: Instant) {
        members[id] = Member(lastContact: now, hasJoined: true)
        prepare(except: id, at: now)
    }

    mutating func leave(_ id: Int, at now: Instant) {
        guard members.removeValue(forKey: id) != nil else { return }
        prepare(except: nil, at: now)
    }

    mutating func heartbeat(_ id: Int, _ generation: Int, at now: Instant) -> Reply {
        guard members[id] != nil, generation == self.generation else { return .unknown }
        members[id]?.lastContact = now
        return preparingSince == nil ? .ok : .rebalance
    }

    mutating func commit(
        _ positions: [TopicPartitionOffset], of id: Int, _ generation: Int, at now: Instant
    ) -> Reply {
        guard members[id] != nil, generation == self.generation else { return .unknown }
        if commitsCountAsContact { members[id]?.lastContact = now }
        for position in positions {
            committed[position.topicPartition.partition] = (position.offset, position.metadata)
        }
        return .ok
    }

    /// Removes who is late; returns what each member is assigned where a generation begins.
    mutating func look(at now: Instant) -> [Int: [Int32]]? {
        for (id, member) in members where now - member.lastContact >= sessionTimeout {
            // Whoever waits for the others to join isn't asked for heartbeats.
            if preparingSince == nil || !member.hasJoined { leave(id, at: now) }
        }
        guard let since = preparingSince else { return nil }
        if now - since >= rebalanceTimeout { members = members.filter(\.value.hasJoined) }
        guard members.values.allSatisfy(\.hasJoined) else { return nil }
        preparingSince = nil
        generation += 1
        var shares = members.mapValues { _ in [Int32]() }
        let order = members.keys.sorted()
        for id in order { members[id]?.lastContact = now }
        for partition in 0..<partitions where !order.isEmpty {
            shares[order[(Int(partition) + generation) % order.count]]?.append(partition)
        }
        return shares
    }

    private mutating func prepare(except joined: Int?, at now: Instant) {
        guard preparingSince == nil else { return }
        preparingSince = now
        for id in members.keys where id != joined { members[id]?.hasJoined = false }
    }
}
