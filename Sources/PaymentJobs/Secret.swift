/// A value that must never reach a log, a metric, an error message or a page.
///
/// Printing, reflecting and interpolating it shows a fixed mask that gives away neither length nor shape.
public struct Secret<Value: Sendable & Hashable>: Sendable, Hashable {
    private let value: Value

    /// Hides `value`.
    public init(_ value: Value) { self.value = value }

    /// The only way out: search for `reveal` to audit every use.
    public func reveal<Result, Failure: Error>(
        _ body: (Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(value)
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The mask.
    public var description: String { "‹redacted›" }
    /// The mask.
    public var debugDescription: String { "‹redacted›" }
    /// A mirror without children, so that `dump` shows nothing.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
