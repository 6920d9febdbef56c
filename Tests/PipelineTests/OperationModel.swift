import ExactJSON
import PaymentJobs

@testable import Pipeline

/// A gateway with one payment, whose refunds and whose changes show late, and which may refuse what will be
/// possible for a while after each change.
actor OperationModel: RefusingGateway {
    private let time: ManualTime
    private let lag: Duration
    private var acts: [ModelGateway.Act]
    private let remembersKeys: Bool
    /// For how long after the payment was made, or changed, nothing new can be done with it.
    private let settlement: Duration
    private let createdAt: Int64
    /// The payment as it is, and as it was before it last changed.
    private(set) var facts: PaymentFacts
    private var before: GatewayPayment
    private var changedAt: ContinuousClock.Instant
    private var changedAtWallTime: Int64
    private var refundsByKey: [String: Int] = [:]
    /// Every refund, and when it was made; the first one is somebody else's, of an hour ago.
    private(set) var made: [(refund: GatewayRefund, at: ContinuousClock.Instant)]
    private(set) var calls = 0

    /// What is left of the payment's 100.
    private var left = 90

    /// With a `settlement` the payment was made a moment ago; else it is an hour old.
    init(
        time: ManualTime, lag: Duration, acts: [ModelGateway.Act], remembersKeys: Bool, status: String,
        settlement: Duration = .zero
    ) {
        self.time = time
        self.settlement = settlement
        self.lag = lag
        self.acts = acts
        self.remembersKeys = remembersKeys
        facts = PaymentFacts(id: 7, status: PaymentStatus(rawValue: status))
        facts.transactionAmount = ExactDecimal("100")
        facts.isCaptured = status == "approved"
        let age: Int64 = settlement == .zero ? 3_600 : 0
        createdAt = time.wallTime - age * 1_000
        before = GatewayPayment(facts: facts, createdAt: createdAt)
        changedAt = time.now - .seconds(age)
        changedAtWallTime = createdAt
        let other = GatewayRefund(
            facts: RefundFacts(id: 1, amount: ExactDecimal("10"), status: "approved"),
            createdAt: time.wallTime - 3_600_000)
        made = [(other, time.now - .seconds(3_600))]
    }

    /// The job's own refunds.
    var refunds: [GatewayRefund] { made.dropFirst().map(\.refund) }

    /// Does what `job` asks for, as an earlier tenure did; nil where the payment doesn't allow it.
    func perform(_ job: PaymentOperation, key: IdempotencyKey, isNamed: Bool = true) -> Bool {
        switch job.action {
        case .refund(let amount): return refund(job, amount, key, isNamed: isNamed) != nil
        case .cancel:
            guard facts.status.rawValue == "authorized" else { return facts.status.rawValue == "cancelled" }
            change { $0.status = PaymentStatus(rawValue: "cancelled") }
        case .capture(let amount):
            // Capturing again what is captured is answered like the first time ([T] sdk-java).
            guard facts.status.rawValue == "authorized" else { return facts.status.rawValue == "approved" }
            change {
                $0.status = PaymentStatus(rawValue: "approved")
                $0.isCaptured = true
                $0.transactionAmount = amount ?? $0.transactionAmount
            }
        }
        return true
    }

    private func change(_ body: (inout PaymentFacts) -> Void) {
        before = payment
        body(&facts)
        changedAt = time.now
        changedAtWallTime = time.wallTime
    }

    private var payment: GatewayPayment {
        GatewayPayment(facts: facts, createdAt: createdAt, changedAt: changedAtWallTime)
    }

    private var isSettling: Bool { time.now - changedAt < settlement }

    private func refund(
        _ job: PaymentOperation, _ amount: ExactDecimal?, _ key: IdempotencyKey, isNamed: Bool = true
    ) -> GatewayRefund? {
        if let known = refundsByKey[key.description] { return made[known].refund }
        let wanted = amount == nil ? left : 10
        guard left > 0, wanted <= left else { return nil }
        left -= wanted
        var refund = GatewayRefund(
            facts: RefundFacts(
                id: Int64(made.count + 1), amount: ExactDecimal("\(wanted)"), status: "approved"),
            createdAt: time.wallTime)
        if isNamed { (refund.jobID, refund.digest) = (job.jobID.description, job.digest) }
        if remembersKeys { refundsByKey[key.description] = made.count }
        made.append((refund, time.now))
        let isWhole = left == 0
        change { if isWhole { $0.status = PaymentStatus(rawValue: "refunded") } }
        return refund
    }

    /// What becomes of a call; `work` is nil where the payment doesn't allow it.
    private func act<Value>(_ work: () -> Value?) throws(GatewayError) -> GatewayAnswer<Value> {
        calls += 1
        let act = acts.count > 1 ? acts.removeFirst() : acts[0]
        let value = act.isDone ? work() : nil
        switch act {
        case .answered, .refused:
            guard let value else {
                throw .refused(GatewayFault(httpStatus: 400, codes: ["2063"], message: "state"))
            }
            return GatewayAnswer(value)
        case .doneUnseen, .idleUnseen: throw .ambiguous(Sample.fault)
        case .doneBusy, .idleBusy: throw .busy(Sample.fault)
        case .doneConflict, .idleConflict: throw .conflict(Sample.fault)
        case .notSent: throw .notSent(Sample.fault)
        case .throttled: throw .throttled(Sample.fault, retryAfter: .seconds(1))
        }
    }

    func refundPayment(
        for job: PaymentOperation, amount: ExactDecimal?, key: IdempotencyKey
    ) throws(GatewayError) -> GatewayAnswer<GatewayRefund> {
        try act {
            let isKnown = refundsByKey[key.description] != nil
            return isSettling && !isKnown ? nil : refund(job, amount, key)
        }
    }

    func cancelPayment(
        _ id: PaymentID, key: IdempotencyKey
    ) throws(GatewayError) -> GatewayAnswer<GatewayPayment> {
        try change(.cancel, id, key)
    }

    func capturePayment(
        _ id: PaymentID, amount: ExactDecimal?, key: IdempotencyKey
    ) throws(GatewayError) -> GatewayAnswer<GatewayPayment> {
        try change(.capture(amount: amount), id, key)
    }

    private func change(
        _ action: PaymentOperation.Action, _ id: PaymentID, _ key: IdempotencyKey
    ) throws(GatewayError) -> GatewayAnswer<GatewayPayment> {
        guard let jobID = JobID("op-1") else { throw .refused(Sample.fault) }
        let job = PaymentOperation(jobID: jobID, paymentID: id, action: action)
        return try act { !isSettling && perform(job, key: key) ? payment : nil }
    }

    func payment(_ id: PaymentID) throws(GatewayError) -> GatewayAnswer<GatewayPayment> {
        GatewayAnswer(time.now - changedAt >= lag ? payment : before)
    }

    func refunds(of id: PaymentID) throws(GatewayError) -> GatewayAnswer<[GatewayRefund]> {
        GatewayAnswer(made.filter { time.now - $0.at >= lag }.map(\.refund))
    }
}
