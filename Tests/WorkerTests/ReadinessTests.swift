import Kafka
import PaymentJobs
import Testing

@testable import Pipeline
@testable import Worker

@Suite(.timeLimit(.minutes(3))) struct ReadinessTests {
    let now = ContinuousClock.now

    private func account(_ state: AccountStatus.State) -> Readiness.Account? {
        let status = AccountStatus(state: state, callsPerSecond: nil, concurrency: 1, running: 0)
        return Readiness.Account(.standard, status, at: now)
    }

    @Test func anAccountThatWorksIsNotNamed() { #expect(account(.working) == nil) }

    @Test func refusedCredentialsAreToldWithTheirAgeAndWithoutWhatTheGatewayWrote() throws {
        let since = now - .seconds(90)
        let fault = GatewayFault(httpStatus: 401, codes: ["7", "x"], message: "what the gateway wrote")
        let told = try #require(account(.credentialsRefused(since: since, fault: fault)))
        #expect(told.state == "credentials refused")
        #expect(told.age == .seconds(90))
        #expect(told.detail == "HTTP 401, code 7, x")
        let bare = account(.credentialsRefused(since: since, fault: GatewayFault(message: "no secret")))
        #expect(bare?.detail == "no secret")
    }

    @Test func whatPassesByItselfIsToldWithTheTimeItTakes() {
        let states: [(AccountStatus.State, String, String)] = [
            (.broken(until: now + .seconds(7)), "circuit breaker open", "for 7 s more"),
            (.throttled(until: now + .seconds(30)), "throttled by the gateway", "for 30 s more"),
            (.throttled(until: now - .seconds(1)), "throttled by the gateway", "for 0 s more"),
        ]
        for (state, words, detail) in states {
            #expect(account(state)?.state == words)
            #expect(account(state)?.detail == detail)
            #expect(account(state)?.age == nil)
        }
        #expect(account(.probing)?.state == "circuit breaker half open")
    }

    @Test func anAccountThatWaitsLeavesTheWorkerReady() throws {
        let told = try #require(account(.probing))
        let readiness = Readiness(
            isJoined: true, isDraining: false, stalls: [], stopped: [], accounts: [told])
        #expect(readiness.isReady)
    }

    @Test func aWorkerNamesItsAccountThatTheGatewayThrottles() async throws {
        let stage = try await Stage(partitions: 1)
        await stage.gateway.throttle(for: .seconds(100))
        try await stage.send(0..<1)
        _ = try await stage.withWorker { worker in
            var readiness = await worker.readiness()
            while readiness.accounts.isEmpty {
                await Task.yield()
                readiness = await worker.readiness()
            }
            #expect(readiness.accounts.map(\.name) == [.standard])
            #expect(readiness.accounts.first?.state == "throttled by the gateway")
            #expect(readiness.isReady)
        }
    }
}
