import Glibc
import Logging

/// How messages are written.
package enum LogFormat: Sendable {
    /// One JSON object a line, for collectors.
    case json
    /// Text for people.
    case text(isColoured: Bool)
}

/// Makes loggers; nothing is global, so that tests stay apart.
package struct LogSetup: Sendable {
    static let levels = Logger.Level.allCases.map(\.rawValue)

    package var level: Logger.Level
    package var format: LogFormat
    package var sink: any LogSink

    package init(level: Logger.Level, format: LogFormat, sink: any LogSink) {
        self.level = level
        self.format = format
        self.sink = sink
    }

    /// A logger named `label`.
    package func logger(_ label: String) -> Logger {
        let handler: any LogHandler =
            switch format {
            case .json: JSONLogHandler(label: label, sink: sink)
            case .text(let isColoured): TextLogHandler(sink: sink, style: Style(isColoured: isColoured))
            }
        var logger = Logger(label: label, factory: { _ in handler })
        logger.logLevel = level
        return logger
    }
}

/// Where the lines of a log go.
package protocol LogSink: Sendable {
    func write(_ line: String)
}

/// A file descriptor of this process; a line is one `write`, so that lines of several threads don't mix.
package struct DescriptorSink: LogSink {
    package static let standardOutput = DescriptorSink(descriptor: STDOUT_FILENO)
    package static let standardError = DescriptorSink(descriptor: STDERR_FILENO)

    let descriptor: Int32

    package func write(_ line: String) { writeRaw(line + "\n") }

    /// A broken pipe or a full disk must not stop payments: what can't be written is lost.
    func writeRaw(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno != EINTR { return }
            bytes = bytes.dropFirst(max(0, written))
        }
    }
}
