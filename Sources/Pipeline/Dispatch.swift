import PaymentJobs

/// A message that was started, with what is remembered of it.
struct Turn: Sendable {
    let work: Work
    var memory: JobMemory
    /// What it was started for.
    var start: Schedule.Start
}

/// Decides which message runs, which waits, and what each has to know of its past.
struct Dispatch {
    typealias Instant = ContinuousClock.Instant

    /// What a decoded message does next.
    enum Entrance: Sendable {
        /// It runs, with this memory.
        case runs(JobMemory)
        /// It was only to be decoded, or gave its slot back, and waits.
        case waits
        /// Its tenure ended meanwhile.
        case abandoned
    }

    /// Jobs whose endings are remembered: those of ten seconds at three thousand a second.
    static let finishedMax = 32_768

    private let tenures: OpenTenures
    private let accounts: [AccountName: Int]
    private let looks: LookPolicy
    private(set) var schedule: Schedule
    private(set) var joins = Joins()
    private(set) var memories: [Ticket: JobMemory] = [:]
    /// Tenures that gave a message back of which a call has no answer.
    private var doubtful: Set<Int> = []
    private var finished: FinishedJobs

    /// An empty one; `accounts` says which number each has in the schedule, from 0 on.
    init(
        accounts: [AccountName: Int], concurrency: Int, tenures: OpenTenures, looks: LookPolicy,
        finishedMax: Int = Self.finishedMax, at now: Instant
    ) {
        schedule = Schedule(concurrency: concurrency, accounts: accounts.count)
        self.accounts = accounts
        self.tenures = tenures
        self.looks = looks
        finished = FinishedJobs(capacity: finishedMax, at: now)
    }

    var count: Int { schedule.count }
    /// Jobs that have a slot.
    var running: Int { schedule.running }
    /// Whether nothing runs and nothing is decoded.
    var isIdle: Bool { schedule.running == 0 && schedule.reading == 0 }
    var nextWake: Instant? { schedule.nextWake }
    /// Jobs of which a copy runs or waits to run.
    var led: Int { joins.count }

    /// Lets messages of `tenures` in, of each at most `window` at once.
    mutating func open(_ opened: [Int], window: Int, at now: Instant) {
        tenures.open(opened, at: now)
        for tenure in opened { schedule.open(tenure: tenure, window: window) }
    }

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

    /// An account's gate may have changed its mind.
    mutating func unblock(_ account: AccountName) { accounts[account].map { schedule.unblock($0) } }

    /// Starts the next message that may start.
    mutating func take(at now: Instant, ask: Schedule.Ask) -> Turn? {
        while let (work, start) = schedule.start(at: now, ask: ask) {
            // What is remembered of a retry stays here too, for whoever asks how far it is.
            let memory = memories[work.ticket] ?? JobMemory()
            let turn = Turn(work: work, memory: memory, start: start)
            if memory.part.leads, putOff(turn, at: now) { continue }
            return turn
        }
        return nil
    }

    /// Lets a job wait that was started to be given up, and may not be: it isn't certain that it has moved no
    /// money.
    private mutating func putOff(_ turn: Turn, at now: Instant) -> Bool {
        guard case .givingUp(_, _, let moment) = turn.start, let job = turn.memory.submission?.job,
            accounts[job.account] != nil, !turn.memory.hasCertainlyDoneNothing
        else { return false }
        memories[turn.work.ticket]?.waitsForAccount = true
        schedule.postpone(turn.work, until: max(moment, now + .milliseconds(1)))
        return true
    }

    /// Lets a decoded message run that has a slot, unless it must wait first.
    mutating func enter(_ turn: Turn, as job: Job, at now: Instant) -> Entrance {
        let work = turn.work
        guard tenures.contains(work.ticket.tenure) else { return .abandoned }
        var memory = turn.memory
        recall(job, work, &memory, at: now)
        let account = accounts[job.account]
        if turn.start == .reading { schedule.own(work, account) }
        let copy = Joins.Follower(ticket: work.ticket, lane: work.lane)
        guard joins.enter(JobIdentity(job), copy) else {
            memory.part = .follows
            memories[work.ticket] = memory
            schedule.park(work)
            return .waits
        }
        memory.part = .leads
        memories[work.ticket] = memory
        if case .maybeAttempted(let lookFrom?) = work.history, lookFrom > now {
            schedule.postpone(work, until: lookFrom)
            return .waits
        }
        if turn.start == .reading {
            schedule.release(read: work)
            return .waits
        }
        if putOff(Turn(work: work, memory: memory, start: turn.start), at: now) { return .waits }
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
        // Whoever was given up has done nothing; of others an answered call may have moved money, too.
        let risk = memory.isGivenUp ? memory.attempt.risk : max(memory.attempt.risk, .inherited)
        if memory.progress.attempts > 0 || risk >= .own {
            finished.note(identity, result == nil ? .unanswered(risk) : .answered, at: now)
        }
        let followers = joins.leave(identity, ticket)
        for follower in followers {
            let part = result.map(JobMemory.Part.repeats) ?? .orphan(risk)
            memories[follower.ticket]?.part = part
            schedule.unpark(follower.ticket, in: follower.lane, isAnswered: result != nil)
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
        memory.isRepeat = memory.isRepeat || ending == .answered
        switch (memory.part, ending) {
        case (.orphan(let risk), _), (_, .unanswered(let risk)):
            memory.attempt.mayHaveBeenAttempted = memory.attempt.mayHaveBeenAttempted || risk >= .inherited
            memory.attempt.mayHaveBeenDone = memory.attempt.mayHaveBeenDone || risk >= .own
        case (_, .answered), (_, nil): break
        }
        let isKnown = [tenures.opened(work.ticket.tenure), finished.completeSince].allSatisfy { since in
            since.map { now - $0 > looks.indexLag } ?? false
        }
        memory.attempt.needsSettledLook =
            memory.attempt.mayHaveBeenAttempted || ending != nil || !isKnown
    }
}
