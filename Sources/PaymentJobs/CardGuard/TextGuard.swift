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
        mayHoldCardData(bytes[...]) ? thoroughMarks(in: bytes) : Marks()
    }

    /// What is in `bytes`, without a first look.
    func thoroughMarks(in bytes: [UInt8]) -> Marks {
        var marks = Marks()
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
        let digitsMin = 3
        guard Self.digitsMax(bytes) >= digitsMin else { return false }
        return role == .securityCode || role == .cardNumber || QuickLook(bytes).isSuspicious
    }

    /// At most how many digits a text has: a digit of another script takes two bytes or more, and one that is
    /// written as `\u0034` or `%34` has a digit in it.
    static func digitsMax(_ bytes: ArraySlice<UInt8>) -> Int {
        GuardSteps.add(bytes.count)
        return bytes.count { $0 >= 0x80 || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
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
        // Whatever else is in a value that is hardly longer than a code.
        let isShort = text.units.count <= 8
        switch role {
        case .securityCode where (3...4).contains(digits.count) && (isDigitsOnly || isShort):
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
        GuardSteps.add(bytes.count)
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
