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
        /// An object ended that names a field in one member and has its value in another, such as
        /// `{"name":"cvv","value":"123"}`. Both were read before.
        case pair(name: Range<Int>, value: Scalar)
    }

    /// A string or a number that a member called `value` holds.
    struct Scalar {
        var range: Range<Int>
        var isString: Bool
        /// The member's name.
        fileprivate var name: Range<Int>
    }

    private struct Frame {
        var isObject: Bool
        /// The member or the element that is being read.
        var name = 0..<0
        var index = 0
        /// In an object: whether a name comes next.
        var expectsName: Bool
        /// The role of what is being read; nil until somebody asks.
        var role: FieldRole?
        /// In an object: what its members `name` and `value` hold.
        var label: Range<Int>?
        var value: Scalar?
    }

    private let bytes: [UInt8]
    private var position = 0
    private var frames: [Frame] = []

    /// Whether pairs are told at all.
    private let findsPairs: Bool

    init(_ bytes: [UInt8], findsPairs: Bool = false) {
        self.bytes = bytes
        self.findsPairs = findsPairs
    }

    /// The next token; nil at the end.
    mutating func next() -> Token? {
        let start = position
        defer { GuardSteps.add(position - start) }
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "{"): frames.append(Frame(isObject: true, expectsName: true))
            case UInt8(ascii: "["): frames.append(Frame(isObject: false, expectsName: false))
            case UInt8(ascii: "}"), UInt8(ascii: "]"): if let pair = close() { return pair }
            case UInt8(ascii: ","): advance()
            case UInt8(ascii: "\""): return text()
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return number()
            default: break
            }
        }
        return nil
    }

    /// The path of the names and indices to what was read last; `rewrite` says how a name may be shown.
    func path(_ rewrite: (String) -> String) -> String {
        // More than this of a name is never shown.
        let nameMax = 2_048
        var path = ""
        for frame in frames {
            GuardSteps.add(1)
            if frame.isObject {
                path += (path.isEmpty ? "" : ".") + rewrite(text(frame.name.prefix(nameMax)))
            } else {
                path += "[\(frame.index)]"
            }
        }
        return path
    }

    private func text(_ range: Range<Int>) -> String { ScannedText(Array(bytes[range]), .escapes).string }
}

extension JSONWalk {
    /// The role of the value that was read last.
    ///
    /// An array's elements have the role of the field that holds it, and so has a member called `value`. Each
    /// name is looked at once, however many values it has.
    mutating func role() -> FieldRole {
        var depth = frames.count
        while depth > 0, frames[depth - 1].role == nil {
            GuardSteps.add(1)
            let own = ownRole(depth: depth)
            frames[depth - 1].role = own
            if own != nil { break }
            depth -= 1
        }
        // What the frames above it inherit from the one that has a role.
        var role = depth > 0 ? frames[depth - 1].role ?? .ordinary : .ordinary
        for index in depth..<frames.count where frames[index].role == nil {
            GuardSteps.add(1)
            if frames[index].isObject { role = role.ofValue }
            frames[index].role = role
        }
        return role
    }

    /// What the member's name says; nil in an array, and where it is only called `value`.
    private func ownRole(depth: Int) -> FieldRole? {
        let frame = frames[depth - 1]
        guard frame.isObject else { return nil }
        if bytes[frame.name].elementsEqual("value".utf8) { return nil }
        let parent = depth > 1 && frames[depth - 2].isObject ? bytes[frames[depth - 2].name] : []
        return FieldRole(name: bytes[frame.name], parent: parent)
    }

    private mutating func advance() {
        guard !frames.isEmpty else { return }
        if frames[frames.count - 1].isObject {
            frames[frames.count - 1].expectsName = true
        } else {
            frames[frames.count - 1].index += 1
        }
    }

    private mutating func close() -> Token? {
        guard let frame = frames.last else { return nil }
        if let label = frame.label, let value = frame.value {
            // The pair is told first, with the path of its value; then the frame goes.
            frames[frames.count - 1].label = nil
            frames[frames.count - 1].name = value.name
            position -= 1
            return .pair(name: label, value: value)
        }
        frames.removeLast()
        return nil
    }

    private mutating func text() -> Token {
        let start = position
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        let content = start..<min(position, bytes.count)
        position = min(position + 1, bytes.count)
        guard let frame = frames.last, frame.isObject, frame.expectsName else {
            keep(content, isString: true)
            return .string(content)
        }
        frames[frames.count - 1].name = content
        frames[frames.count - 1].role = nil
        frames[frames.count - 1].expectsName = false
        return .name(content)
    }

    private mutating func number() -> Token {
        let start = position - 1
        while position < bytes.count, Self.isInNumber(bytes[position]) { position += 1 }
        keep(start..<position, isString: false)
        return .number(start..<position)
    }

    /// Remembers what may be one half of a pair.
    private mutating func keep(_ range: Range<Int>, isString: Bool) {
        guard findsPairs, let frame = frames.last, frame.isObject, (3...5).contains(frame.name.count) else {
            return
        }
        switch String(decoding: bytes[frame.name], as: UTF8.self).lowercased() {
        case "value":
            frames[frames.count - 1].value = Scalar(range: range, isString: isString, name: frame.name)
        case "name", "key", "field", "label", "type":
            if isString { frames[frames.count - 1].label = range }
        default: break
        }
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
