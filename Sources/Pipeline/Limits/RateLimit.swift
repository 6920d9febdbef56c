/// A limit on the calls to the gateway.
public struct RateLimit: Sendable, Hashable {
    /// Calls a second in the long run.
    public var callsPerSecond: Double
    /// Calls that may be made at once after a pause.
    public var burst: Int

    /// Nil unless the rate is positive and the burst at least one.
    public init?(callsPerSecond: Double, burst: Int) {
        guard callsPerSecond > 0, callsPerSecond.isFinite, burst >= 1 else { return nil }
        self.callsPerSecond = callsPerSecond
        self.burst = burst
    }
}
