/// A message to be published.
public struct OutboundMessage: Sendable, Hashable {
    /// Which topic it goes to.
    public enum Destination: Sendable, Hashable {
        /// A stream of result events.
        case events(EventStream)
        /// The dead-letter topic of the inbound topic.
        case deadLetters
    }

    /// Which topic it goes to.
    public var destination: Destination
    /// The key: the job's own.
    public var key: [UInt8]?
    /// The value.
    public var value: [UInt8]?
    /// The headers, in order.
    public var headers: [MessageHeader]

    /// A message for a topic.
    public init(destination: Destination, key: [UInt8]?, value: [UInt8]?, headers: [MessageHeader]) {
        self.destination = destination
        self.key = key
        self.value = value
        self.headers = headers
    }
}
