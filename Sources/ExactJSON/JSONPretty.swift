extension JSON {
    /// The text for people: two spaces of indent, one member or element a line, no newline at the end.
    public func pretty() -> String {
        var bytes: [UInt8] = []
        writePretty(into: &bytes, indent: 0)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func writePretty(into bytes: inout [UInt8], indent: Int) {
        switch self {
        case .null, .bool, .number, .string: write(into: &bytes)
        case .array(let elements):
            Self.writeLines(elements, "[", "]", into: &bytes, indent: indent) { element, bytes in
                element.writePretty(into: &bytes, indent: indent + 1)
            }
        case .object(let object):
            Self.writeLines(object.members, "{", "}", into: &bytes, indent: indent) { member, bytes in
                Self.write(member.name, into: &bytes)
                bytes += ": ".utf8
                member.value.writePretty(into: &bytes, indent: indent + 1)
            }
        }
    }

    private static func writeLines<Item>(
        _ items: [Item],
        _ open: String,
        _ close: String,
        into bytes: inout [UInt8],
        indent: Int,
        _ body: (Item, inout [UInt8]) -> Void
    ) {
        bytes += open.utf8
        for (index, item) in items.enumerated() {
            bytes += (index > 0 ? ",\n" : "\n").utf8
            bytes += String(repeating: "  ", count: indent + 1).utf8
            body(item, &bytes)
        }
        if !items.isEmpty { bytes += ("\n" + String(repeating: "  ", count: indent)).utf8 }
        bytes += close.utf8
    }
}
