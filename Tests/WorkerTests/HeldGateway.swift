import PaymentJobs
import Pipeline

/// A gateway that approves every charge, and holds calls back while a test wants it to.
actor HeldGateway: ChargeOnlyGateway {
    struct Call: Sendable {
        let job: String
        let key: String
        let idempotencyKey: String
    }

    private(set) var calls: [Call] = []
    /// Customers for whom two calls ran at once.
    private(set) var overlaps: Set<String> = []
    private var runningKeys: [String] = []
    private var payments: [IdempotencyKey: GatewayPayment] = [:]
    /// What was asked, in order: a look at a job's payments, or a call to make one.
    enum Request: Hashable, Sendable {
        case look(String)
        case call(String)
    }

    private(set) var requests: [Request] = []
    /// Looks that were made before or after calls.
    var looks: Int { lookedUp.count }
    /// The jobs that were looked up, once for each look.
    var lookedUp: [String] {
        requests.compactMap { if case .look(let job) = $0 { job } else { nil } }
    }
    private var isHolding = false
    /// The only job whose calls are held, if it isn't all.
    private var heldJob: String?
    private var throttled: Duration?
    private var refused: String?
    private var held: [(job: String, door: AsyncStream<Never>.Continuation)] = []
    private let bell = Bell()

    func holdCalls() {
        isHolding = true
        heldJob = nil
    }

    /// Lets calls end, and those to come pass.
    func letGo(except job: String? = nil) {
        isHolding = job != nil
        heldJob = job
        for call in held where call.job != job { call.door.finish() }
        held.removeAll { $0.job != job }
    }

    /// Returns when `count` different payments have been made.
    func untilCharged(_ count: Int) async {
        while payments.count < count { await bell.wait() }
    }

    /// Calls that are held now.
    var holding: Int { held.count }

    /// Returns when exactly `count` calls are held.
    func untilHolding(_ count: Int) async {
        while held.count != count { await bell.wait() }
    }

    func untilRunning(_ count: Int) async {
        while held.count < count { await bell.wait() }
    }

    /// Lets every call be answered with 429.
    func throttle(for pause: Duration) { throttled = pause }

    /// Lets a job's calls, once they aren't held any more, end without having been carried out.
    func refuse(_ job: String) { refused = job }

    func accept() { refused = nil }

    /// Returns when `count` calls have come.
    func untilCalled(_ count: Int) async {
        while calls.count < count { await bell.wait() }
    }

    /// Returns when `count` looks have come.
    func untilLooked(_ count: Int) async {
        while looks < count { await bell.wait() }
    }

    func createPayment(
        for job: ChargeSavedCard, token: CardToken, key: IdempotencyKey
    ) async throws(GatewayError) -> GatewayAnswer<GatewayPayment> {
        let customer = job.customerID.description
        requests.append(.call(job.jobID.description))
        calls.append(Call(job: job.jobID.description, key: customer, idempotencyKey: key.description))
        bell.ring()
        if let throttled { throw .throttled(GatewayFault(message: "slow down"), retryAfter: throttled) }
        if runningKeys.contains(customer) { overlaps.insert(customer) }
        runningKeys.append(customer)
        if isHolding, heldJob == nil || heldJob == job.jobID.description {
            let (closed, door) = AsyncStream<Never>.makeStream()
            held.append((job.jobID.description, door))
            bell.ring()
            for await _ in closed {}
            if Task.isCancelled { throw .ambiguous(GatewayFault(message: "cancelled while it was held")) }
        } else {
            for _ in 0..<3 { await Task.yield() }
        }
        runningKeys.removeAll { $0 == customer }
        if refused == job.jobID.description { throw .notSent(GatewayFault(message: "not sent")) }
        let facts = PaymentFacts(
            id: Int64(payments.count + 1), status: PaymentStatus(rawValue: "approved"),
            statusDetail: "accredited")
        let payment =
            payments[key]
            ?? GatewayPayment(facts: facts, jobID: job.jobID.description, digest: job.digest)
        payments[key] = payment
        bell.ring()
        return GatewayAnswer(payment)
    }

    func payments(
        referencedBy job: ChargeSavedCard
    ) async throws(GatewayError) -> GatewayAnswer<[GatewayPayment]> {
        requests.append(.look(job.jobID.description))
        bell.ring()
        return GatewayAnswer(Array(payments.values))
    }
}
