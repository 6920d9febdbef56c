import PaymentJobs

/// A seller's access token, in characters that a header can hold.
///
/// Printing it shows a mask.
public struct AccessToken: Sendable, Hashable {
    /// What the `Authorization` header says.
    let bearer: Secret<String>

    /// Nil unless `text` is 1 to 512 visible ASCII characters.
    public init?(_ text: Secret<String>) {
        guard text.reveal({ HeaderText.isOne($0, lengthMax: 512) }) else { return nil }
        bearer = text.reveal { Secret("Bearer \($0)") }
    }
}

/// Where a client's access token comes from: one that stays is a source itself.
public protocol AccessTokenSource: Sendable {
    /// The access token in force; asked for at each call, so it must be quick.
    var current: AccessToken { get }

    /// Reads it again, after the gateway refused it.
    ///
    /// - Returns: Whether another one is in force than before.
    func refresh() async -> Bool
}

extension AccessToken: AccessTokenSource {
    /// Itself.
    public var current: AccessToken { self }

    /// False: it stays.
    public func refresh() async -> Bool { false }
}

enum HeaderText {
    /// No spaces and no line ends: the text becomes one word of a header.
    static func isOne(_ text: String, lengthMax: Int) -> Bool {
        (1...lengthMax).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
