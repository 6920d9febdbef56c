/// Goes through the bytes of a JSON document and says of each name, string and number where it stands.
///
/// The document was parsed before: nothing is checked here, and bytes that aren't JSON lead to nonsense, never
/// beyond the end.
struct JSONWalk {
    enum Token {
        /// A member's name, without its quotes.
        case name(Range<Int>)
        /// A string, without its quotes.
        case string(Range<Int>)
        /// A number's literal.
        case number(Range<Int>)
    }

    private struct Frame {
        var isObject: Bool
        /// The member or the element that is being read.
        var name = 0..<0
        var index = 0
        /// In an object: whether a name comes next.
        var expectsName: Bool
    }

    private let bytes: [UInt8]
    private var position = 0
    private var frames: [Frame] = []

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The role of the value that was read last.
    ///
    /// An array's elements have the role of the field that holds it, and so has a member called `value`.
    var role: FieldRole {
        var depth = frames.count
        var isValue = false
        while depth > 0 {
            defer { depth -= 1 }
            guard frames[depth - 1].isObject else { continue }
            let parent = depth > 1 && frames[depth - 2].isObject ? text(frames[depth - 2].name) : ""
            let role = FieldRole(name: text(frames[depth - 1].name), parent: parent)
            guard role == .ordinary, self.isValue(depth: depth) else { return isValue ? role.ofValue : role }
            isValue = true
        }
        return .ordinary
    }

    /// Whether the member is called `value`: it is what the object as a whole is named for.
    private func isValue(depth: Int) -> Bool { bytes[frames[depth - 1].name].elementsEqual("value".utf8) }

    private func text(_ range: Range<Int>) -> String { ScannedText(Array(bytes[range]), .escapes).string }

    /// The path of the names and indices to the value or name that was read last; `rewrite` says how a name may
    /// be shown.
    func path(_ rewrite: (String) -> String) -> String {
        var path = ""
        for frame in frames {
            if frame.isObject {
                path += (path.isEmpty ? "" : ".") + rewrite(text(frame.name))
            } else {
                path += "[\(frame.index)]"
            }
        }
        return path
    }

    /// The next name, string or number; nil at the end.
    mutating func next() -> Token? {
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "{"): open(isObject: true)
            case UInt8(ascii: "["): open(isObject: false)
            case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = frames.popLast()
            case UInt8(ascii: ","): advance()
            case UInt8(ascii: "\""): return text()
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return number()
            default: break
            }
        }
        return nil
    }

    private mutating func open(isObject: Bool) {
        frames.append(Frame(isObject: isObject, expectsName: isObject))
    }

    private mutating func advance() {
        guard !frames.isEmpty else { return }
        if frames[frames.count - 1].isObject {
            frames[frames.count - 1].expectsName = true
        } else {
            frames[frames.count - 1].index += 1
        }
    }

    private mutating func text() -> Token {
        let start = position
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        let content = start..<min(position, bytes.count)
        position = min(position + 1, bytes.count)
        guard let frame = frames.last, frame.isObject, frame.expectsName else { return .string(content) }
        frames[frames.count - 1].name = content
        frames[frames.count - 1].expectsName = false
        return .name(content)
    }

    private mutating func number() -> Token {
        let start = position - 1
        while position < bytes.count, Self.isInNumber(bytes[position]) { position += 1 }
        return .number(start..<position)
    }

    private static func isInNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }
}
