import ExactJSON

/// Finds and masks card data in the bytes of a JSON document, and leaves every other byte as it is.
struct DocumentGuard {
    private(set) var findings: [CardDataGuard.Finding] = []
    /// What stands in place of what, by where that began.
    private var edits: [Int: (range: Range<Int>, text: [UInt8])] = [:]
    private let bytes: [UInt8]
    /// Whether a field may be named for a card number or a security code.
    private let hasNames: Bool
    /// Every name of the document, once a name had to be changed: two must not become the same.
    private var names: Set<String> = []
    /// How often each masked name was given out.
    private var uses: [String: Int] = [:]

    /// Goes through a document that was parsed before.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        let look = QuickLook(bytes[...])
        hasNames = look.mayHoldName || look.isEncoded
        guard look.isSuspicious else { return }
        var walk = JSONWalk(bytes, findsPairs: hasNames)
        while let token = walk.next() {
            switch token {
            case .name(let range): lookAtName(range, walk)
            case .string(let range): lookAtString(range, &walk)
            case .number(let range): lookAtNumber(range, &walk)
            case .pair(let name, let value): lookAtPair(name, value, walk)
            }
        }
    }

    /// The document without card data; nil where there was none.
    var stripped: [UInt8]? {
        guard !edits.isEmpty else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var position = 0
        for edit in edits.values.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
            GuardSteps.add(edit.range.count)
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
        edits[range.lowerBound] = (range, unique(masked))
    }

    private mutating func lookAtString(_ range: Range<Int>, _ walk: inout JSONWalk) {
        let digitsMin = 3
        guard TextGuard.digitsMax(bytes[range]) >= digitsMin else { return }
        let isSuspicious = QuickLook(bytes[range]).isSuspicious
        guard isSuspicious || hasNames else { return }
        let role = walk.role()
        switch role {
        case .ordinary where !isSuspicious, .identifier where !isSuspicious: break
        case .identifier where bytes[range].allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains):
            break
        case .ordinary, .identifier, .cardNumber, .securityCode: mask(string: range, role, walk)
        }
    }

    private mutating func lookAtNumber(_ range: Range<Int>, _ walk: inout JSONWalk) {
        let lengthMin = CardLengths.any.lowerBound - 5
        guard hasNames || range.count >= lengthMin else { return }
        mask(number: range, walk.role(), walk)
    }

    /// A value whose field another member names.
    private mutating func lookAtPair(_ name: Range<Int>, _ value: JSONWalk.Scalar, _ walk: JSONWalk) {
        guard edits[value.range.lowerBound] == nil else { return }
        let role = FieldRole(name: bytes[name], parent: [])
        guard role == .securityCode || role == .cardNumber else { return }
        if value.isString {
            mask(string: value.range, role, walk)
        } else {
            mask(number: value.range, role, walk)
        }
    }

    private mutating func mask(string range: Range<Int>, _ role: FieldRole, _ walk: JSONWalk) {
        let textGuard = TextGuard(role: role, isEscaped: true)
        let text = Array(bytes[range])
        if let masked = textGuard.stripped(text) {
            report(textGuard.marks(in: text).kinds, at: walk.path(CardDataGuard.shown))
            edits[range.lowerBound] = (range, masked)
        } else if role != .securityCode, let masked = numeral(text[...], role) {
            // A number that a program wrote as text: "4.509953566233704e15".
            report([masked.kind], at: walk.path(CardDataGuard.shown))
            edits[range.lowerBound] = (range, masked.text)
        }
    }

    private mutating func mask(number range: Range<Int>, _ role: FieldRole, _ walk: JSONWalk) {
        guard let masked = numeral(bytes[range], role) else { return }
        report([masked.kind], at: walk.path(CardDataGuard.shown))
        edits[range.lowerBound] = (range, [UInt8(ascii: "\"")] + masked.text + [UInt8(ascii: "\"")])
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
        let codeLength = 3
        while role == .securityCode, digits.count < codeLength { digits.insert(UInt8(ascii: "0"), at: 0) }
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
        let name = ScannedText(masked, .escapes).string
        var (candidate, suffix) = (name, "")
        var count = uses[name] ?? 1
        while !names.insert(candidate).inserted {
            count += 1
            suffix = " #\(count)"
            candidate = name + suffix
            GuardSteps.add(masked.count)
        }
        uses[name] = count
        return masked + Array(suffix.utf8)
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
