import Kafka
import Pipeline
import Testing

@testable import Worker

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

    @Test func theLargestCountOfEachTopicStaysAndAnAssignedPartitionRaisesIt() {
        var total = PartitionTotal()
        #expect(total.count == 0)
        total.note(3, of: "a")
        total.note(2, of: "b")
        total.note(1, of: "a")
        #expect(total.count == 5)
        total.note(TopicPartition(topic: "b", partition: 1))
        #expect(total.count == 5)
        total.note(TopicPartition(topic: "b", partition: 6))
        total.note(TopicPartition(topic: "c", partition: 0))
        #expect(total.count == 3 + 7 + 1)
    }
}
