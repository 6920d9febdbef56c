import PaymentJobs
import Pipeline

/// A message to publish, and the record that it answers.
struct Letter: Sendable {
    /// How much of a dead letter is still there.
    enum Size: Sendable {
        case whole
        /// Once alone, since a whole batch can be what was too large.
        case alone
        case truncated
        case stripped
    }

    var message: OutboundMessage
    var origin: Origin
    var size = Size.whole

    /// What to send after the broker found this too large: the same alone, then a dead letter's smaller
    /// forms; an event has none.
    func smaller() -> Letter {
        var smaller = self
        switch (size, message.destination) {
        case (.whole, _):
            smaller.size = .alone
        case (.alone, .deadLetters):
            smaller.size = .truncated
            smaller.message = message.truncated(origin: origin)
        case (.truncated, .deadLetters):
            smaller.size = .stripped
            smaller.message = message.stripped(origin: origin)
        case (.stripped, _), (_, .events):
            break
        }
        return smaller
    }
}
