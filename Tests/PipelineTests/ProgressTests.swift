import PaymentJobs
import Testing

@testable import Pipeline

@Suite struct ProgressTests {
    let policy = RetryPolicy(attemptsMax: 3, pauseBase: .seconds(1), pauseMax: .seconds(8))
    let start = ContinuousClock.now
    let fault = Sample.fault

    /// A job's progress, with what its attempts note of their calls.
    private struct Run {
        var progress = Progress()
        var memory = AttemptMemory()
    }

    /// What follows an error while other calls of the account are answered all the time, or have last been
    /// `answered` so long after the start.
    private func verdict(
        _ run: inout Run, _ error: GatewayError, kind: JobKind = .chargeSavedCard, after: Duration = .zero,
        answered: Duration? = nil, accepted: Duration? = nil, of answeredKind: CallKind = .createPayment
    ) -> Progress.Verdict {
        run.progress.began()
        run.memory.note(error)
        var answers = AccountAnswers()
        answers.note(answeredKind, isAccepted: false, at: start + (answered ?? after))
        if let accepted { answers.note(answeredKind, isAccepted: true, at: start + accepted) }
        let verdict = run.progress.verdict(
            on: error, to: .createPayment, kind: kind, risk: run.memory.risk, policy: policy,
            answers: answers, now: start + after, chance: 0.5)
        if case .lookInto(let fault) = verdict { run.memory.lookInto(.silence(fault)) }
        return verdict
    }

    @Test func whatWasNotSentIsTriedForEver() {
        var progress = Run()
        for _ in 0..<100 {
            guard case .again = verdict(&progress, .notSent(fault)) else {
                Issue.record("a call that never left must not end a job")
                return
            }
        }
        #expect(progress.memory.risk == .none)
    }

    @Test func pausesDoubleUpToTheirLimit() {
        var progress = Run()
        let pauses = (0..<6).map { _ in verdict(&progress, .notSent(fault)) }
        let expected: [Duration] = [0.5, 1, 2, 4, 4, 4].map { .seconds($0) }
        #expect(pauses == expected.map { .again(after: $0) })
    }

    @Test func throttlingWaitsAsLongAsAsked() {
        var progress = Run()
        let asked = verdict(&progress, .throttled(fault, retryAfter: .seconds(7)))
        #expect(asked == .again(after: .seconds(7.5)))
        let absurd = verdict(&progress, .throttled(fault, retryAfter: .seconds(86_400)))
        #expect(absurd == .again(after: .seconds(301)))
    }

    @Test func exhaustedAmbiguityIsLookedIntoBeforeItIsADeadLetterOfUnknownMoney() {
        var progress = Run()
        for _ in 0..<2 { #expect(isAgain(verdict(&progress, .ambiguous(fault)))) }
        #expect(verdict(&progress, .ambiguous(fault)) == .lookInto(fault))
        for _ in 0..<2 { #expect(isAgain(verdict(&progress, .ambiguous(fault)))) }
        #expect(verdict(&progress, .ambiguous(fault)) == .end(.deadLetter(.outcomeUnknown, .unknown, fault)))
    }

    @Test func aRefusedLookIsNoRefusalOfTheJob() {
        for mayHaveBeenAttempted in [false, true] {
            var progress = Run()
            progress.memory.mayHaveBeenAttempted = mayHaveBeenAttempted
            for _ in 0..<2 { #expect(isAgain(verdict(&progress, .lookRefused(fault), kind: .refundPayment))) }
            let last = verdict(&progress, .lookRefused(fault), kind: .refundPayment)
            #expect(
                last
                    == (mayHaveBeenAttempted
                        ? .lookAnew(fault) : .end(.deadLetter(.retriesExhausted, .notMoved, fault))))
        }
    }

    @Test func aJobWithoutALeaseWaitsAFixedPauseAndHasNotBeenTried() {
        var progress = Run()
        for _ in 0..<100 {
            #expect(verdict(&progress, .unleased(fault)) == .again(after: .seconds(1)))
        }
        #expect(progress.progress.attempts == 0)
        #expect(verdict(&progress, .notSent(fault)) == .again(after: .seconds(0.5)))
    }

    @Test func aCardRegistrationNeverLeavesMoneyUnknown() {
        var progress = Run()
        for _ in 0..<2 { #expect(isAgain(verdict(&progress, .ambiguous(fault), kind: .registerCard))) }
        let last = verdict(&progress, .ambiguous(fault), kind: .registerCard)
        #expect(last == .end(.deadLetter(.retriesExhausted, .notMoved, fault)))
        for error in allErrors {
            var progress = Run()
            if case .end(.deadLetter(_, .unknown, _)) = verdict(&progress, error, kind: .registerCard) {
                Issue.record("\(error) of a card registration can't have moved money")
            }
        }
    }

    @Test func aRefusalIsAnAnswerUnlessAnEarlierCallMayHaveCharged() {
        var clean = Run()
        #expect(verdict(&clean, .refused(fault)) == .end(.refused(fault.refusal)))
        for doubtful in [GatewayError.ambiguous(fault), .busy(fault)] {
            var progress = Run()
            _ = verdict(&progress, doubtful)
            #expect(
                verdict(&progress, .refused(fault)) == .end(.deadLetter(.outcomeUnknown, .unknown, fault)))
        }
    }

    @Test func aBurntTokenAndAConflictOfKeysFailClosed() {
        for error in [GatewayError.tokenUnusable(fault), .conflict(fault)] {
            var progress = Run()
            #expect(verdict(&progress, error) == .end(.deadLetter(.outcomeUnknown, .unknown, fault)))
        }
    }

    @Test func badCredentialsEndNoJobByThemselves() {
        for kind in [JobKind.chargeSavedCard, .registerCard] {
            var progress = Run()
            for hour in 0..<100 {
                let verdict = verdict(
                    &progress, .misconfigured(fault), kind: kind, after: .seconds(3600 * hour))
                #expect(
                    verdict == .again(after: .milliseconds(500)), "when they are tried is the gate's part")
            }
        }
    }

    @Test(arguments: [JobKind.chargeSavedCard, .registerCard])
    func aJobThatAloneIsRefusedEndsWhileOtherCallsAreAccepted(kind: JobKind) {
        var progress = Run()
        for attempt in 0..<3 {
            // Accepted a second before each refusal, for the first time before the first one.
            let after = Duration.seconds(10 * attempt)
            let verdict = verdict(
                &progress, .misconfigured(fault), kind: kind, after: after, accepted: after - .seconds(1))
            #expect(isAgain(verdict))
        }
        // Nothing was accepted since the last one: the account may be refused as a whole.
        for hour in 1...100 {
            let verdict = verdict(
                &progress, .misconfigured(fault), kind: kind, after: .seconds(3600 * hour),
                accepted: .seconds(20 - 1))
            #expect(isAgain(verdict))
        }
        let last = verdict(
            &progress, .misconfigured(fault), kind: kind, after: .seconds(400_000),
            accepted: .seconds(399_999))
        #expect(last == .end(.deadLetter(.accountMisconfigured, .notMoved, fault)))
    }

    /// As where payments are forbidden to the account, and everything else is allowed.
    @Test(arguments: [Risk.none, .own])
    func whereOnlyCallsOfOtherKindsAreAcceptedTheGraceDecides(_ risk: Risk) {
        var progress = Run()
        progress.memory.mayHaveBeenDone = risk == .own
        var end: Duration?
        for second in stride(from: 0, through: 3600, by: 10) where end == nil {
            let after = Duration.seconds(second)
            let verdict = verdict(
                &progress, .misconfigured(fault), after: after, accepted: after, of: .searchPayments)
            if !isAgain(verdict) { end = after }
        }
        #expect(end == (risk == .none ? policy.credentialsGrace : nil))
    }

    @Test func aDoubtfulJobThatAloneIsRefusedIsLookedInto() {
        for isOwn in [false, true] {
            var progress = Run()
            progress.memory.mayHaveBeenAttempted = true
            progress.memory.mayHaveBeenDone = isOwn
            var verdicts: [Progress.Verdict] = []
            for attempt in 0..<7 {
                let after = Duration.seconds(10 * attempt)
                verdicts.append(verdict(&progress, .misconfigured(fault), after: after, accepted: after))
            }
            let looks = isOwn ? Progress.Verdict.lookInto(fault) : .lookAnew(fault)
            #expect(verdicts[..<3].allSatisfy(isAgain) && verdicts[3] == looks)
            #expect(verdicts[4...5].allSatisfy(isAgain), "its looks are refused, and counted anew")
            #expect(verdicts[6] == .end(.deadLetter(.outcomeUnknown, .unknown, fault)))
        }
    }

    @Test func aCallThatWasPutOffIsNoAttemptAndNoFailure() {
        var progress = Run()
        for second in 0..<100 {
            let now = Duration.seconds(second)
            let error = GatewayError.deferred(fault, until: start + now + .seconds(7))
            #expect(verdict(&progress, error, after: now) == .again(after: .seconds(7)))
        }
        let late = GatewayError.deferred(fault, until: start)
        #expect(verdict(&progress, late, after: .seconds(100)) == .again(after: .zero))
        #expect(progress.progress.attempts == 0)
        #expect(verdict(&progress, .notSent(fault)) == .again(after: .seconds(0.5)))
    }

    // MARK: A gateway that answers nothing

    @Test func whileNothingIsAnsweredNoAttemptCountsButTheFirst() {
        var progress = Run()
        for attempt in 1...1000 {
            let verdict = verdict(
                &progress, .ambiguous(fault), after: .seconds(attempt), answered: .zero)
            #expect(isAgain(verdict))
            #expect(progress.progress.looksFirst == (attempt >= 3), "after as many attempts it looks first")
        }
        #expect(isAgain(verdict(&progress, .ambiguous(fault), after: .seconds(1001))), "the second one")
        #expect(verdict(&progress, .ambiguous(fault), after: .seconds(1002)) == .lookInto(fault))
    }

    @Test func whileNoLookIsAnsweredNothingIsSettled() {
        var progress = Run()
        for _ in 0..<3 { _ = verdict(&progress, .ambiguous(fault)) }
        #expect(progress.memory.risk == .lookedInto)
        for second in 1...1000 {
            let verdict = verdict(
                &progress, .ambiguous(fault), after: .seconds(second), answered: .milliseconds(-1))
            #expect(isAgain(verdict))
        }
        for second in 1001...1002 {
            #expect(isAgain(verdict(&progress, .ambiguous(fault), after: .seconds(second))))
        }
        #expect(
            verdict(&progress, .ambiguous(fault), after: .seconds(1003))
                == .end(.deadLetter(.outcomeUnknown, .unknown, fault)))
    }

    @Test func whatTheGatewayAnswersAlwaysCounts() {
        for error in [GatewayError.busy(fault), .lookRefused(fault)] {
            var progress = Run()
            for _ in 0..<2 { #expect(isAgain(verdict(&progress, error, answered: .seconds(-1)))) }
            #expect(!isAgain(verdict(&progress, error, answered: .seconds(-1))))
        }
    }

    /// As where payments can't be made, and everything else works.
    @Test func silenceWhereCallsOfOtherKindsAreAnsweredEndsAJobMuchLater() {
        var progress = Run()
        var attempts = 0
        var last = Progress.Verdict.again(after: .zero)
        while isAgain(last) {
            attempts += 1
            last = verdict(&progress, .ambiguous(fault), after: .seconds(attempts), of: .searchPayments)
        }
        #expect(attempts == 1 + policy.loneAttemptsMax)
        #expect(progress.memory.risk == .lookedInto)
    }

    @Test func aJobThatOnlySomebodyElseMayHaveDoneIsLookedAtOnceMoreAndThenEnds() {
        var progress = Run()
        progress.memory.mayHaveBeenAttempted = true
        let verdicts = (0..<6).map { _ in verdict(&progress, .lookRefused(fault)) }
        #expect(verdicts[2] == .lookAnew(fault))
        #expect([verdicts[..<2], verdicts[3..<5]].joined().allSatisfy(isAgain))
        #expect(verdicts[5] == .end(.deadLetter(.outcomeUnknown, .unknown, fault)))
    }

    @Test func aRefusalAfterADeadLetterIsNoAnswer() {
        var progress = Run()
        progress.memory.mayHaveBeenDone = true
        #expect(verdict(&progress, .refused(fault)) == .end(.deadLetter(.outcomeUnknown, .unknown, fault)))
    }

    /// Every sequence of up to four errors: once a call may have moved money, no ending says that it hasn't.
    @Test func noEndingEverDeniesThatMoneyMayHaveMoved() {
        for sequence in sequences(of: 4) {
            var progress = Run()
            var mayHaveMoved = false
            for (place, error) in sequence.enumerated() {
                mayHaveMoved = mayHaveMoved || error.mayHaveMovedMoney
                let after = Duration.seconds(1000 * place)
                guard case .end(let end) = verdict(&progress, error, after: after) else { continue }
                if mayHaveMoved, case .deadLetter(_, .unknown, _) = end { break }
                #expect(!mayHaveMoved, "\(sequence) ended as \(end)")
                break
            }
        }
    }

    private var allErrors: [GatewayError] {
        [
            .notSent(fault), .unleased(fault), .deferred(fault, until: start),
            .throttled(fault, retryAfter: nil), .busy(fault), .conflict(fault), .ambiguous(fault),
            .tokenUnusable(fault), .refused(fault), .misconfigured(fault),
        ]
    }

    private func sequences(of length: Int) -> [[GatewayError]] {
        guard length > 0 else { return [[]] }
        let shorter = sequences(of: length - 1)
        return shorter.flatMap { start in allErrors.map { start + [$0] } }
    }

    private func isAgain(_ verdict: Progress.Verdict) -> Bool {
        if case .again = verdict { true } else { false }
    }
}
