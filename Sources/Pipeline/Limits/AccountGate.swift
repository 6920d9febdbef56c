import Metrics
import PaymentJobs
import Synchronization

/// One account's limits, at work.
///
/// A job is let in when it has a place and its first call may be made at once; every further call takes its
/// turn here, look-ups and tokens included. Nothing waits in the gate: it says when to ask again.
final class AccountGate: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// Whether a job of the account may start now.
    enum Start: Sendable, Hashable {
        /// It has a place, and its first call is paid for.
        case go(Visit)
        /// Not before this moment; it may be put off again then.
        case wait(until: Instant)
        /// Every place is taken.
        case full
        /// The credentials are refused, and have been for too long: a job that is certain to have moved no
        /// money may end without a call, another has to wait until the moment.
        case giveUp(GatewayFault, until: Instant)
    }

    /// A job's place, and the turn that was paid when it started.
    struct Visit: Sendable, Hashable {
        let id: UInt64
        fileprivate var paid: UInt64?

        init(id: UInt64, paid: UInt64?) {
            self.id = id
            self.paid = paid
        }
    }

    /// A turn to make one call.
    struct Reservation: Sendable, Hashable {
        fileprivate let id: UInt64
    }

    /// A call that was begun and has to be ended.
    struct RunningCall: Sendable, Hashable {
        let kind: CallKind
        let began: Instant
        let pass: AccountState.Pass
    }

    /// The account's name.
    let name: AccountName
    private let share: @Sendable (Instant) -> Double
    private let losses: @Sendable () -> Int
    private let isShared: Bool
    private let state: Mutex<AccountState>
    private let metrics: AccountMetrics

    /// A gate with an empty bucket.
    ///
    /// The `share` is the part of the account's rate that this worker may use at a moment, 0 to 1, and `losses` how
    /// often it has become less.
    init(
        _ name: AccountName, _ limits: AccountLimits, share: @escaping @Sendable (Instant) -> Double,
        losses: @escaping @Sendable () -> Int = { 0 }, at now: Instant,
        metrics factory: (any MetricsFactory)? = nil
    ) {
        self.name = name
        self.share = share
        self.losses = losses
        isShared = limits.rate != nil
        state = Mutex(AccountState(limits, at: now))
        metrics = AccountMetrics(name, factory: factory)
    }

    /// Whether a job may start now; with `.go` it has, until ``leave(_:at:)``.
    ///
    /// It `isCrowded` where the account's jobs hold half of a partition's window.
    func start(at now: Instant, isCrowded: @autoclosure () -> Bool) -> Start {
        refreshed(at: now) { $0.start(isCrowded: isCrowded(), at: now) }
    }

    /// The job gives its place back, and every turn that it hasn't used.
    func leave(_ visit: Visit, at now: Instant) { state.withLock { $0.leave(visit.id, at: now) } }

    /// Takes the next turn; a visit's first one has been paid.
    func reserve(_ visit: inout Visit, at now: Instant) -> Reservation {
        if let paid = visit.paid {
            visit.paid = nil
            return Reservation(id: paid)
        }
        let id = visit.id
        return Reservation(id: state.withLock { $0.reserve(for: id) })
    }

    /// Nil where the call may be made now, and else the moment to ask again.
    func moment(of reservation: Reservation, at now: Instant) -> Instant? {
        refreshed(at: now) { $0.moment(of: reservation.id, at: now) }
    }

    /// Frees a turn that isn't used.
    func giveBack(_ reservation: Reservation, at now: Instant) {
        state.withLock { $0.giveBack(reservation.id, at: now) }
    }

    /// The call is made now.
    ///
    /// Whoever begins one has to end it, also where its task is cancelled.
    func began(_ reservation: Reservation, _ call: CallKind, at now: Instant) -> RunningCall {
        let pass = state.withLock { $0.began(reservation.id, at: now) }
        return RunningCall(kind: call, began: now, pass: pass)
    }

    /// The call has ended.
    ///
    /// - Returns: What changed; jobs that wait may ask again.
    func ended(_ call: RunningCall, _ outcome: CallOutcome, at now: Instant) -> [AccountChange] {
        observed(at: now) { $0.ended(call, outcome, at: now, jitter: { .random(in: 0..<1) }) }
    }

    /// When the gateway last answered calls of this account.
    var answers: AccountAnswers { state.withLock { $0.answers } }

    /// A call took more requests than the one that was paid for: the next ones wait for them.
    func charge(_ requests: Int, at now: Instant) { state.withLock { $0.charge(requests, at: now) } }

    /// The secret was replaced: the next call may find out at once whether it is accepted.
    func credentialsChanged(at now: Instant) { state.withLock { $0.credentialsChanged(at: now) } }

    /// What holds the account's calls back.
    func status(at now: Instant) -> AccountStatus { state.withLock { $0.status(at: now) } }

    private func refreshed<Value>(at now: Instant, _ body: (inout AccountState) -> Value) -> Value {
        // Without a limit there is nothing to share, and counting the leases isn't free.
        let losses = isShared ? losses() : 0
        let share = isShared ? share(now) : 1
        return observed(at: now) { state in
            state.refresh(share: share, losses: losses, at: now)
            return body(&state)
        }
    }

    private func observed<Value>(at now: Instant, _ body: (inout AccountState) -> Value) -> Value {
        let (value, readings) = state.withLock { state in
            let value = body(&state)
            return (value, state.newReadings(at: now))
        }
        if let readings { metrics.publish(readings) }
        return value
    }
}
