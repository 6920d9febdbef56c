import PaymentJobs

/// A message that has a slot, with what is remembered of it.
struct Turn: Sendable {
    let work: Work
    var memory: JobMemory
}

/// Decides which message runs, which waits, and what each has to know of its past.
struct Dispatch {
    typealias Instant = ContinuousClock.Instant

    /// What a decoded message does next.
    enum Entrance: Sendable {
        /// It runs, with this memory.
        case runs(JobMemory)
        /// It gave its slot back, and waits.
        case waits
        /// Its tenure ended meanwhile.
        case abandoned
    }

    /// Jobs whose endings are remembered: those of ten seconds at three thousand a second.
    static let finishedMax = 32_768

    private let tenures: OpenTenures
    private let looks: LookPolicy
    private var schedule: Schedule
    private var joins = Joins()
    private var memories: [Ticket: JobMemory] = [:]
    /// Tenures that gave a message back of which a call has no answer.
    private var doubtful: Set<Int> = []
    private var finished: FinishedJobs

    init(
        concurrency: Int, tenures: OpenTenures, looks: LookPolicy, finishedMax: Int = Self.finishedMax,
        at now: Instant
    ) {
        schedule = Schedule(concurrency: concurrency)
        self.tenures = tenures
        self.looks = looks
        finished = FinishedJobs(capacity: finishedMax, at: now)
    }

    var count: Int { schedule.count }
    var running: Int { schedule.running }
    var nextWake: Instant? { schedule.nextWake }
    /// Jobs of which a copy runs or waits to run.
    var led: Int { joins.count }

    /// Adds messages; those whose tenure isn't open are returned.
    mutating func submit(_ works: [Work]) -> [Ticket] {
        var refused: [Ticket] = []
        for work in works {
            if tenures.contains(work.ticket.tenure) {
                schedule.submit(work)
            } else {
                refused.append(work.ticket)
            }
        }
        return refused
    }

    mutating func wake(at now: Instant) { schedule.wake(at: now) }

    /// Takes a slot for the next ready message.
    mutating func take() -> Turn? {
        // What is remembered of a retry stays here too, for whoever asks how far it is.
        schedule.start().map { Turn(work: $0, memory: memories[$0.ticket] ?? JobMemory()) }
    }

    /// Lets a decoded message that has a slot run, unless it must wait first.
    mutating func enter(_ turn: Turn, as job: Job, at now: Instant) -> Entrance {
        let work = turn.work
        guard tenures.contains(work.ticket.tenure) else { return .abandoned }
        var memory = turn.memory
        recall(job, work, &memory, at: now)
        let copy = Joins.Follower(ticket: work.ticket, lane: work.lane)
        guard joins.enter(JobIdentity(job), copy) else {
            memory.part = .follows
            memories[work.ticket] = memory
            schedule.park(work)
            return .waits
        }
        memory.part = .leads
        if case .maybeAttempted(let lookFrom?) = work.history, lookFrom > now {
            memories[work.ticket] = memory
            schedule.postpone(work, until: lookFrom)
            return .waits
        }
        memories[work.ticket] = memory
        return .runs(memory)
    }

    /// Lets a message wait until `instant`; false where its tenure was withdrawn meanwhile.
    mutating func postpone(_ turn: Turn, until instant: Instant) -> Bool {
        guard tenures.contains(turn.work.ticket.tenure) else { return false }
        memories[turn.work.ticket] = turn.memory
        schedule.postpone(turn.work, until: instant)
        return true
    }

    /// A message has left; `result` is its answer where that is an event.
    ///
    /// - Returns: Whether other messages may start because of it, beside the next of its lane.
    mutating func finish(_ turn: Turn, _ result: JobResult?, at now: Instant) -> Bool {
        schedule.finish(turn.work)
        memories[turn.work.ticket] = nil
        return leave(turn.work.ticket, turn.memory, result, at: now)
    }

    /// A message leaves without an answer.
    mutating func noteGivenBack(_ ticket: Ticket, _ memory: JobMemory) {
        if memory.attempt.mayHaveBeenDone { doubtful.insert(ticket.tenure) }
    }

    /// Whether a message of `tenure` was given back of which a call has no answer; asking forgets it.
    mutating func takeDoubt(tenure: Int) -> Bool { doubtful.remove(tenure) != nil }

    /// Takes back every message of `tenure` that isn't running.
    mutating func withdraw(tenure: Int, at now: Instant) -> [Ticket] {
        tenures.close(tenure)
        let tickets = schedule.withdraw(tenure: tenure)
        for ticket in tickets {
            guard let memory = memories.removeValue(forKey: ticket) else { continue }
            noteGivenBack(ticket, memory)
            _ = leave(ticket, memory, nil, at: now)
        }
        return tickets
    }

    /// Tells those who wait for this copy what became of it; true where there are any.
    private mutating func leave(
        _ ticket: Ticket, _ memory: JobMemory, _ result: JobResult?, at now: Instant
    ) -> Bool {
        guard let job = memory.submission?.job else { return false }
        let identity = JobIdentity(job)
        let isDoubtful = memory.attempt.risk >= .own
        if memory.progress.attempts > 0 || isDoubtful {
            let ending = result == nil ? FinishedJobs.Ending.unanswered(isDoubtful: isDoubtful) : .answered
            finished.note(identity, ending, at: now)
        }
        let followers = joins.leave(identity, ticket)
        for follower in followers {
            let part = result.map(JobMemory.Part.repeats) ?? .orphan(isDoubtful: isDoubtful)
            memories[follower.ticket]?.part = part
            schedule.unpark(follower.ticket, in: follower.lane)
        }
        return !followers.isEmpty
    }

    /// Notes what may have been done for a job before its first run.
    private func recall(_ job: Job, _ work: Work, _ memory: inout JobMemory, at now: Instant) {
        let wasDeadLetter = DeadLetterHeader.marks(work.message.headers)
        let ending = finished.ending(of: JobIdentity(job))
        memory.attempt.mayHaveBeenAttempted =
            memory.attempt.mayHaveBeenAttempted || work.history != .fresh || wasDeadLetter
        memory.attempt.mayHaveBeenDone =
            memory.attempt.mayHaveBeenDone || wasDeadLetter && job.kind.canMoveMoney
        let earlier: Bool? =
            switch (memory.part, ending) {
            case (.orphan(let isDoubtful), _), (_, .unanswered(let isDoubtful)): isDoubtful
            default: nil
            }
        if let isDoubtful = earlier {
            memory.attempt.mayHaveBeenAttempted = true
            memory.attempt.mayHaveBeenDone = memory.attempt.mayHaveBeenDone || isDoubtful
        }
        let isKnown = [tenures.opened(work.ticket.tenure), finished.completeSince].allSatisfy { since in
            since.map { now - $0 > looks.indexLag } ?? false
        }
        memory.attempt.needsSettledLook =
            memory.attempt.mayHaveBeenAttempted || ending != nil || !isKnown
    }
}

extension Dispatch {
    /// How far a message is; nil where it isn't here.
    func stage(of ticket: Ticket) -> JobStage? {
        guard let (work, phase) = schedule.place(of: ticket) else { return nil }
        let memory = memories[ticket]
        let job = memory?.submission?.job
        let step: JobStage.Step =
            switch phase {
            case nil: .queued
            case .ready: .ready
            case .running: .running
            case .waiting(let instant):
                work.history == .maybeAttempted(lookFrom: instant)
                    ? .delayed(until: instant) : .waiting(until: instant)
            case .parked:
                job.flatMap { joins.leader(of: JobIdentity($0)) }.map(JobStage.Step.joined) ?? .ready
            }
        return JobStage(
            jobID: job?.id ?? joins.job(ledBy: ticket), attempts: memory?.progress.attempts ?? 0, step: step,
            lastError: memory?.lastFault?.description)
    }
}
