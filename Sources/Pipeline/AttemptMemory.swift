import PaymentJobs

/// What a job's run remembers for the next one.
struct AttemptMemory: Sendable {
    /// What a card registration knows.
    var registration = RegistrationMemory()
    /// Whether somebody else may have begun the job: an earlier tenure, or whoever made it a dead letter.
    var mayHaveBeenAttempted = false
    /// Whether a call, of this run or of one before it, may have been carried out without an answer.
    var mayHaveBeenDone = false
    /// Whether the gateway's index may not show yet what was done for the job before its first run here.
    var needsSettledLook = false
    /// Whether the look that has to come before the first call is over.
    var hasLooked = false
    /// The token that was made of the job's card: for this job alone, and for no later tenure.
    var token: CardToken?
    /// The refund that the gateway answered a call with, which its list may not show yet.
    var refund: GatewayRefund?
    /// What is being looked into: no further call is made for the job.
    private(set) var doubt: Doubt?
    /// The looks that found nothing.
    var looks = Looks()
    /// Refusals that the payment's youth may explain.
    var earlyRefusals = 0

    /// What may have been done without this run's knowing.
    var risk: Risk { doubt == nil ? knownRisk : .lookedInto }

    /// The same without what is being looked into.
    var knownRisk: Risk { mayHaveBeenDone ? .own : mayHaveBeenAttempted ? .inherited : .none }

    /// Notes how a call failed that changes something.
    mutating func note(_ error: GatewayError) {
        if case .conflict = error {
            // The gateway knows the key: some call of this job has been there.
            mayHaveBeenDone = true
        }
        guard error.mayHaveBeenDone else { return }
        mayHaveBeenDone = true
        // Looks from before it say nothing of it.
        looks = Looks()
    }

    /// Has the looks that come before a first call made again before the next one.
    mutating func lookAnew() {
        hasLooked = false
        looks = Looks()
    }

    /// From here on the gateway is only looked at, until it is settled what became of the job.
    mutating func lookInto(_ doubt: Doubt) {
        self.doubt = doubt
        looks = Looks()
    }
}

/// How far something may have been done for a job that its present run doesn't know of.
enum Risk: Sendable, Comparable {
    /// No earlier tenure can have begun it, and every call of this one has its answer.
    case none
    /// An earlier tenure may have begun it.
    case inherited
    /// A call is known that may have been carried out without an answer.
    case own
    /// The gateway said something that an earlier call would explain.
    case lookedInto
}

/// What the gateway said, or didn't say, that must be looked into before it is an answer.
enum Doubt: Sendable {
    /// It refused the call, and an earlier one may be why.
    case refusal(GatewayError)
    /// It made a payment only to call it a duplicate of another.
    indirect case duplicate(PaymentFacts, String?)
    /// It left every call unanswered.
    case silence(GatewayFault)
}

extension Doubt: CustomStringConvertible {
    /// What was said, for a message.
    var description: String {
        switch self {
        case .refusal(let error): "refused (\(error.fault)) after a call that may have been carried out"
        case .duplicate(let facts, _): "the gateway calls payment \(facts.id) a duplicate of another"
        case .silence(let fault): "\(fault)"
        }
    }
}

extension Attempt {
    /// What a look says that found nothing, though a call before may have been carried out.
    func foundNothing<Answer>(_ memory: inout AttemptMemory, _ detail: String) -> Finding<Answer> {
        memory.looks.foundNothing(at: now, looks)
            ? .suspicious(.outcomeUnknown, detail) : .lookAgain(after: looks.pause)
    }

    /// What a refusal is worth where a look shows nothing of an earlier call.
    ///
    /// With an earlier tenure alone, settled looks make it the answer; where a call is known whose answer was
    /// lost, or where the refusal itself is `evidence` of an earlier call, they don't.
    func judge<Answer>(
        _ refusal: GatewayFault, _ memory: inout AttemptMemory, isEvidence: Bool = false,
        otherwise answer: Finding<Answer>
    ) -> Finding<Answer> {
        guard memory.mayHaveBeenDone || memory.mayHaveBeenAttempted else { return answer }
        guard memory.looks.foundNothing(at: now, looks) else { return .lookAgain(after: looks.pause) }
        guard !memory.mayHaveBeenDone, !isEvidence else {
            return .suspicious(
                .outcomeUnknown, "refused (\(refusal)) after a call that may have been carried out")
        }
        return answer
    }
}
