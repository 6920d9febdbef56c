/// The part of every address before `/v1`, checked once.
struct BaseURL: Sendable, Hashable {
    /// Scheme, authority and path, without a slash at the end.
    let text: String
    /// Whether it begins with `https`.
    let isEncrypted: Bool
    private let host: String

    /// Nil unless `text` is `http(s)://host[:port][/path]` in visible ASCII.
    init?(_ text: String) {
        guard let separator = text.firstRange(of: "://") else { return nil }
        switch text[..<separator.lowerBound].lowercased() {
        case "https": isEncrypted = true
        case "http": isEncrypted = false
        default: return nil
        }
        let rest = text[separator.upperBound...]
        // `@` would be a user, `?` and `#` would swallow what is appended.
        guard rest.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !"@?#\\%".utf8.contains($0) }) else {
            return nil
        }
        let authority = rest.prefix { $0 != "/" }
        guard let host = Self.host(of: authority) else { return nil }
        self.host = host
        var trimmed = Substring(text)
        while trimmed.hasSuffix("/") { trimmed.removeLast() }
        self.text = String(trimmed)
    }

    /// Whether the host is this machine.
    ///
    /// `127.` must begin an address: it may begin a name anywhere in the world too.
    var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { Self.isNumber($0) && UInt8($0) != nil }
    }

    private static func host(of authority: Substring) -> String? {
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]"), isPort(authority[end...].dropFirst()) else {
                return nil
            }
            let host = authority[authority.index(after: authority.startIndex)..<end]
            return host.isEmpty ? nil : String(host)
        }
        let host = authority.prefix { $0 != ":" }
        guard !host.isEmpty, isPort(authority[host.endIndex...]) else { return nil }
        return host.lowercased()
    }

    /// Nothing, or a colon and a port.
    private static func isPort(_ text: Substring) -> Bool {
        guard !text.isEmpty else { return true }
        guard text.hasPrefix(":"), isNumber(text.dropFirst()), let port = UInt16(text.dropFirst()) else {
            return false
        }
        return port > 0
    }

    /// `Int("+1")` is a number to Swift, but none in an address.
    private static func isNumber(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
