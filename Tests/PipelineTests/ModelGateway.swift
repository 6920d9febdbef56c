import PaymentJobs

@testable import Pipeline

/// A gateway that keeps payments by key, burns tokens, and whose index lags.
actor ModelGateway: RefusingGateway {
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

        /// Whether the caller can't tell afterwards what became of it.
        var isDoubtful: Bool {
            switch self {
            case .doneUnseen, .doneBusy, .doneConflict, .idleUnseen, .idleBusy, .idleConflict: true
            case .answered, .notSent, .throttled, .refused: false
            }
        }
    }

    /// What becomes of a call to make a token.
    enum TokenAct: Hashable, CaseIterable {
        case made, lost, busy, conflict, notSent, refused
    }

    /// What the gateway does with a key that it has seen.
    enum Keys: Hashable, CaseIterable {
        /// It answers what it answered, and refuses other content with 409.
        case kept
        /// It answers what it answered, whatever the content.
        case keptLoosely
        /// It has forgotten it.
        case forgotten
    }

    struct Kept {
        var payment: GatewayPayment
        var madeAt: ContinuousClock.Instant
    }

    private let time: ManualTime
    private let lag: Duration
    /// What becomes of the calls to make a payment, in order; the last one stays.
    private var acts: [Act]
    private let keys: Keys
    private let status: (String, String)
    /// What becomes of the calls to make a token, in order; the last one stays.
    private var tokenActs: [TokenAct]
    private var tokensMade = 0
    private var byKey: [String: (token: CardToken, index: Int)] = [:]
    private var burntTokens: Set<CardToken> = []
    private(set) var kept: [Kept] = []
    private(set) var creations = 0
    private(set) var looks = 0

    init(
        time: ManualTime, lag: Duration, acts: [Act], keys: Keys, status: (String, String),
        tokenActs: [TokenAct] = []
    ) {
        self.tokenActs = tokenActs
        self.time = time
        self.lag = lag
        self.acts = acts
        self.keys = keys
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
        if keys != .forgotten { byKey[key.description] = (token, kept.count) }
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
        if let known = byKey[key.description] {
            guard known.token == token || keys == .keptLoosely else {
                return .failure(.conflict(Sample.fault))
            }
            return .success(kept[known.index].payment)
        }
        guard !burntTokens.contains(token) else { return .failure(.tokenUnusable(Sample.fault)) }
        make(for: job, token: token, key: key)
        return .success(kept[kept.count - 1].payment)
    }

    func payments(referencedBy job: ChargeSavedCard) -> GatewayAnswer<[GatewayPayment]> {
        looks += 1
        return GatewayAnswer(kept.filter { time.now - $0.madeAt >= lag }.map(\.payment))
    }

    func createToken(
        of card: CardID, customer: CustomerID
    ) throws(GatewayError) -> GatewayAnswer<CardToken> {
        let act = tokenActs.count > 1 ? tokenActs.removeFirst() : tokenActs[0]
        tokensMade += 1
        guard let token = CardToken("made-\(tokensMade)") else { throw .refused(Sample.fault) }
        switch act {
        case .made: return GatewayAnswer(token)
        case .lost: throw .ambiguous(Sample.fault)
        case .busy: throw .busy(Sample.fault)
        case .conflict: throw .conflict(Sample.fault)
        case .notSent: throw .notSent(Sample.fault)
        case .refused: throw .refused(Sample.fault)
        }
    }
}
