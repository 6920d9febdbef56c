import App
import Synchronization

/// Keeps what a progress bar drew.
final class Recorder {
    private(set) var texts: [String] = []
    func write(_ text: String) { texts.append(text) }
}

/// Keeps the lines of a log.
final class RecordingSink: LogSink {
    private struct State {
        var lines: [String] = []
        var waiting: [(words: String, found: CheckedContinuation<String, Never>)] = []
    }

    private let state = Mutex(State())
    var lines: [String] { state.withLock { $0.lines } }

    func write(_ line: String) {
        let found = state.withLock { state in
            state.lines.append(line)
            let found = state.waiting.filter { line.contains($0.words) }
            state.waiting.removeAll { line.contains($0.words) }
            return found
        }
        for waiting in found { waiting.found.resume(returning: line) }
    }

    /// The first line with these words, once it is there.
    func line(with words: String) async -> String {
        await withCheckedContinuation { continuation in
            let line = state.withLock { state in
                let line = state.lines.first { $0.contains(words) }
                if line == nil { state.waiting.append((words, continuation)) }
                return line
            }
            if let line { continuation.resume(returning: line) }
        }
    }
}

/// Keeps a demo's output.
final class RecordingOutput: DemoOutput {
    private let kept = Mutex("")
    var text: String { kept.withLock { $0 } }
    func write(_ text: String) { kept.withLock { $0 += text } }
}

/// A value that tests change while others look.
final class Mutexed<Value: Sendable>: Sendable {
    private let kept: Mutex<Value>
    init(_ value: Value) { kept = Mutex(value) }
    var value: Value {
        get { kept.withLock { $0 } }
        set { kept.withLock { $0 = newValue } }
    }
}
