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

    /// Whether a setting of librdkafka may hold a secret, going by its name: passwords, keys, tokens, and
    /// commands that log in.
    ///
    /// Rather too often than too seldom: what is taken for a secret is only not shown.
    ///
    /// - Parameter name: The setting's name, in any upper and lower case.
    /// - Returns: Whether to hide its value.
    public static func isLikely(in name: String) -> Bool {
        let name = name.lowercased()
        return marks.contains { name.contains($0) }
    }

    private static let marks = [
        "password", "secret", "token", "credential", "key", "pem", "jaas", "auth", "kinit",
    ]
}
