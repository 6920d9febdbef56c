import Testing

@testable import Kafka

@Suite("The outbox")
struct OutboxTests {
    private let old = AssignmentEpoch(rawValue: 1)
    private let new = AssignmentEpoch(rawValue: 2)

    private func records(_ numbers: [Int32], _ epoch: AssignmentEpoch) -> ConsumerEvent {
        .records(numbers.map { ConsumedRecord(topic: "jobs", partition: $0, offset: 0, epoch: epoch) })
    }

    private func partitions(_ events: [ConsumerEvent]) -> [[Int32]] {
        events.map { if case .records(let records) = $0 { records.map(\.partition) } else { [-1] } }
    }

    @Test("gives everything pending at once, in order")
    func batches() async {
        let outbox = Outbox()
        outbox.put(records([0], old))
        outbox.put(.lost(old, []))
        outbox.put(records([1, 2], new))
        #expect(partitions(await outbox.next()) == [[0], [-1], [1, 2]])
    }

    @Test("resumes who waits")
    func waiting() async {
        let outbox = Outbox()
        async let events = outbox.next()
        outbox.put(records([7], old))
        #expect(partitions(await events) == [[7]])
    }

    @Test("takes back records of partitions that were given up, and only those")
    func withdrawal() async {
        let outbox = Outbox()
        outbox.put(records([0, 1, 0], old))
        outbox.put(records([0], old))
        outbox.put(records([0], new))
        #expect(outbox.withdraw([partition(0)], of: old) == 3)
        #expect(partitions(await outbox.next()) == [[1], [0]])
    }

    @Test("ends waiting for ever, and keeps what isn't a record")
    func finish() async {
        let outbox = Outbox()
        outbox.put(records([0], old))
        outbox.put(.lost(old, []))
        outbox.finish()
        #expect(partitions(await outbox.next()) == [[-1]])
        #expect(await outbox.next().isEmpty)
        outbox.put(records([0], old))
        #expect(await outbox.next().isEmpty)
    }

    @Test("lets a cancelled task go without taking events along")
    func cancellation() async {
        let outbox = Outbox()
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { await outbox.next().isEmpty }
            group.cancelAll()
            #expect(await group.next() == true)
        }
        outbox.put(records([3], old))
        #expect(partitions(await outbox.next()) == [[3]])
    }
}
