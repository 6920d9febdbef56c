import Kafka
import Pipeline

@testable import Worker

/// Workers that keep this program's rules, over a modelled group and a network that is late or away.
///
/// What decides is the program's own: leases, tenures, takeovers and what commits say. Clocks are equal.
struct ShareModel {
    typealias Instant = ContinuousClock.Instant

    /// A rule that a worker breaks, which the check has to notice.
    enum Bug: CaseIterable {
        case keepsLeaseWhenItReleases
        case countsFromTheAcknowledgement
        case countsAtOnceAfterACrash
        case tellsThatAnEarlierLeaseIsOver
        case countsTooFewPartitions
    }

    /// What may happen to the group.
    struct World {
        var commitsCountAsContact = true
        /// Whether an operator throws members out.
        var removesMembers = false
        /// The longest time between two things that happen, in milliseconds.
        var calmMax = 25_000
    }

    enum Phase: Equatable {
        case joining
        case working
        case ending
        case left
    }

    struct Member {
        var leases = Leases()
        var tenures: [Int32: Tenure] = [:]
        var id = 0
        var generation = 0
        var phase = Phase.joining
        /// When it left or died; what it held counts for a while.
        var leftAt: Instant?
        var isReachable = true
        var isCommitting = false
        /// Whether it leaves at the end instead of joining again.
        var isLeaving = false
    }

    static let partitions: Int32 = 6
    static let session = Duration.seconds(12)
    static let takeoverDelay = session + .seconds(40)
    let bug: Bug?
    let start: Instant
    private(set) var now: Instant
    var chance: HistoryChance
    var group: ShareGroup
    var members: [Member] = []
    let world: World
    private var nextID = 1
    private var nextTenure = 1
    private var events: [(at: Instant, act: (inout ShareModel) -> Void)] = []
    /// What was seen, so that a run in which nothing happens shows nothing.
    private(set) var counts: [String: Int] = [:]
    private(set) var breach: String?

    init(seed: UInt64, bug: Bug? = nil, _ world: World) {
        start = .now
        now = start
        self.bug = bug
        self.world = world
        chance = HistoryChance(seed)
        group = ShareGroup(
            partitions: Self.partitions, sessionTimeout: Self.session,
            rebalanceTimeout: world.removesMembers ? .seconds(15) : .seconds(120),
            commitsCountAsContact: world.commitsCountAsContact)
    }

    mutating func count(_ what: String) { counts[what, default: 0] += 1 }

    mutating func at(_ moment: Instant, _ act: @escaping (inout ShareModel) -> Void) {
        events.append((max(moment, now), act))
    }

    mutating func after(_ range: Range<Int>, _ act: @escaping (inout ShareModel) -> Void) {
        at(now + .milliseconds(Int.random(in: range, using: &chance)), act)
    }

    /// A message that may be late; nil arrives where the network is away.
    mutating func message(from worker: Int, _ arrive: @escaping (inout ShareModel, _ isThere: Bool) -> Void) {
        let isLate = Int.random(in: 0..<20, using: &chance) == 0
        after(isLate ? 400..<6000 : 1..<200) { arrive(&$0, $0.members[worker].isReachable) }
    }

    /// Lets time pass until `end`, or until a rule is found broken.
    mutating func run(for time: Duration) {
        let end = now + time
        while breach == nil,
            let next = events.indices.min(by: { events[$0].at < events[$1].at }), events[next].at <= end
        {
            let event = events.remove(at: next)
            now = event.at
            event.act(&self)
            coordinate()
            check()
        }
    }

    /// The coordinator's timers, looked at whenever anything happens, which is often.
    private mutating func coordinate() {
        guard let shares = group.look(at: now) else { return }
        let generation = group.generation
        for (id, share) in shares.sorted(by: { $0.key < $1.key }) {
            guard let worker = members.indices.first(where: { members[$0].id == id }) else { continue }
            message(from: worker) { model, isThere in
                guard isThere, model.members[worker].id == id, model.members[worker].phase == .joining else {
                    return
                }
                model.assigned(worker, generation, share)
            }
        }
    }

    private mutating func assigned(_ worker: Int, _ generation: Int, _ share: [Int32]) {
        members[worker].phase = .working
        members[worker].generation = generation
        for partition in share { open(partition, worker) }
        commit(worker)
    }

    private mutating func open(_ number: Int32, _ worker: Int) {
        let partition = TopicPartition(topic: "jobs", partition: number)
        let stored = group.committed[number]
        let committed = stored.map { stored in
            Takeover.Committed(
                offset: stored.offset,
                metadata: Result { () throws(MetadataRefusal) in
                    try CommitMetadata(
                        reading: stored.metadata, at: Self.place(number), committed: stored.offset)
                })
        }
        let takeover = Takeover(.init(committed: committed, lowWatermark: 0, logEnd: 1000))
        guard case .start(let start) = takeover else { preconditionFailure("all offsets are in the log") }
        let ledger = PartitionLedger(start, limits: .init(window: 10))
        var desk = Desk(ledger: ledger, lookFrom: start.wasReleased ? nil : now + Self.takeoverDelay)
        desk.limitsFrom = start.isLeaseOver ? nil : now + Self.session
        if let from = desk.limitsFrom, bug != .countsAtOnceAfterACrash {
            members[worker].leases.delayShare(of: nextTenure, until: from)
            at(from) { _ in }
        }
        if bug == .tellsThatAnEarlierLeaseIsOver { desk.limitsFrom = nil }
        count(start.wasReleased ? "released" : start.isLeaseOver ? "given up" : "unclean")
        // A job is under way all the time, so that leases are renewed.
        desk.inPipeline = [start.position]
        members[worker].tenures[number] = Tenure(
            number: nextTenure, epoch: AssignmentEpoch(rawValue: UInt64(nextTenure)),
            assigned: .init(
                topicPartition: partition, committedOffset: stored?.offset,
                committedMetadata: stored?.metadata),
            assignedAt: now, desk: desk)
        nextTenure += 1
    }

    static func place(_ partition: Int32) -> CommitPlace {
        CommitPlace(cluster: "c", topic: "jobs", partition: partition)
    }

    mutating func newID() -> Int {
        defer { nextID += 1 }
        return nextID
    }

    private mutating func check() {
        let members = members.filter { $0.leftAt.map { now - $0 < Self.session * 2 } ?? true }
        let shares = members.map { $0.leases.share(at: now) }
        let sum = shares.reduce(0, +)
        if sum > 1.000_001 { breach = "the shares are \(shares) after \(start.duration(to: now))" }
        if sum > 0.999_999 { count("everything is used") }
        var holders: [Int32: Int] = [:]
        for member in members {
            for (partition, tenure) in member.tenures where member.leases.holds(tenure.number, at: now) {
                holders[partition, default: 0] += 1
            }
        }
        guard holders.values.contains(where: { $0 > 1 }) else { return }
        count("two leases")
        // A coordinator that hears commits too never lets a session end before its lease.
        if world.commitsCountAsContact, !world.removesMembers { breach = "a partition has two leases" }
    }
}
