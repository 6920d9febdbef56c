import PaymentJobs
import TestSupport
import Testing

@testable import Pipeline

/// Copies of a job that are in the pipeline at the same time.
@Suite struct DispatchTests {
    let start = ContinuousClock.now

    /// A dispatch that expectations can ask.
    private final class Desk {
        private var dispatch: Dispatch

        init(_ dispatch: Dispatch) { self.dispatch = dispatch }

        var count: Int { dispatch.count }
        var running: Int { dispatch.running }
        var led: Int { dispatch.led }
        var nextWake: ContinuousClock.Instant? { dispatch.nextWake }
        func submit(_ works: [Work]) -> [Ticket] { dispatch.submit(works) }
        func take(at now: ContinuousClock.Instant = .now) -> Turn? {
            dispatch.take(at: now) { _, _ in .go(AccountGate.Visit(id: 1, paid: nil)) }
        }
        func stage(of ticket: Ticket) -> JobStage? { dispatch.stage(of: ticket) { _ in .rate } }
        func wake(at now: ContinuousClock.Instant) { dispatch.wake(at: now) }
        func enter(_ turn: Turn, as job: Job, at now: ContinuousClock.Instant) -> Dispatch.Entrance {
            dispatch.enter(turn, as: job, at: now)
        }
        func postpone(_ turn: Turn, until instant: ContinuousClock.Instant) -> Bool {
            dispatch.postpone(turn, until: instant)
        }
        func finish(_ turn: Turn, _ result: JobResult?, at now: ContinuousClock.Instant) -> Bool {
            dispatch.finish(turn, result, at: now)
        }
        func withdraw(tenure: Int, at now: ContinuousClock.Instant) -> [Ticket] {
            dispatch.withdraw(tenure: tenure, at: now)
        }
    }

    private func dispatch(_ tenures: [Int] = [1, 2], concurrency: Int = 4) -> Desk {
        let open = OpenTenures()
        open.open(tenures, at: start)
        return Desk(
            Dispatch(
                accounts: [.standard: 0], concurrency: concurrency, tenures: open, looks: LookPolicy(),
                at: start))
    }

    /// Takes the next message, decodes it, and lets it enter.
    private func enter(
        _ dispatch: Desk, after pause: Duration = .zero
    ) throws -> (turn: Turn, runs: Bool) {
        var turn = try #require(dispatch.take())
        let submission = try turn.memory.submission ?? JobDecoder().decode(turn.work.message)
        turn.memory.submission = submission
        if case .repeats = turn.memory.part { return (turn, false) }
        guard case .runs(let memory) = dispatch.enter(turn, as: submission.job, at: start + pause) else {
            return (turn, false)
        }
        turn.memory = memory
        return (turn, true)
    }

    private func answer(_ turn: Turn) throws -> JobResult {
        let digest = try #require(turn.memory.submission?.job.digest)
        let answer = Answer.charge(.payment(Sample.payment(turn.work.ticket.offset).facts))
        return JobResult(answer: answer, requestID: nil, digest: digest)
    }

    @Test func aCopyWaitsWithoutASlotAndGetsTheAnswerOfTheFirst() throws {
        let dispatch = self.dispatch(concurrency: 2)
        #expect(dispatch.submit([Sample.work(1), Sample.work(2, tenure: 2), Sample.work(3, key: "b")]) == [])
        let leader = try enter(dispatch)
        let copy = try enter(dispatch)
        #expect(leader.runs && !copy.runs && dispatch.running == 1)
        #expect(dispatch.stage(of: copy.turn.work.ticket)?.step == .joined(to: leader.turn.work.ticket))
        let third = try enter(dispatch)
        #expect(!third.runs && dispatch.running == 1, "neither holds a slot")
        let result = try answer(leader.turn)
        #expect(dispatch.finish(leader.turn, result, at: start))
        for _ in 0..<2 {
            let turn = try #require(dispatch.take())
            guard case .repeats(let given) = turn.memory.part else {
                Issue.record("it needs no call")
                return
            }
            #expect(given.answer == result.answer && given.digest == result.digest)
            #expect(!dispatch.finish(turn, result, at: start))
        }
        #expect(dispatch.count == 0 && dispatch.led == 0)
    }

    @Test func copiesOfALeaderWithoutAnAnswerRunOneAfterTheOther() throws {
        let dispatch = self.dispatch()
        #expect(
            dispatch.submit([Sample.work(1), Sample.work(2, key: "b"), Sample.work(3, key: "c")]).isEmpty)
        var leader = try enter(dispatch).turn
        for _ in 0..<2 { #expect(try !enter(dispatch).runs) }
        leader.memory.progress.began()
        #expect(dispatch.finish(leader, nil, at: start))
        let next = try enter(dispatch)
        #expect(next.runs && next.turn.memory.attempt.risk == .inherited)
        #expect(try !enter(dispatch).runs, "the last one follows the second")
        var doubtful = next.turn
        doubtful.memory.attempt.mayHaveBeenDone = true
        #expect(dispatch.finish(doubtful, nil, at: start))
        let last = try enter(dispatch)
        #expect(last.runs && last.turn.memory.attempt.risk == .own)
    }

    @Test func copiesOfAJobThatWasGivenUpCanBeGivenUpToo() throws {
        let dispatch = self.dispatch()
        #expect(dispatch.submit([Sample.work(1), Sample.work(2, key: "b")]).isEmpty)
        var leader = try enter(dispatch).turn
        #expect(try !enter(dispatch).runs)
        leader.memory.progress.began()
        leader.memory.isGivenUp = true
        #expect(dispatch.finish(leader, nil, at: start))
        let follower = try enter(dispatch).turn
        #expect(follower.memory.hasCertainlyDoneNothing)
        #expect(!dispatch.finish(follower, nil, at: start))
        #expect(dispatch.submit([Sample.work(3)]).isEmpty)
        #expect(try enter(dispatch).turn.memory.hasCertainlyDoneNothing, "one that comes later")
    }

    @Test func ofACopyOfAnAnsweredJobNobodySaysThatNoMoneyMoved() throws {
        let dispatch = self.dispatch()
        #expect(dispatch.submit([Sample.work(1)]).isEmpty)
        var first = try enter(dispatch).turn
        #expect(first.memory.moneyState == .notMoved)
        first.memory.progress.began()
        _ = try dispatch.finish(first, answer(first), at: start)
        #expect(dispatch.submit([Sample.work(2)]).isEmpty)
        let copy = try enter(dispatch).turn.memory
        #expect(copy.moneyState == .unknown && !copy.hasCertainlyDoneNothing)
    }

    @Test func crossedCopiesWaitForNobodyForEver() throws {
        let dispatch = self.dispatch()
        let works = [("A", 1, 1), ("B", 2, 1), ("B", 3, 2), ("A", 4, 2)] as [(String, Int64, Int)]
        let refused = dispatch.submit(works.map { Sample.work($1, tenure: $2, Sample.charge($0)) })
        #expect(refused.isEmpty)
        let first = [try enter(dispatch), try enter(dispatch)]
        #expect(first[0].runs && first[1].runs, "each leads its lane")
        #expect(!dispatch.finish(first[0].turn, try answer(first[0].turn), at: start))
        #expect(try !enter(dispatch).runs, "B behind A joins the B that runs")
        #expect(dispatch.finish(first[1].turn, try answer(first[1].turn), at: start))
        let left = [try #require(dispatch.take()), try #require(dispatch.take())]
        #expect(Set(left.map(\.work.ticket.offset)) == [2, 4])
    }

    @Test func aWithdrawnLeaderLetsItsFollowersGo() throws {
        let dispatch = self.dispatch()
        #expect(dispatch.submit([Sample.work(1), Sample.work(2, tenure: 2)]).isEmpty)
        let leader = try enter(dispatch).turn
        #expect(try !enter(dispatch).runs)
        #expect(dispatch.postpone(leader, until: start + .seconds(1)))
        #expect(dispatch.withdraw(tenure: 1, at: start).map(\.offset) == [1])
        let follower = try enter(dispatch)
        #expect(follower.runs && follower.turn.memory.attempt.mayHaveBeenAttempted)
    }

    @Test func aWithdrawnFollowerIsForgotten() throws {
        let dispatch = self.dispatch()
        #expect(dispatch.submit([Sample.work(1), Sample.work(2, tenure: 2)]).isEmpty)
        let leader = try enter(dispatch).turn
        #expect(try !enter(dispatch).runs)
        #expect(dispatch.withdraw(tenure: 2, at: start).map(\.offset) == [2])
        #expect(try !dispatch.finish(leader, answer(leader), at: start))
        #expect(dispatch.count == 0 && dispatch.take() == nil)
    }

    @Test func whatAnEarlierTenureMayHaveBegunIsLookedAtNotBeforeItsMoment() throws {
        let dispatch = self.dispatch()
        let moment = start + .seconds(32)
        let work = Sample.work(1, history: .maybeAttempted(lookFrom: moment))
        #expect(dispatch.submit([work]).isEmpty)
        #expect(try !enter(dispatch).runs)
        let stage = try #require(dispatch.stage(of: work.ticket))
        #expect(stage.step == .delayed(until: moment) && stage.attempts == 0)
        #expect(stage.jobID == JobID("job-1"))
        #expect(dispatch.running == 0 && dispatch.nextWake == moment)
        dispatch.wake(at: moment)
        let turn = try #require(dispatch.take())
        #expect(turn.memory.attempt.risk == .inherited)
    }

    // MARK: What is remembered of finished jobs

    @Test func onlyAFreshJobOfALongHeldPartitionNeedsNoSettledLook() throws {
        func needs(_ dispatch: Desk, _ offset: Int64, after pause: Duration) throws -> Bool {
            #expect(dispatch.submit([Sample.work(offset)]).isEmpty)
            var turn = try enter(dispatch, after: pause).turn
            turn.memory.progress.began()
            _ = try dispatch.finish(turn, answer(turn), at: start + pause)
            return turn.memory.attempt.needsSettledLook
        }
        var fresh = self.dispatch()
        #expect(try needs(fresh, 1, after: .seconds(10)), "the partition is new here")
        fresh = self.dispatch()
        #expect(try !needs(fresh, 1, after: .seconds(11)))
        #expect(try needs(fresh, 2, after: .seconds(11)), "a copy was run a moment ago")
        #expect(fresh.submit([Sample.work(3, history: .maybeAttempted(lookFrom: nil))]).isEmpty)
        #expect(try enter(fresh, after: .seconds(60)).turn.memory.attempt.needsSettledLook)
    }

    @Test func aMemoryThatForgetsKnowsSinceWhenItIsComplete() throws {
        var finished = FinishedJobs(capacity: 2, at: start)
        let jobs = try ["a", "b", "c"].map { JobIdentity(try JobDecoder().decode(Sample.charge($0)).job) }
        finished.note(jobs[0], .answered, at: start + .seconds(1))
        finished.note(jobs[1], .unanswered(.own), at: start + .seconds(2))
        #expect(finished.completeSince == start)
        finished.note(jobs[0], .unanswered(.inherited), at: start + .seconds(3))
        #expect(finished.completeSince == start + .seconds(1))
        #expect(finished.ending(of: jobs[0]) == .unanswered(.inherited), "it left again since")
        finished.note(jobs[2], .answered, at: start + .seconds(4))
        #expect(finished.ending(of: jobs[1]) == nil && finished.ending(of: jobs[2]) == .answered)
        #expect(finished.completeSince == start + .seconds(2))
    }

    // MARK: Random histories

    @Test func noHistoryLetsTwoCopiesRunOrOneWaitForEver() {
        var chance = SeededGenerator(20_261_123, for: #function)
        let seed = chance.seed
        var joined = 0
        for round in 0..<3000 {
            var history = DispatchHistory(slots: Int.random(in: 1...4, using: &chance), start: start)
            for _ in 0..<70 { history.step(&chance) }
            history.finishEverything(&chance)
            joined += history.repeats
            #expect(history.violations.isEmpty, "seed \(seed), round \(round): \(history.violations)")
            if !history.violations.isEmpty { return }
        }
        #expect(joined > 3000, "copies meet")
    }
}
