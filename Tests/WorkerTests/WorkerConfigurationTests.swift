import PaymentJobs
import Testing

@testable import Worker

@Suite struct WorkerConfigurationTests {
    private func configuration(_ adjust: (inout WorkerConfiguration) -> Void) -> WorkerConfiguration {
        var configuration = WorkerConfiguration(
            inbound: [.init(topic: "jobs", kind: .chargeSavedCard)], eventTopics: [:], groupID: "group")
        adjust(&configuration)
        return configuration
    }

    @Test func aTakeoverWaitsForTheLeaseTheLastCallAndTheIndex() {
        let configuration = configuration {
            $0.sessionTimeout = .seconds(100)
            $0.callTimeout = .seconds(20)
            $0.indexLag = .seconds(3)
        }
        #expect(configuration.takeoverDelay == .seconds(123))
    }

    @Test func allWindowsTogetherHoldNoMoreThanTheTotal() {
        let configuration = configuration {
            $0.window = 1000
            $0.maxInFlight = 3000
        }
        #expect([0, 1, 3, 4, 3000, 9000].map(configuration.window(over:)) == [1000, 1000, 1000, 750, 1, 1])
    }

    @Test func aHorizonLeadsByAWindowAndNotByLessThanAFewHundred() {
        let small = configuration { $0.window = 1 }
        #expect(small.horizonLead(over: 1) == 256)
        let large = configuration {
            $0.window = 1000
            $0.maxInFlight = 3000
        }
        #expect([1, 4, 100].map(large.horizonLead(over:)) == [1000, 750, 256])
    }
}
