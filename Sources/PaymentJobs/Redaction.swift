/// A second net under `Secret`: takes anything that looks like a secret out of foreign text.
public enum Redaction {
    private static let mask = "‹redacted›"

    /// `text` without e-mail addresses, card numbers, long runs of digits and long unbroken words, at most
    /// `maxLength` Unicode scalars.
    ///
    /// A token, a card number and an access token are all longer than the longest word that an error message
    /// needs. Dates and dotted field names survive.
    public static func scrub(_ text: String, maxLength: Int = 256) -> String {
        let limit = maxLength * 4
        var scalars = Array(text.unicodeScalars.prefix(limit + 1))
        if scalars.count > limit {
            // What is left of a word that the cut went through can't be judged: it goes as a whole.
            scalars.removeLast()
            while let last = scalars.last, last.isInWord { scalars.removeLast() }
            while let last = scalars.last, last.isDigit || last.isBetweenDigits { scalars.removeLast() }
            scalars.append("…")
        }
        return String(bounding: masked(scalars), to: maxLength)
    }

    /// A foreign id for a field of its own: at most 128 Unicode scalars, without control characters.
    static func bounded(_ id: String) -> String {
        String(String.UnicodeScalarView(id.unicodeScalars.prefix(128).filter { !$0.isControl }))
    }
}

extension Redaction {
    /// The text with one mask in place of each unbroken row of suspect scalars.
    private static func masked(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var isHidden = Array(repeating: false, count: scalars.count)
        markNumbers(in: scalars, &isHidden)
        markWords(in: scalars, &isHidden)
        var result: [Unicode.Scalar] = []
        for index in scalars.indices {
            if !isHidden[index] {
                result.append(scalars[index])
            } else if index == 0 || !isHidden[index - 1] {
                result += mask.unicodeScalars
            }
        }
        return result
    }

    /// Marks 13 digits or more that a few separators may stand between, as people write card numbers.
    private static func markNumbers(in scalars: [Unicode.Scalar], _ isHidden: inout [Bool]) {
        var start = 0
        while start < scalars.count {
            let (end, digits) = number(in: scalars, from: start)
            if digits >= 13 { for index in start..<end { isHidden[index] = true } }
            start = max(end, start + 1)
        }
    }

    /// The end behind the last digit of a number that starts here, and how many digits it has.
    private static func number(
        in scalars: [Unicode.Scalar], from start: Int
    ) -> (end: Int, digits: Int) {
        let separatorsMax = 3
        var (end, digits) = (start, 0)
        for position in start..<scalars.count {
            if scalars[position].isDigit {
                (end, digits) = (position + 1, digits + 1)
            } else if digits == 0 || !scalars[position].isBetweenDigits || position - end >= separatorsMax {
                break
            }
        }
        return (end, digits)
    }

    private static func markWords(in scalars: [Unicode.Scalar], _ isHidden: inout [Bool]) {
        for word in scalars.split(whereSeparator: { !$0.isInWord }) where isSuspect(word) {
            for index in word.indices { isHidden[index] = true }
        }
    }

    private static func isSuspect(_ word: ArraySlice<Unicode.Scalar>) -> Bool {
        let text = String(String.UnicodeScalarView(word)).lowercased()
        if ["@", "＠", "%40"].contains(where: text.contains) { return true }
        let digits = word.count(where: \.isDigit)
        if digits >= 9 { return !isDate(word) }
        if word.count >= (digits >= 3 ? 20 : 40), digits > 0 { return true }
        let pieces = word.split { ".-_+".unicodeScalars.contains($0) }
        return pieces.contains { $0.count > (digits > 0 ? 20 : 30) }
    }

    /// The first part of an ISO date with its hour, or of the gateway's `23-09-2021T17`.
    private static func isDate(_ word: ArraySlice<Unicode.Scalar>) -> Bool {
        let shape = String(String.UnicodeScalarView(word.map { $0.isDigit ? "9" : $0 }))
        return ["9999-99-99T99", "99-99-9999T99"].contains(shape)
    }
}

extension Unicode.Scalar {
    /// Decimal digits of every script.
    fileprivate var isDigit: Bool { properties.generalCategory == .decimalNumber }

    /// What may stand between two digits of a card number: spaces of every kind, dashes, dots, slashes, and
    /// characters that can't be seen.
    fileprivate var isBetweenDigits: Bool {
        switch properties.generalCategory {
        case .spaceSeparator, .dashPunctuation, .format, .control: true
        default: "._/·•*".unicodeScalars.contains(self)
        }
    }

    /// Letters, digits, and what else e-mail addresses and tokens are made of.
    fileprivate var isInWord: Bool {
        properties.isAlphabetic || isDigit || "@＠._-+%'~".unicodeScalars.contains(self)
    }
}

extension String {
    /// Text for a header or an event: at most `maxLength` scalars, the last an ellipsis where it was cut,
    /// and a space in place of each control character and line break.
    init(bounding scalars: some Collection<Unicode.Scalar>, to maxLength: Int) {
        var kept = scalars.prefix(maxLength + 1).map { scalar -> Unicode.Scalar in
            let isBreak = scalar == "\u{2028}" || scalar == "\u{2029}"
            return scalar.isControl || isBreak ? " " : scalar
        }
        if kept.count > maxLength { kept.replaceSubrange((maxLength - 1)..., with: ["…"]) }
        self.init(String.UnicodeScalarView(kept))
    }
}
