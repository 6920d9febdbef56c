import PaymentJobs

/// One run of a job against the gateway.
struct Attempt: Sendable {
    let gateway: any PaymentGateway
    /// When the run began, in milliseconds since 1970.
    let now: Int64
    /// When the job's message was written, in milliseconds since 1970, as far as that is known.
    var submittedAt: Int64?

    /// Runs `job`; `memory` carries over to its next run what this one learnt.
    func run(_ job: Job, memory: inout AttemptMemory) async throws(GatewayError) -> Finding<Answer> {
        switch job {
        case .charge(let job): try await charge(job, memory: &memory).map(Answer.charge)
        case .register(let job): try await register(job, memory: &memory).map(Answer.card)
        case .operation(let job): try await operate(job, memory: &memory).map(Answer.operation)
        }
    }

    func isExpired(_ moment: Moment?) -> Bool { moment.map { now >= $0.milliseconds } ?? false }

    /// What a look says that found nothing, though a call before may have been carried out.
    func foundNothing<Answer>(_ memory: inout AttemptMemory, _ detail: String) -> Finding<Answer> {
        memory.looks.foundNothing(at: now)
            ? .suspicious(.outcomeUnknown, detail) : .lookAgain(after: Looks.pause)
    }
}

/// What a job's run remembers for the next one.
struct AttemptMemory: Sendable {
    /// What a card registration knows.
    var registration = RegistrationMemory()
    /// Whether a call, of this run or of one before it, may have been carried out without an answer.
    var mayHaveBeenDone = false
    /// The looks that found nothing.
    var looks = Looks()
    /// Refusals that the payment's youth may explain.
    var earlyRefusals = 0

    /// Notes how a call failed that changes something.
    mutating func note(_ error: GatewayError) {
        mayHaveBeenDone = mayHaveBeenDone || error.mayHaveMovedMoney
    }
}

/// What an attempt that got an answer found.
enum Finding<Answer: Sendable>: Sendable {
    /// The job's answer, with the gateway's id of the deciding request.
    case answer(Answer, String?)
    /// An answer that must not be taken for one; money may have moved.
    case suspicious(DeadLetter.Reason, String)
    /// The job itself can't be done; no call was made.
    case impossible(String)
    /// Nothing certain yet: the index of the gateway's search may lag behind.
    case lookAgain(after: Duration)

    func map<Other>(_ change: (Answer) -> Other) -> Finding<Other> {
        switch self {
        case .answer(let answer, let requestID): .answer(change(answer), requestID)
        case .suspicious(let reason, let detail): .suspicious(reason, detail)
        case .impossible(let detail): .impossible(detail)
        case .lookAgain(let pause): .lookAgain(after: pause)
        }
    }
}

/// Looks at the gateway that found nothing.
///
/// Its index is near real time, and not more: the live tests of Mercado Pago's own SDKs wait 3 to 5 s before
/// they search ([T] sdk-dotnet). Several looks over more than ten seconds settle it.
struct Looks: Sendable {
    static let pause: Duration = .seconds(4)
    private static let countMin = 4
    private static let spanMin: Int64 = 10_000

    private var first: Int64?
    private var count = 0

    /// Notes a look at `now` (milliseconds since 1970) that found nothing; true where that settles it.
    mutating func foundNothing(at now: Int64) -> Bool {
        let first = first ?? now
        self.first = first
        count += 1
        return count >= Self.countMin && now - first > Self.spanMin
    }
}

extension Attempt {
    /// A look that the gateway refuses says nothing about what it was to show.
    func look<Value>(
        _ read: () async throws(GatewayError) -> GatewayAnswer<Value>
    ) async throws(GatewayError) -> GatewayAnswer<Value> {
        do {
            return try await read()
        } catch {
            guard let fault = error.refusal else { throw error }
            throw .lookRefused(fault)
        }
    }

    /// A look at what belongs to a payment; nil where the gateway says that there is none.
    func lookIfThere<Value>(
        _ read: () async throws(GatewayError) -> GatewayAnswer<Value>
    ) async throws(GatewayError) -> GatewayAnswer<Value>? {
        do {
            return try await look(read)
        } catch {
            guard case .lookRefused(let fault) = error, fault.httpStatus == 404 else { throw error }
            return nil
        }
    }

    /// The payment; nil where the gateway says that there is none.
    func payment(_ id: PaymentID) async throws(GatewayError) -> GatewayAnswer<GatewayPayment>? {
        try await lookIfThere { () async throws(GatewayError) in try await gateway.payment(id) }
    }
}
