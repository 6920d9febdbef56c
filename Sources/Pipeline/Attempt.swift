import PaymentJobs

/// One run of a job against the gateway.
struct Attempt: Sendable {
    let gateway: any PaymentGateway
    /// When the run began, in milliseconds since 1970.
    let now: Int64
    /// When the job's message was written, in milliseconds since 1970, as far as that is known.
    var submittedAt: Int64?
    /// When a look that finds nothing is believed.
    var looks = LookPolicy()
    /// What the account's jobs may ask for.
    var rules = AccountRules()

    /// Runs `job`; `memory` carries over to its next run what this one learnt.
    func run(_ job: Job, memory: inout AttemptMemory) async throws(GatewayError) -> Finding<Answer> {
        switch job {
        case .charge(let job): try await charge(job, memory: &memory).map(Answer.charge)
        case .register(let job): try await register(job, memory: &memory).map(Answer.card)
        case .operation(let job): try await operate(job, memory: &memory).map(Answer.operation)
        }
    }

    func isExpired(_ moment: Moment?) -> Bool { moment.map { now >= $0.milliseconds } ?? false }
}

/// What an attempt that got an answer found.
enum Finding<Answer: Sendable>: Sendable {
    /// The job's answer, with the gateway's id of the deciding request.
    case answer(Answer, String?)
    /// An answer that must not be taken for one; money may have moved.
    case suspicious(DeadLetter.Reason, String)
    /// The job itself can't be done; no call was made that could have done it.
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
