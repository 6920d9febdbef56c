import Logging
import Synchronization

/// Counts log messages by their text.
final class LogTally: LogHandler {
    private let counts = Mutex<[String: Int]>([:])

    func count(of message: String) -> Int { counts.withLock { $0[message] ?? 0 } }

    func log(event: LogEvent) {
        counts.withLock { $0[event.message.description, default: 0] += 1 }
    }

    // A handler has these; a tally needs none of them.
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .warning }
        set {}
    }
}
