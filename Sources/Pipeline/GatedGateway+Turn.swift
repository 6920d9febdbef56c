import PaymentJobs

extension GatedGateway {
    /// Makes a call that changes nothing.
    func look<Value>(
        _ kind: CallKind, _ call: () async throws(GatewayError) -> GatewayAnswer<Value>
    ) async throws(GatewayError) -> GatewayAnswer<Value> {
        try await make(kind, changes: false, call)
    }

    /// Makes a call that changes something: it starts only while the job is certainly this worker's.
    func change<Value>(
        _ kind: CallKind, _ call: () async throws(GatewayError) -> GatewayAnswer<Value>
    ) async throws(GatewayError) -> GatewayAnswer<Value> {
        try await make(kind, changes: true, call)
    }

    /// Makes a call in its turn; once more where new credentials were found after a refusal of the old ones.
    private func make<Value>(
        _ kind: CallKind, changes: Bool, _ call: () async throws(GatewayError) -> GatewayAnswer<Value>
    ) async throws(GatewayError) -> GatewayAnswer<Value> {
        var mayRefresh = true
        while true {
            let running = try await begin(kind, changes: changes)
            let credentials = account.credentials.version
            do {
                let answer = try await call()
                end(running, .answered, at: time.now)
                // A search's further pages are paid for afterwards: there are hardly ever any.
                if answer.requests > 1 { account.gate.charge(answer.requests - 1, at: time.now) }
                return answer
            } catch {
                let now = time.now
                if case .misconfigured = error, mayRefresh, !Task.isCancelled,
                    await account.credentials.areNewer(than: credentials, base: account.gateway)
                {
                    // The refusal was meant for credentials that are no longer used.
                    mayRefresh = false
                    end(running, .cancelled, at: now)
                    account.gate.credentialsChanged(at: time.now)
                    continue
                }
                end(running, Task.isCancelled ? .cancelled : CallOutcome(error), at: now)
                throw error
            }
        }
    }

    private func end(
        _ call: AccountGate.RunningCall, _ outcome: CallOutcome, at now: ContinuousClock.Instant
    ) {
        for change in account.gate.ended(call, outcome, at: now) { account.log(change) }
    }

    /// Waits for the call's turn, and checks that it may still be made.
    private func begin(
        _ kind: CallKind, changes: Bool
    ) async throws(GatewayError) -> AccountGate.RunningCall {
        // A job without a lease must not use the account's limit up.
        if changes { try checkLease() }
        let reservation = visit.reserve(at: account.gate, time.now)
        do throws(GatewayError) {
            let hasWaited = try await wait(for: reservation)
            // No call is made for a job that was taken back while it waited: another worker has it.
            if hasWaited || changes { try checkIsOpen() }
            if changes {
                try checkExpiry()
                try checkLease()
            }
        } catch {
            account.gate.giveBack(reservation, at: time.now)
            throw error
        }
        visit.note(kind)
        return account.gate.began(reservation, kind, at: time.now)
    }

    /// Returns when the turn has come, or the tenure was withdrawn; whether it took a wait.
    private func wait(for reservation: AccountGate.Reservation) async throws(GatewayError) -> Bool {
        let start = time.now
        var hasWaited = false
        while let moment = account.gate.moment(of: reservation, at: time.now) {
            guard moment <= start + longestWait else {
                throw .deferred(
                    GatewayFault(message: "the account's turn to call comes later"), until: moment)
            }
            hasWaited = true
            let (tenures, tenure) = (tenures, tenure)
            // The rate may have changed by then.
            let soon = min(moment, time.now + TokenBucket.patience)
            let isOver = await waits.sleep(until: soon, tenure: tenure, time: time) {
                tenures.contains(tenure)
            }
            guard isOver else { return true }
        }
        return hasWaited
    }

    /// For how long a call may wait for its turn in the job's slot.
    ///
    /// A job that has made a call would have to make it again in its next run: at a low rate it would never get
    /// beyond it. So it waits for as long as some calls of the account take, where nothing but the rate holds
    /// it back.
    private var longestWait: Duration {
        guard visit.hasCalled else { return Self.waitMax }
        let status = account.gate.status(at: time.now)
        guard status.state == .working, let rate = status.callsPerSecond, rate > 0 else {
            return Self.waitMax
        }
        return max(Self.waitMax, .seconds(Double(patience) / rate))
    }

    private func checkExpiry() throws(GatewayError) {
        if let expiresAt, time.wallTime >= expiresAt.milliseconds {
            throw .notSent(GatewayFault(message: "expired before its turn to call came"))
        }
    }

    private func checkIsOpen() throws(GatewayError) {
        if !tenures.contains(tenure) || Task.isCancelled {
            throw .unleased(GatewayFault(message: "given back before its turn to call came"))
        }
    }

    private func checkLease() throws(GatewayError) {
        guard leases.holds(tenure, at: time.now) else {
            throw .unleased(GatewayFault(message: "the lease of its partition isn't renewed yet"))
        }
    }
}
