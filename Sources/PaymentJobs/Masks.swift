// Jobs and messages hold names, addresses and free text beside their secrets. Whoever prints or dumps one by
// accident gets its kind, and its id where it has one.

extension ChargeSavedCard: CustomStringConvertible, CustomReflectable {
    /// The kind and the job's id.
    public var description: String { "charge-saved-card \(jobID)" }
    /// A mirror without children, so that `dump` shows no more than the description.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension RegisterCard: CustomStringConvertible, CustomReflectable {
    /// The kind and the job's id.
    public var description: String { "register-card \(jobID)" }
    /// A mirror without children, so that `dump` shows no more than the description.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension PaymentOperation: CustomStringConvertible, CustomReflectable {
    /// The kind and the job's id.
    public var description: String { "\(kind.rawValue) \(jobID)" }
    /// A mirror without children, so that `dump` shows no more than the description.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension CustomerDetails: CustomStringConvertible, CustomReflectable {
    /// The mask.
    public var description: String { "‹redacted›" }
    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension InboundMessage: CustomStringConvertible, CustomReflectable {
    /// The sizes of the message's parts.
    public var description: String {
        "\(topicKind.rawValue) message of \(value?.count ?? 0) bytes, \(headers.count) headers"
    }
    /// A mirror without children: keys may be e-mail addresses and values hold tokens.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension OutboundMessage: CustomStringConvertible, CustomReflectable {
    /// The destination and the sizes of the message's parts.
    public var description: String {
        "message to \(destination) of \(value?.count ?? 0) bytes, \(headers.count) headers"
    }
    /// A mirror without children: keys may be e-mail addresses.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
