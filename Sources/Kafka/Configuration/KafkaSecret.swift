/// A value that must never reach a log or an error message.
public struct KafkaSecret: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    private let value: String

    /// Wraps the value.
    public init(_ value: String) { self.value = value }

    /// A constant, whatever the value is.
    public var description: String { "‹redacted›" }

    /// A constant, whatever the value is.
    public var debugDescription: String { "‹redacted›" }

    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: [:]) }

    func reveal() -> String { value }
}
