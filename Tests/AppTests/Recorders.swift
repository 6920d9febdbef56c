import App
import Synchronization

/// Keeps what a progress bar drew.
final class Recorder {
    private(set) var texts: [String] = []
    func write(_ text: String) { texts.append(text) }
}

/// Keeps the lines of a log.
final class RecordingSink: LogSink {
    private let kept = Mutex<[String]>([])
    var lines: [String] { kept.withLock { $0 } }
    func write(_ line: String) { kept.withLock { $0.append(line) } }
}

/// Keeps a demo's output.
final class RecordingOutput: DemoOutput {
    private let kept = Mutex("")
    var text: String { kept.withLock { $0 } }
    func write(_ text: String) { kept.withLock { $0 += text } }
}
