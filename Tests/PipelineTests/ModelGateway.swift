import ExactJSON
import PaymentJobs

@testable import Pipeline

/// A gateway that keeps payments by key, burns tokens, and whose index lags.
actor ModelGateway: PaymentGateway {
    /// What becomes of a call to make a payment.
    enum Act: Hashable, CaseIterable {
        /// It is done, and answered.
        case answered
        /// It is done; its answer is lost, or speaks of something else.
        case doneUnseen, doneBusy, doneConflict
        /// It isn't done; the caller can't tell, or is told something else.
        case idleUnseen, idleBusy, idleConflict
        /// It isn't done, and the caller knows it.
        case notSent, throttled, refused

        var isDone: Bool {
            switch self {
            case .answered, .doneUnseen, .doneBusy, .doneConflict: true
            case .idleUnseen, .idleBusy, .idleConflict, .notSent, .throttled, .refused: false
            }
        }
    }

    struct Kept {
        var payment: GatewayPayment
        var madeAt: ContinuousClock.Instant
    }

    private let time: ManualTime
    private let lag: Duration
    /// What becomes of the calls to make a payment, in order; the last one stays.
    private var acts: [Act]
    private let remembersKeys: Bool
    private let status: (String, String)
    private var byKey: [String: Int] = [:]
    private var burntTokens: Set<CardToken> = []
    private(set) var kept: [Kept] = []
    private(set) var creations = 0
    private(set) var looks = 0

    init(
        time: ManualTime, lag: Duration, acts: [Act], remembersKeys: Bool, status: (String, String)
    ) {
        self.time = time
        self.lag = lag
        self.acts = acts
        self.remembersKeys = remembersKeys
        self.status = status
    }

    /// What an earlier tenure made.
    func make(for job: ChargeSavedCard, token: CardToken, key: IdempotencyKey, isNamed: Bool = true) {
        burntTokens.insert(token)
        var payment = Sample.payment(Int64(kept.count + 1), status.0, status.1)
        payment.facts.externalReference = job.externalReference
        payment.facts.transactionAmount = job.transactionAmount
        payment.createdAt = time.wallTime
        if isNamed { (payment.jobID, payment.digest) = (job.jobID.description, job.digest) }
        if remembersKeys { byKey[key.description] = kept.count }
        kept.append(Kept(payment: payment, madeAt: time.now))
    }

    func createPayment(
        for job: ChargeSavedCard, token: CardToken, key: IdempotencyKey
    ) throws(GatewayError) -> GatewayAnswer<GatewayPayment> {
        creations += 1
        let act = acts.count > 1 ? acts.removeFirst() : acts[0]
        var answer: Result<GatewayPayment, GatewayError> = .failure(.refused(Sample.fault))
        if act.isDone { answer = work(job, token, key) }
        switch act {
        case .answered, .refused: return GatewayAnswer(try answer.get())
        case .doneUnseen, .idleUnseen: throw .ambiguous(Sample.fault)
        case .doneBusy, .idleBusy: throw .busy(Sample.fault)
        case .doneConflict, .idleConflict: throw .conflict(Sample.fault)
        case .notSent: throw .notSent(Sample.fault)
        case .throttled: throw .throttled(Sample.fault, retryAfter: .seconds(1))
        }
    }

    private func work(
        _ job: ChargeSavedCard, _ token: CardToken, _ key: IdempotencyKey
    ) -> Result<GatewayPayment, GatewayError> {
        if let known = byKey[key.description] { return .success(kept[known].payment) }
        guard !burntTokens.contains(token) else { return .failure(.tokenUnusable(Sample.fault)) }
        make(for: job, token: token, key: key)
        return .success(kept[kept.count - 1].payment)
    }

    func payments(referencedBy job: ChargeSavedCard) -> GatewayAnswer<[GatewayPayment]> {
        looks += 1
        return GatewayAnswer(kept.filter { time.now - $0.madeAt >= lag }.map(\.payment))
    }

    func payment(_ id: PaymentID) throws(GatewayError) -> GatewayAnswer<GatewayPayment> { throw unasked }

    func capturePayment(
        _ id: PaymentID, amount: ExactDecimal?, key: IdempotencyKey
    ) throws(GatewayError) -> GatewayAnswer<GatewayPayment> { throw unasked }

    func cancelPayment(
        _ id: PaymentID, key: IdempotencyKey
    ) throws(GatewayError) -> GatewayAnswer<GatewayPayment> { throw unasked }

    func refundPayment(
        for job: PaymentOperation, amount: ExactDecimal?, key: IdempotencyKey
    ) throws(GatewayError) -> GatewayAnswer<GatewayRefund> { throw unasked }

    func refunds(of id: PaymentID) throws(GatewayError) -> GatewayAnswer<[GatewayRefund]> { throw unasked }

    func createToken(
        of card: CardID, customer: CustomerID
    ) throws(GatewayError) -> GatewayAnswer<CardToken> { throw unasked }

    func cardToken(_ token: CardToken) throws(GatewayError) -> GatewayAnswer<GatewayToken> { throw unasked }

    func customers(email: Secret<String>) throws(GatewayError) -> GatewayAnswer<[CustomerID]> {
        throw unasked
    }

    func createCustomer(_ details: CustomerDetails) throws(GatewayError) -> GatewayAnswer<CustomerID?> {
        throw unasked
    }

    func cards(of customer: CustomerID) throws(GatewayError) -> GatewayAnswer<[GatewayCard]> { throw unasked }

    func addCard(
        for job: RegisterCard, to customer: CustomerID
    ) throws(GatewayError) -> GatewayAnswer<GatewayCard> { throw unasked }

    func makeDefault(_ card: CardID, of customer: CustomerID) throws(GatewayError) -> GatewayAnswer<Void> {
        throw unasked
    }

    private var unasked: GatewayError { .refused(Sample.fault) }
}
