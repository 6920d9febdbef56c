import ExactJSON
import Logging
import PaymentJobs
import Pipeline

/// One JSON object a line: `time`, `level`, `message`, then the metadata under its own names.
struct JSONLogHandler: LogHandler {
    var metadata = Logger.Metadata()
    var metadataProvider: Logger.MetadataProvider?
    var logLevel = Logger.Level.notice
    let label: String
    let sink: any LogSink

    init(label: String, sink: any LogSink) {
        self.label = label
        self.sink = sink
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields: JSONObject = ["time": .string(Timestamp.text(SystemTime().wallTime))]
        fields["level"] = .string(event.level.rawValue)
        fields["logger"] = .string(label)
        fields["message"] = .string("\(event.message)")
        for (key, value) in merged(event).sorted(by: { $0.key < $1.key }) where fields[key] == nil {
            fields[key] = value.json
        }
        sink.write(String(decoding: JSON.object(fields).serialized(), as: UTF8.self))
    }
}

/// A line for people: time, level, message, then the metadata as `name=value`.
struct TextLogHandler: LogHandler {
    var metadata = Logger.Metadata()
    var metadataProvider: Logger.MetadataProvider?
    var logLevel = Logger.Level.notice
    let sink: any LogSink
    let style: Style

    init(sink: any LogSink, style: Style) {
        self.sink = sink
        self.style = style
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let time = Timestamp.text(SystemTime().wallTime).dropFirst(11).dropLast()
        var line = style.faint("\(time) ") + painted(event.level) + " " + "\(event.message)".withoutControls
        for (key, value) in merged(event).sorted(by: { $0.key < $1.key }) {
            line += " " + style.faint("\(key)=") + "\(value)".withoutControls
        }
        sink.write(line)
    }

    private func painted(_ level: Logger.Level) -> String {
        let word = level.rawValue.padding(to: 8)
        return switch level {
        case .trace, .debug: style.faint(word)
        case .info, .notice: style.green(word)
        case .warning: style.yellow(word)
        case .error, .critical: style.red(word)
        }
    }
}

extension LogHandler {
    fileprivate func merged(_ event: LogEvent) -> Logger.Metadata {
        var all = metadataProvider?.get() ?? [:]
        all.merge(metadata) { $1 }
        if let own = event.metadata { all.merge(own) { $1 } }
        if let error = event.error { all["error"] = "\(error)" }
        return all
    }
}

extension Logger.MetadataValue {
    fileprivate var json: JSON {
        switch self {
        case .string(let text): .string(text)
        case .stringConvertible(let value): .string(value.description)
        case .array(let values): .array(values.map(\.json))
        case .dictionary(let values):
            .object(
                values.sorted { $0.key < $1.key }.reduce(into: JSONObject()) { $0[$1.key] = $1.value.json })
        }
    }
}

extension String {
    /// Foreign text must not forge a line, nor move the cursor.
    var withoutControls: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? " " : $0 }))
    }
}
