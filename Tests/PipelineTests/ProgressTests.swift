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

    private func verdict(
        _ run: inout Run, _ error: GatewayError, kind: JobKind = .chargeSavedCard, after: Duration = .zero
    ) -> Progress.Verdict {
        run.progress.began()
        run.memory.note(error)
        let verdict = run.progress.verdict(
            on: error, kind: kind, risk: run.memory.risk, policy: policy, now: start + after, chance: 0.5)
        if case .lookInto(let fault) = verdict { run.memory.lookInto(.silence(fault)) }
        return verdict
    }

    @Test func whatWasNotSentIsTriedForEver() {
        var progress = Run()
        for _ in 0..<100 {
            guard case .again(_, hold: nil) = verdict(&progress, .notSent(fault)) else {
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
        #expect(pauses == expected.map { .again(after: $0, hold: nil) })
    }

    @Test func throttlingWaitsAsLongAsAskedAndHoldsTheAccount() {
        var progress = Run()
        let asked = verdict(&progress, .throttled(fault, retryAfter: .seconds(7)))
        #expect(asked == .again(after: .seconds(7.5), hold: .seconds(7)))
        let absurd = verdict(&progress, .throttled(fault, retryAfter: .seconds(86_400)))
        #expect(absurd == .again(after: .seconds(301), hold: .seconds(300)))
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
                        ? .lookInto(fault) : .end(.deadLetter(.retriesExhausted, .notMoved, fault))))
        }
    }

    @Test func aJobWithoutALeaseWaitsAFixedPauseAndHasNotBeenTried() {
        var progress = Run()
        for _ in 0..<100 {
            #expect(verdict(&progress, .unleased(fault)) == .again(after: .seconds(1), hold: nil))
        }
        #expect(progress.progress.attempts == 0)
        #expect(verdict(&progress, .notSent(fault)) == .again(after: .seconds(0.5), hold: nil))
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

    @Test func badCredentialsHoldTheAccountForTheirGraceTime() {
        for (mayHaveBeenAttempted, kind, money) in [
            (false, .chargeSavedCard, .notMoved), (true, .chargeSavedCard, .unknown),
            (true, .registerCard, .notMoved),
        ] as [(Bool, JobKind, MoneyState)] {
            var progress = Run()
            progress.memory.mayHaveBeenAttempted = mayHaveBeenAttempted
            #expect(isAgain(verdict(&progress, .misconfigured(fault), kind: kind)))
            #expect(isAgain(verdict(&progress, .misconfigured(fault), kind: kind, after: .seconds(299))))
            #expect(
                verdict(&progress, .misconfigured(fault), kind: kind, after: .seconds(300))
                    == .end(.deadLetter(.accountMisconfigured, money, fault)))
        }
    }

    @Test func theGraceTimeBeginsAnewWhenCredentialsHaveWorked() {
        var progress = Run()
        _ = verdict(&progress, .misconfigured(fault))
        _ = verdict(&progress, .throttled(fault, retryAfter: nil), after: .seconds(100))
        #expect(isAgain(verdict(&progress, .misconfigured(fault), after: .seconds(301))))
    }

    @Test func aRefusalAfterADeadLetterIsNoAnswer() {
        var progress = Run()
        progress.memory.mayHaveBeenDone = true
        #expect(verdict(&progress, .refused(fault)) == .end(.deadLetter(.outcomeUnknown, .unknown, fault)))
    }

    @Test func badCredentialsNeverHideThatMoneyMayHaveMoved() {
        var progress = Run()
        _ = verdict(&progress, .ambiguous(fault))
        _ = verdict(&progress, .misconfigured(fault))
        #expect(isAgain(verdict(&progress, .misconfigured(fault), after: .seconds(3600))))
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
            .notSent(fault), .unleased(fault), .throttled(fault, retryAfter: nil), .busy(fault),
            .conflict(fault), .ambiguous(fault), .tokenUnusable(fault), .refused(fault),
            .misconfigured(fault),
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
