import Pipeline
import Testing

@Suite struct LeaseShareTests {
    let now = ContinuousClock.now

    private func leases(_ tenures: [Int], of total: Int) -> Leases {
        let leases = Leases()
        leases.note(partitionTotal: total)
        leases.extend(tenures, until: now + .seconds(10), at: now)
        return leases
    }

    @Test func whatIsSuspendedCountsAgainOnceItIsExtended() {
        let leases = leases([1, 2], of: 4)
        leases.suspend([1, 3])
        #expect(!leases.holds(1, at: now) && leases.holds(2, at: now))
        #expect(leases.share(at: now) == 0.25)
        leases.extend([1], until: now + .seconds(5), at: now)
        #expect(leases.share(at: now) == 0.5)
        #expect(leases.share(at: now + .seconds(5)) == 0.25)
    }

    @Test func aDelayedShareBeginsAtItsMomentWhileItsLeaseHoldsAlready() {
        let leases = leases([1, 2], of: 2)
        leases.delayShare(of: 2, until: now + .seconds(4))
        #expect(leases.holds(2, at: now))
        #expect(leases.share(at: now + .seconds(4) - .nanoseconds(1)) == 0.5)
        #expect(leases.share(at: now + .seconds(4)) == 1)
        leases.end([2])
        leases.delayShare(of: 2, until: now)
        #expect(leases.share(at: now + .seconds(4)) == 0.5)
    }

    @Test func whatIsHeldHasNoShareBeforeThePartitionsAreCounted() {
        let leases = leases([1, 2], of: 0)
        #expect(leases.holds(1, at: now))
        #expect(leases.share(at: now) == 0)
        leases.note(partitionTotal: 5)
        #expect(leases.share(at: now) == 0.4)
    }
}
