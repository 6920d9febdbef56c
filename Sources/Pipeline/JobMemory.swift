import PaymentJobs

/// What is remembered of a message while it is in the pipeline.
struct JobMemory: Sendable {
    /// What a message is to the other copies of its job.
    enum Part: Sendable {
        /// Not known yet.
        case none
        /// The copy that is run.
        case leads
        /// One that waits for what becomes of the leader.
        case follows
        /// One whose leader has the answer.
        indirect case repeats(JobResult)
        /// One whose leader left without an answer; how far it may have done the job all the same.
        case orphan(Risk)

        /// Whether it is the copy that is run.
        var leads: Bool { if case .leads = self { true } else { false } }
    }

    var submission: Submission?
    var part = Part.none
    var progress = Progress()
    var attempt = AttemptMemory()
    var startedAt: Int64 = 0
    /// What the last failed call said.
    var lastFault: GatewayFault?
    /// Whether it waits for its account's turn to call, and for nothing of its own.
    var waitsForAccount = false
    /// Whether a copy of the job was answered before.
    var isRepeat = false
    /// Whether it ends because of its account, and certainly has moved no money.
    var isGivenUp = false
    /// How often a run was put off that had made a call, which the next one makes again.
    var deferrals = 0

    /// How many calls of its account the next run waits for in its slot once it has made one: it doubles, so
    /// that at whatever rate, and however many are in line, the job gets through.
    var patience: Int { 2 << min(deferrals, 20) }

    /// Notes how a run's last call failed, for the next run and for whoever asks how far the job is.
    mutating func note(_ error: GatewayError) {
        if case .deferred = error {
            waitsForAccount = true
            return
        }
        lastFault = error.fault
        guard progress.looksFirst else { return }
        attempt.hasLooked = false
        if attempt.mayHaveBeenDone { attempt.mayHaveBeenAttempted = true }
    }

    /// Whether no money can have moved, by this run's calls or by anybody's.
    var hasCertainlyDoneNothing: Bool { moneyState == .notMoved }

    /// What a dead letter says of the money, for calls of all tenures.
    var moneyState: MoneyState {
        guard let submission, submission.job.kind.canMoveMoney else { return .notMoved }
        return attempt.risk == .none && !isRepeat ? .notMoved : .unknown
    }
}

/// The answer to a job, for its other copies.
struct JobResult: Sendable {
    let answer: Answer
    /// The gateway's id of the deciding request.
    let requestID: String?
    /// The digest of what was asked for.
    let digest: String
}
