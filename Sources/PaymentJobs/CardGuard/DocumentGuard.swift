import ExactJSON

/// Finds and masks card data in the bytes of a JSON document, and leaves every other byte as it is.
struct DocumentGuard {
    private(set) var findings: [CardDataGuard.Finding] = []
    private var edits: [(range: Range<Int>, text: [UInt8])] = []
    private let bytes: [UInt8]
    /// Every name of the document, once a name had to be changed: two must not become the same.
    private var names: Set<String> = []
    /// How often each masked name was given out.
    private var uses: [[UInt8]: Int] = [:]

    /// Goes through a document that was parsed before.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var walk = JSONWalk(bytes)
        while let token = walk.next() {
            switch token {
            case .name(let range): lookAtName(range, walk)
            case .string(let range): lookAtString(range, walk)
            case .number(let range): lookAtNumber(range, walk)
            }
        }
    }

    /// The document without card data; nil where there was none.
    var stripped: [UInt8]? {
        guard !edits.isEmpty else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var position = 0
        for edit in edits {
            result += bytes[position..<edit.range.lowerBound]
            result += edit.text
            position = edit.range.upperBound
        }
        return result + bytes[position...]
    }

    private mutating func lookAtName(_ range: Range<Int>, _ walk: JSONWalk) {
        let textGuard = TextGuard(isEscaped: true)
        guard textGuard.mayHoldCardData(bytes[range]) else { return }
        let text = Array(bytes[range])
        guard let masked = textGuard.stripped(text) else { return }
        report(textGuard.marks(in: text).kinds, at: walk.path(CardDataGuard.shown))
        edits.append((range, unique(masked)))
    }

    private mutating func lookAtString(_ range: Range<Int>, _ walk: JSONWalk) {
        let lengthMin = 3
        guard TextGuard.digitsMax(bytes[range]) >= lengthMin else { return }
        let textGuard = TextGuard(role: walk.role, isEscaped: true)
        let text = Array(bytes[range])
        if let masked = textGuard.stripped(text) {
            report(textGuard.marks(in: text).kinds, at: walk.path(CardDataGuard.shown))
            edits.append((range, masked))
        } else if textGuard.role != .securityCode, let masked = numeral(text[...], textGuard.role) {
            // A number that a program wrote as text: "4.509953566233704e15".
            report([masked.kind], at: walk.path(CardDataGuard.shown))
            edits.append((range, masked.text))
        }
    }

    private mutating func lookAtNumber(_ range: Range<Int>, _ walk: JSONWalk) {
        guard range.count > 1, let masked = numeral(bytes[range], walk.role) else { return }
        report([masked.kind], at: walk.path(CardDataGuard.shown))
        edits.append((range, [UInt8(ascii: "\"")] + masked.text + [UInt8(ascii: "\"")]))
    }

    /// What stands in place of a whole number that is card data, by its value and not by its spelling.
    private func numeral(
        _ literal: ArraySlice<UInt8>, _ role: FieldRole
    ) -> (kind: CardDataGuard.Finding.Kind, text: [UInt8])? {
        let lengthMax = 64
        guard literal.count <= lengthMax, role != .identifier,
            literal.count >= CardLengths.any.lowerBound - 5 || role == .securityCode,
            let value = JSONNumber(String(decoding: literal, as: UTF8.self))?.int64
        else { return nil }
        var digits = Array(String(value.magnitude).utf8)
        // A number has lost the zeros that a code may begin with.
        if role == .securityCode, digits.count == 2 { digits.insert(UInt8(ascii: "0"), at: 0) }
        let textGuard = TextGuard(role: role)
        guard let kind = textGuard.marks(in: digits).kinds.first, let text = textGuard.stripped(digits) else {
            return nil
        }
        return (kind, text)
    }

    private mutating func report(_ kinds: Set<CardDataGuard.Finding.Kind>, at path: @autoclosure () -> String)
    {
        for kind in CardDataGuard.Finding.Kind.allCases where kinds.contains(kind) {
            guard findings.count < CardDataGuard.findingsMax else { return }
            findings.append(CardDataGuard.Finding(path: CardDataGuard.masked(path()), kind: kind))
        }
    }

    /// The masked name, with a number behind it where the document has that name already.
    private mutating func unique(_ masked: [UInt8]) -> [UInt8] {
        if names.isEmpty { collectNames() }
        var candidate = masked
        var count = uses[masked] ?? 1
        while !names.insert(ScannedText(candidate, .escapes).string).inserted {
            count += 1
            candidate = masked + Array(" #\(count)".utf8)
        }
        uses[masked] = count
        return candidate
    }

    private mutating func collectNames() {
        var walk = JSONWalk(bytes)
        while let token = walk.next() {
            if case .name(let range) = token {
                names.insert(ScannedText(Array(bytes[range]), .escapes).string)
            }
        }
    }
}
