import UnixSignals

/// The signals that ask this process to end.
enum Signals {
    /// Returns after SIGTERM or SIGINT, or when the task is cancelled.
    static func first() async {
        for await _ in await all() { return }
    }

    /// Every SIGTERM and SIGINT from now on.
    static func all() async -> UnixSignalsSequence {
        await UnixSignalsSequence(trapping: .sigterm, .sigint)
    }
}
