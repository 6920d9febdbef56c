import Metrics
import PaymentJobs
import Synchronization

/// What an account's limits show as metrics, each with the label `account`.
///
/// The handlers are made when the first reading comes, so that whoever sets the metrics system up is in time.
final class AccountMetrics: Sendable {
    /// The values of one moment.
    struct Readings: Sendable, Hashable {
        /// 0 closed, 1 half-open, 2 open.
        var breakerState: Int
        var areCredentialsRefused: Bool
        /// Nil without a limit.
        var callsPerSecond: Double?
        var concurrency: Int
        /// How often the gateway asked for fewer calls so far.
        var throttledCalls: Int
        /// How often the breaker opened so far.
        var openings: Int
        /// Readings are numbered, because they may be published out of order.
        var number = 0

        /// Whether a gauge or counter has to be told; a rate that grows all the time is shown in small steps.
        func differs(from other: Readings) -> Bool {
            var same = other
            same.number = number
            if let rate = callsPerSecond, let shown = other.callsPerSecond {
                same.callsPerSecond = rate
                if abs(rate - shown) > 0.02 * shown { return true }
            }
            return same != self
        }
    }

    private struct Handlers: Sendable {
        let breakerState: Gauge
        let credentialsRefused: Gauge
        let rate: Gauge
        let concurrency: Gauge
        let throttled: Counter
        let opened: Counter
    }

    private let account: AccountName
    private let factory: (any MetricsFactory)?
    private let shown = Mutex<(handlers: Handlers, readings: Readings)?>(nil)

    /// Metrics with the label `account`; they go where the metrics system sends them unless `factory` is given.
    init(_ account: AccountName, factory: (any MetricsFactory)? = nil) {
        self.account = account
        self.factory = factory
    }

    /// Shows `readings`, unless later ones have been shown.
    func publish(_ readings: Readings) {
        shown.withLock { shown in
            if let last = shown?.readings, last.number >= readings.number { return }
            let handlers = shown?.handlers ?? makeHandlers()
            show(readings, after: shown?.readings, with: handlers)
            shown = (handlers, readings)
        }
    }

    private func show(_ readings: Readings, after last: Readings?, with handlers: Handlers) {
        if readings.breakerState != last?.breakerState { handlers.breakerState.record(readings.breakerState) }
        if readings.areCredentialsRefused != last?.areCredentialsRefused {
            handlers.credentialsRefused.record(readings.areCredentialsRefused ? 1 : 0)
        }
        if last == nil || readings.callsPerSecond != last?.callsPerSecond {
            handlers.rate.record(readings.callsPerSecond ?? .infinity)
        }
        if readings.concurrency != last?.concurrency { handlers.concurrency.record(readings.concurrency) }
        let throttled = readings.throttledCalls - (last?.throttledCalls ?? 0)
        if throttled > 0 { handlers.throttled.increment(by: throttled) }
        let opened = readings.openings - (last?.openings ?? 0)
        if opened > 0 { handlers.opened.increment(by: opened) }
    }

    private func makeHandlers() -> Handlers {
        let factory = factory ?? MetricsSystem.factory
        let labels = [("account", account.description)]
        return Handlers(
            breakerState: Gauge(label: "cobrador_breaker_state", dimensions: labels, factory: factory),
            credentialsRefused: Gauge(
                label: "cobrador_account_credentials_refused", dimensions: labels, factory: factory),
            rate: Gauge(label: "cobrador_limiter_rate", dimensions: labels, factory: factory),
            concurrency: Gauge(label: "cobrador_concurrency_limit", dimensions: labels, factory: factory),
            throttled: Counter(
                label: "cobrador_gateway_throttled_total", dimensions: labels, factory: factory),
            opened: Counter(label: "cobrador_breaker_opened_total", dimensions: labels, factory: factory))
    }
}
