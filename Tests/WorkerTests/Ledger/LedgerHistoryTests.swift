import Foundation
import TestSupport
import Testing

@testable import Worker

/// Random histories of workers that come, crash and go, against ``LedgerHistory``'s account.
///
/// `COBRADOR_LEDGER_HISTORIES` sets how many; `COBRADOR_LEDGER_SEED` runs one alone and prints its steps.
@Suite struct LedgerHistoryTests {
    private static func variable(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    @Test func noHistoryBreaksAPromise() async {
        if let seed = Self.variable("COBRADOR_LEDGER_SEED") {
            let violations = LedgerHistory.run(seed: seed, isTracing: true).violations
            #expect(violations.isEmpty, "\(violations)")
            return
        }
        var chance = SeededGenerator(20_261_123, for: #function)
        let total = Self.variable("COBRADOR_LEDGER_HISTORIES") ?? 100_000
        let lanes = UInt64(max(1, ProcessInfo.processInfo.activeProcessorCount))
        let first = chance.next()
        let failures = await withTaskGroup(of: [String].self) { group in
            for lane in 0..<lanes {
                group.addTask { Self.failures(from: first, stride(from: lane, to: total, by: Int(lanes))) }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(failures.isEmpty, "\(failures.prefix(5).joined(separator: "\n"))")
        print("\(total) histories of a partition")
    }

    private static func failures(from first: UInt64, _ indices: StrideTo<UInt64>) -> [String] {
        var failures: [String] = []
        for index in indices where failures.count < 5 {
            let seed = first &+ index
            let violations = LedgerHistory.run(seed: seed).violations
            if let violation = violations.first {
                failures.append("COBRADOR_LEDGER_SEED=\(seed): \(violation)")
            }
        }
        return failures
    }

    /// By the harm alone: a job skipped, done again, or taken for fresh after it was attempted.
    @Test(arguments: PlantedBug.allCases)
    func theAccountSeesTheHarmOfEachPlantedBug(_ bug: PlantedBug) {
        for index: UInt64 in 1...10_000 {
            let seed = index &* 7919
            guard let harm = LedgerHistory.run(seed: seed, bug: bug, isExact: false).violations.first else {
                continue
            }
            print("\(bug), history \(index): \(harm)")
            return
        }
        Issue.record("10,000 histories didn't show \(bug)")
    }

    @Test func historiesReachWhatTheyAreFor() {
        var events: [LedgerHistory.Event: Int] = [:]
        for seed: UInt64 in 1...2000 {
            events.merge(LedgerHistory.run(seed: seed &* 104_729).events, uniquingKeysWith: +)
        }
        for event in LedgerHistory.Event.allCases {
            #expect(events[event, default: 0] >= 10, "\(event) in 2,000 histories")
        }
    }
}
