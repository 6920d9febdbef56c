import Logging
import PaymentJobs
import Synchronization

/// One account at work.
struct JobAccount: Sendable {
    let name: AccountName
    let gateway: any PaymentGateway
    let rules: AccountRules
    let gate: AccountGate
    let credentials = CredentialsVersion()
    let logger: Logger

    /// Says what changed, without secrets.
    func log(_ change: AccountChange) {
        var metadata: Logger.Metadata = ["account": "\(name)"]
        switch change {
        case .credentialsRefused(let fault):
            metadata["gateway.error"] = "\(fault)"
            logger.error("the gateway refuses the account's credentials: its jobs wait", metadata: metadata)
        case .credentialsAccepted:
            logger.notice("the gateway accepts the account's credentials again", metadata: metadata)
        case .breakerOpened(_, let why):
            metadata["breaker.reason"] = "\(why)"
            logger.warning("the gateway fails: the account's calls stop for a while", metadata: metadata)
        case .breakerClosed:
            logger.notice("the gateway works again for the account", metadata: metadata)
        case .slowedDown(let callsPerSecond):
            metadata["account.calls_per_second"] = "\((callsPerSecond * 100).rounded() / 100)"
            logger.notice("the gateway asked the account for fewer calls", metadata: metadata)
        case .recovered:
            logger.notice("the account calls as often as its limits allow again", metadata: metadata)
        }
    }
}

/// Which of an account's credentials are in use: those that were refused, or newer ones.
final class CredentialsVersion: Sendable {
    private let count = Mutex(0)

    /// A number that grows with each change.
    var version: Int { count.withLock { $0 } }

    /// Newer ones are in use.
    func renew() { count.withLock { $0 += 1 } }

    /// Whether newer ones than `version` are in use, or are found now.
    ///
    /// Of calls that were refused at the same time only one finds the change.
    func areNewer(than version: Int, base: any PaymentGateway) async -> Bool {
        if self.version > version { return true }
        if await base.refreshCredentials() {
            renew()
            return true
        }
        return self.version > version
    }
}

/// A job's place at its account's gate, for the calls of one run.
final class OpenVisit: Sendable {
    private struct State {
        var visit: AccountGate.Visit
        var lastCall: CallKind?
    }

    private let state: Mutex<State>

    init(_ visit: AccountGate.Visit) { state = Mutex(State(visit: visit)) }

    /// The visit as it is now.
    var visit: AccountGate.Visit { state.withLock { $0.visit } }

    /// Whether the run has made a call.
    var hasCalled: Bool { lastCall != nil }

    /// The run's last call; nil where it has made none.
    var lastCall: CallKind? { state.withLock { $0.lastCall } }

    /// Takes the next turn to call.
    func reserve(at gate: AccountGate, _ now: ContinuousClock.Instant) -> AccountGate.Reservation {
        state.withLock { gate.reserve(&$0.visit, at: now) }
    }

    /// A call is made.
    func note(_ call: CallKind) { state.withLock { $0.lastCall = call } }
}
