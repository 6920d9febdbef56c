extension AccountState {
    /// What holds the account's calls back.
    func status(at now: Instant) -> AccountStatus {
        AccountStatus(
            state: statusState(at: now), callsPerSecond: allowance.rate, concurrency: concurrency.current,
            running: running)
    }

    /// What the account's metrics show.
    func readings(at now: Instant) -> AccountMetrics.Readings {
        let breakerState =
            switch breaker.state(at: now) {
            case .closed: 0
            case .halfOpen: 1
            case .open: 2
            }
        return AccountMetrics.Readings(
            breakerState: breakerState, areCredentialsRefused: credentials.refusal != nil,
            callsPerSecond: allowance.rate, concurrency: concurrency.current, throttledCalls: throttledCalls,
            openings: breaker.openingsTotal)
    }

    private func statusState(at now: Instant) -> AccountStatus.State {
        if let refusal = credentials.refusal {
            return .credentialsRefused(since: refusal.since, fault: refusal.fault)
        }
        switch breaker.state(at: now) {
        case .open(let until): return .broken(until: until)
        case .halfOpen: return .probing
        case .closed: break
        }
        if let until = bucket.heldUntil, until > now { return .throttled(until: until) }
        return .working
    }
}
