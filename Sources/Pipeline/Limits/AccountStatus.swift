/// What holds an account's calls back at present, for readiness and the log.
public struct AccountStatus: Sendable, Hashable {
    /// A moment of the clock that counts a suspended machine's time too.
    public typealias Instant = ContinuousClock.Instant

    /// The strongest reason why jobs wait.
    public enum State: Sendable, Hashable {
        /// Jobs start as far as the limits allow.
        case working
        /// The gateway refuses the account's credentials; one call finds out now and then whether it still does.
        case credentialsRefused(since: Instant, fault: GatewayFault)
        /// The gateway fails or is too slow: no call is made until then.
        case broken(until: Instant)
        /// The gateway failed, and a few calls find out whether it still does.
        case probing
        /// The gateway asked for a pause.
        case throttled(until: Instant)
    }

    /// The strongest reason why jobs wait.
    public var state: State
    /// Calls a second that this worker may make now; nil without a limit.
    public var callsPerSecond: Double?
    /// Jobs that may run at once now.
    public var concurrency: Int
    /// Jobs that run.
    public var running: Int
}

/// What changed for an account, for the log; jobs that wait may be asked for again.
enum AccountChange: Sendable, Hashable {
    /// From now on the account's jobs wait.
    case credentialsRefused(GatewayFault)
    /// The account works again.
    case credentialsAccepted
    /// No call is made until then.
    case breakerOpened(until: ContinuousClock.Instant, why: String)
    /// The gateway answers again.
    case breakerClosed
    /// The gateway asked for fewer calls: this worker now makes so many a second at most.
    case slowedDown(callsPerSecond: Double)
    /// Nothing of the gateway's requests for fewer calls is left.
    case recovered
}
