/// Finds and masks card data in one text: a string of a document, a name, a header, a key, or raw bytes.
struct TextGuard {
    /// What the field's name says.
    var role = FieldRole.ordinary
    /// Whether backslashes certainly are escapes, as in a string of a JSON document; elsewhere they may be.
    var isEscaped = false

    /// What stands in place of a digit.
    static let mask = UInt8(ascii: "*")
    /// How many digits of a card number stay.
    static let visibleDigits = 4

    /// What is in a text, and the bytes of its digits that must go.
    struct Marks {
        var kinds: Set<CardDataGuard.Finding.Kind> = []
        /// Every digit but the last four of each card number, and every digit of a security code.
        var hidden: Set<Range<Int>> = []
        /// The last four of each card number.
        var shown: Set<Range<Int>> = []

        var isEmpty: Bool { kinds.isEmpty }

        mutating func add(number digits: [Range<Int>]) {
            kinds.insert(.cardNumber)
            hidden.formUnion(digits.dropLast(TextGuard.visibleDigits))
            shown.formUnion(digits.suffix(TextGuard.visibleDigits))
        }

        mutating func add(code digits: [Range<Int>]) {
            kinds.insert(.securityCode)
            hidden.formUnion(digits)
        }
    }

    /// What is in `bytes`, by every way to read them.
    func marks(in bytes: [UInt8]) -> Marks {
        var marks = Marks()
        guard mayHoldCardData(bytes[...]) else { return marks }
        for decoding in decodings(of: bytes) {
            let text = ScannedText(bytes, decoding)
            guard text.units.contains(where: \.kind.isDigit) else { continue }
            mark(text, &marks)
        }
        return marks
    }

    /// `bytes` with the mask over each digit that must go; nil where there is nothing to hide.
    ///
    /// The last four digits of a card number stay, unless they are part of another number then.
    func stripped(_ bytes: [UInt8]) -> [UInt8]? {
        let found = marks(in: bytes)
        guard !found.isEmpty else { return nil }
        var masked = Self.masked(bytes, found.hidden)
        var rest = marks(in: masked)
        if rest.isEmpty { return masked }
        masked = Self.masked(bytes, found.hidden.union(found.shown))
        rest = marks(in: masked)
        // Each round leaves fewer digits; who needs more than a few rounds wrote the text for that purpose.
        for _ in 0..<4 where !rest.isEmpty {
            masked = Self.masked(masked, rest.hidden.union(rest.shown))
            rest = marks(in: masked)
        }
        guard !rest.isEmpty else { return masked }
        let all = decodings(of: masked).flatMap { decoding in
            ScannedText(masked, decoding).units.filter(\.kind.isDigit).map(\.bytes)
        }
        return Self.masked(masked, Set(all))
    }

    /// A quick look that spares most texts the thorough one.
    func mayHoldCardData(_ bytes: ArraySlice<UInt8>) -> Bool {
        let digitsMax = Self.digitsMax(bytes)
        if digitsMax >= CardLengths.any.lowerBound { return true }
        guard digitsMax >= 3 else { return false }
        return role == .securityCode || bytes.contains { Self.signs.contains($0) }
    }

    /// What assigns, or may mean something that does.
    private static let signs = Array(":=>\\%".utf8)

    /// At most how many digits a text has: a digit of another script takes two bytes or more, and one that is
    /// written as `\u0034` or `%34` has a digit in it.
    static func digitsMax(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.count { $0 >= 0x80 || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    private func decodings(of bytes: [UInt8]) -> [ScannedText.Decoding] {
        let hasEscapes = bytes.contains(UInt8(ascii: "\\"))
        var decodings: [ScannedText.Decoding] = isEscaped && hasEscapes ? [.escapes] : [[]]
        if hasEscapes, !isEscaped { decodings.append(.escapes) }
        guard bytes.contains(UInt8(ascii: "%")) else { return decodings }
        return decodings + decodings.map { $0.union(.percent) }
    }

    private func mark(_ text: ScannedText, _ marks: inout Marks) {
        let digits = text.units.filter(\.kind.isDigit)
        if role == .identifier, digits.count == text.units.count { return }
        let isDigitsOnly = !text.units.contains { $0.kind == .letter || $0.kind == .barrier }
        switch role {
        case .securityCode where isDigitsOnly && (3...4).contains(digits.count):
            return marks.add(code: digits.map(\.bytes))
        case .cardNumber where isDigitsOnly && CardLengths.any.contains(digits.count):
            return marks.add(number: digits.map(\.bytes))
        case .ordinary, .identifier, .cardNumber, .securityCode: break
        }
        if digits.count >= CardLengths.any.lowerBound {
            var search = CardNumberSearch(text)
            for number in search.numbers() { marks.add(number: number.map { text.units[$0].bytes }) }
        }
        for code in SecurityCodeSearch(text).codes { marks.add(code: code.map { text.units[$0].bytes }) }
    }

    /// The bytes with the mask in place of each range; ranges of two readings may overlap.
    private static func masked(_ bytes: [UInt8], _ ranges: Set<Range<Int>>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var position = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound })
        where range.lowerBound >= position {
            result += bytes[position..<range.lowerBound]
            result.append(mask)
            position = range.upperBound
        }
        return result + bytes[position...]
    }
}

/// Looks in a text for a security code behind its name: `cvv=123`, `"cvc": "123"`, `<cvv>123</cvv>`.
struct SecurityCodeSearch {
    /// The units of the digits of each code, in order.
    private(set) var codes: [[Int]] = []

    private let units: [ScannedText.Unit]

    init(_ text: ScannedText) {
        units = text.units
        var position = 0
        while position < units.count {
            let start = position
            while position < units.count, units[position].kind.isAlphanumeric { position += 1 }
            let word = start..<position
            if (3...4).contains(word.count), units[word].allSatisfy(\.kind.isDigit), isNamed(before: start) {
                codes.append(Array(word))
            }
            if position == start { position += 1 }
        }
    }

    /// Whether the name of a security code and something that assigns stand before `position`.
    private func isNamed(before position: Int) -> Bool {
        let (gapMax, nameMax) = (8, 32)
        var end = position
        var assigns = false
        while end > 0, position - end < gapMax, !units[end - 1].kind.isAlphanumeric {
            end -= 1
            if [":", "=", ">"].contains(units[end].scalar) { assigns = true }
        }
        guard assigns else { return false }
        var start = end
        while start > 0, end - start < nameMax, isInName(units[start - 1]) { start -= 1 }
        let name = String(String.UnicodeScalarView(units[start..<end].map(\.scalar)))
        return FieldRole(name: name) == .securityCode
    }

    private func isInName(_ unit: ScannedText.Unit) -> Bool {
        unit.kind.isAlphanumeric || ["_", "-", " "].contains(unit.scalar)
    }
}
