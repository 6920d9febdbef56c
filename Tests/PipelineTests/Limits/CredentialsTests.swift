import Testing

@testable import Pipeline

@Suite struct CredentialsTests {
    let start = ContinuousClock.now
    let fault = GatewayFault(httpStatus: 401, message: "invalid access token")

    private func after(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

    /// Credentials that were refused at second 0, to a call that began a second before.
    private func refused() -> Credentials {
        var credentials = Credentials(grace: .seconds(300), pause: .seconds(5))
        let pass = credentials.pass(at: after(-1))
        let change = credentials.ended(pass, began: after(-1), refused: fault, at: start)
        #expect(change == .refused(fault))
        return credentials
    }

    struct Row: CustomTestStringConvertible {
        var testDescription: String
        var second: Double
        var isCrowded: Bool
        var waitsUntil: Double?
        var verdict: Credentials.Verdict
    }

    @Test(arguments: [
        Row(testDescription: "at once", second: 0, isCrowded: false, waitsUntil: 5, verdict: .wait),
        Row(testDescription: "in the pause", second: 4.9, isCrowded: false, waitsUntil: 5, verdict: .wait),
        Row(
            testDescription: "a probe is due", second: 5, isCrowded: false, waitsUntil: nil, verdict: .wait
        ),
        Row(testDescription: "crowded", second: 1, isCrowded: true, waitsUntil: 5, verdict: .wait),
        Row(
            testDescription: "before the grace ends", second: 299, isCrowded: false, waitsUntil: nil,
            verdict: .wait),
        Row(
            testDescription: "grace over, nobody asked", second: 300, isCrowded: false, waitsUntil: nil,
            verdict: .wait),
    ]) func jobsWaitAndAreGivenUpInTheEnd(_ row: Row) {
        let credentials = refused()
        #expect(credentials.moment(at: after(row.second)) == row.waitsUntil.map { after($0) })
        #expect(credentials.verdict(at: after(row.second), isCrowded: row.isCrowded) == row.verdict)
    }

    @Test func acceptedOnesLetEverythingThrough() {
        let credentials = Credentials(grace: .seconds(300), pause: .seconds(5))
        #expect(credentials.moment(at: start) == nil)
        #expect(credentials.verdict(at: start, isCrowded: true) == .wait)
    }

    /// A token that is being replaced is refused for some seconds, and its backlog mustn't go for that.
    @Test(arguments: [(14, Credentials.Verdict.wait), (15, .giveUp)])
    func whoStandsInTheWayHasAShortGrace(_ second: Double, _ verdict: Credentials.Verdict) {
        var credentials = refused()
        let probe = credentials.pass(at: after(10))
        #expect(credentials.ended(probe, began: after(10), refused: fault, at: after(11)) == nil)
        #expect(credentials.verdict(at: after(second), isCrowded: true) == verdict)
    }

    /// Hours after the last refusal the token may long be a good one.
    @Test func onlyAFreshRefusalGivesUp() {
        var credentials = refused()
        let late = after(36_000)
        #expect(credentials.moment(at: late) == nil)
        let probe = credentials.pass(at: late)
        #expect(credentials.verdict(at: late, isCrowded: true) == .ask, "the probe decides")
        #expect(credentials.ended(probe, began: late, refused: fault, at: late + .seconds(1)) == nil)
        #expect(credentials.verdict(at: late + .seconds(1), isCrowded: false) == .giveUp)
    }

    @Test func aProbeThatFoundNothingOutGivesNobodyUp() {
        var credentials = refused()
        let probe = credentials.pass(at: after(36_000))
        credentials.giveBack(probe, wasMade: true, at: after(36_001))
        #expect(credentials.verdict(at: after(36_001), isCrowded: true) == .wait)
    }

    @Test func aReplacedSecretHasAGraceOfItsOwn() {
        var credentials = refused()
        credentials.replaced(at: after(400))
        let probe = credentials.pass(at: after(400))
        #expect(credentials.verdict(at: after(400), isCrowded: true) == .wait)
        #expect(credentials.ended(probe, began: after(400), refused: fault, at: after(401)) == nil)
        #expect(credentials.verdict(at: after(401), isCrowded: false) == .wait)
    }

    @Test func oneCallProbesAndTheNextOneWaitsItsPause() {
        var credentials = refused()
        let probe = credentials.pass(at: after(5))
        #expect(probe.isProbe)
        #expect(credentials.moment(at: after(6)) == after(10))
        #expect(credentials.moment(at: after(12)) == after(17), "the probe is still on its way")
        #expect(credentials.ended(probe, began: after(5), refused: fault, at: after(12)) == nil)
        #expect(credentials.moment(at: after(12)) == nil)
        #expect(credentials.refusal?.since == start)
    }

    @Test func anAcceptedProbeEndsTheRefusal() {
        var credentials = refused()
        let probe = credentials.pass(at: after(5))
        #expect(credentials.ended(probe, began: after(5), refused: nil, at: after(6)) == .accepted)
        #expect(credentials.moment(at: after(6)) == nil && credentials.refusal == nil)
    }

    @Test func callsFromBeforeSayNothingOfTheTimeAfter() {
        var credentials = Credentials(grace: .seconds(300), pause: .seconds(5))
        let pass = credentials.pass(at: after(-2))
        #expect(credentials.ended(pass, began: after(-1), refused: fault, at: start) == .refused(fault))
        #expect(credentials.ended(pass, began: after(-2), refused: nil, at: after(1)) == nil)
        #expect(!credentials.isGood(pass), "what was let through and not made has to wait")
        let probe = credentials.pass(at: after(5))
        #expect(credentials.ended(probe, began: after(5), refused: nil, at: after(6)) == .accepted)
        #expect(credentials.ended(pass, began: after(-1), refused: fault, at: after(7)) == nil)
        #expect(credentials.refusal == nil)
    }

    @Test func aProbeThatFoundNothingOutIsRepeatedAfterItsPause() {
        var credentials = refused()
        credentials.giveBack(credentials.pass(at: after(5)), wasMade: true, at: after(6))
        #expect(credentials.moment(at: after(6)) == after(10))
        credentials.giveBack(credentials.pass(at: after(10)), wasMade: false, at: after(11))
        #expect(credentials.moment(at: after(11)) == nil)
    }

    @Test func aNewSecretIsTriedAtOnceAndLateRefusalsOfTheOldOneDoNotCount() {
        var credentials = refused()
        let old = credentials.pass(at: after(5))
        credentials.replaced(at: after(6))
        #expect(credentials.moment(at: after(6)) == nil)
        let new = credentials.pass(at: after(6))
        #expect(credentials.ended(old, began: after(5), refused: fault, at: after(7)) == nil)
        #expect(credentials.isGood(new))
        #expect(credentials.ended(new, began: after(6), refused: nil, at: after(8)) == .accepted)
    }
}
