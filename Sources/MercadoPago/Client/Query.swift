import PaymentJobs

/// A path with its query, percent-encoded.
///
/// Everything but RFC 3986's unreserved characters is encoded. That includes `+`, which the gateway reads as
/// a space ([O] sdk-dotnet#101), and `:`.
struct Query {
    private(set) var text: String
    private var isFirst = true

    init(path: String) { text = path }

    mutating func append(_ name: StaticString, _ value: some StringProtocol) {
        text += isFirst ? "?" : "&"
        isFirst = false
        text += "\(name)="
        text += Self.encoded(value)
    }

    mutating func append(_ name: StaticString, _ value: Int) {
        append(name, String(value))
    }

    /// Appends nothing where there is no value.
    mutating func append(_ name: StaticString, ifGiven value: String?) {
        if let value { append(name, value) }
    }

    /// Appends nothing where there is no value.
    mutating func append(_ name: StaticString, ifGiven value: Int?) {
        if let value { append(name, value) }
    }

    /// Appends a filter by whatever name.
    mutating func append(_ filter: SearchFilter) {
        text += isFirst ? "?" : "&"
        isFirst = false
        text += Self.encoded(filter.name) + "=" + filter.value.reveal { Self.encoded($0) }
    }

    static func encoded(_ value: some StringProtocol) -> String {
        if value.utf8.allSatisfy(isUnreserved) { return String(value) }
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in value.utf8 {
            if isUnreserved(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 0xF)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
