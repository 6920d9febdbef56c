import CLibrdkafka
import Logging

/// Carries librdkafka's log lines to a logger, from whichever thread they come.
final class LogBridge: Sendable {
    private let logger: Logger

    init(_ logger: Logger) { self.logger = logger }

    /// The bridge must outlive the client made from `configuration`.
    func install(on configuration: OpaquePointer) {
        rd_kafka_conf_set_opaque(configuration, Unmanaged.passUnretained(self).toOpaque())
        rd_kafka_conf_set_log_cb(configuration) { client, level, facility, text in
            guard let client, let opaque = rd_kafka_opaque(client), let text else { return }
            let bridge = Unmanaged<LogBridge>.fromOpaque(opaque).takeUnretainedValue()
            bridge.log(
                level: level, facility: facility.map { String(cString: $0) } ?? "",
                text: String(cString: text))
        }
    }

    private func log(level: Int32, facility: String, text: String) {
        logger.log(
            level: LogBridge.level(syslog: level), "\(text)",
            metadata: ["librdkafka.facility": "\(facility)"])
    }

    /// syslog's levels: 0 to 2 are beyond error, 7 is debug.
    static func level(syslog: Int32) -> Logger.Level {
        switch syslog {
        case ...2: .critical
        case 3: .error
        case 4: .warning
        case 5: .notice
        case 6: .info
        default: .debug
        }
    }
}
