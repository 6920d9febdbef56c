extension JSON {
    /// The text to make digests of: documents with the same meaning have the same bytes.
    ///
    /// Members are sorted by the UTF-8 bytes of their names and numbers are normalised by value
    /// (`1e2`, `100` and `100.00` are all `100`), written as RFC 8785 writes them but with every digit
    /// kept. Strings stay as they are: no Unicode normalisation.
    public func canonical() -> [UInt8] {
        var bytes: [UInt8] = []
        canonicalForm.write(into: &bytes)
        return bytes
    }

    fileprivate var canonicalForm: JSON {
        switch self {
        case .null, .bool, .string: self
        case .number(let number): .number(number.canonical)
        case .array(let elements): .array(elements.map(\.canonicalForm))
        case .object(let object): .object(object.canonical)
        }
    }
}

extension JSONObject {
    fileprivate var canonical: JSONObject {
        let members = members.map { Member(name: $0.name, value: $0.value.canonicalForm) }
        return JSONObject(checked: members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) })
    }
}

extension JSONNumber {
    /// The one literal for all numbers of this value.
    ///
    /// Where the exponent has more than fifteen digits the literal stays as it is.
    var canonical: JSONNumber {
        let parts = parts
        guard let (digits, exponent) = parts.normalized else { return self }
        guard !digits.isEmpty else { return 0 }
        let text = digits.map { String($0) }.joined()
        // Where the decimal point stands, counted from the first digit.
        let point = digits.count + exponent
        return JSONNumber(checked: (parts.isNegative ? "-" : "") + Self.place(text, point))
    }

    private static func place(_ digits: String, _ point: Int) -> String {
        switch point {
        case digits.count...max(21, digits.count) where point <= 21:
            return digits + String(repeating: "0", count: point - digits.count)
        case 1...21:
            return digits.prefix(point) + "." + digits.dropFirst(point)
        case -5...0:
            return "0." + String(repeating: "0", count: -point) + digits
        default:
            let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
            return digits.prefix(1) + fraction + "e" + (point > 0 ? "+" : "") + String(point - 1)
        }
    }
}
