import ExactJSON

/// Reads the fields of one object and collects everything that is wrong with them.
///
/// Each read marks its field as known; `finish` reports the rest. A misspelt `installments` must not become
/// a charge in one instalment.
struct FieldReader {
    private var remaining: JSONObject
    private let path: String
    private(set) var problems: [JobRefusal.Problem] = []

    init(_ object: JSONObject, path: String = "") {
        remaining = object
        self.path = path
    }

    mutating func fail(_ field: String, _ message: String) {
        problems.append(JobRefusal.Problem(path.isEmpty ? field : "\(path).\(field)", message))
    }

    mutating func adopt(_ others: [JobRefusal.Problem]) { problems += others }

    /// The field's value; absent and `null` are the same.
    mutating func take(_ field: String) -> JSON? {
        guard let value = remaining[field] else { return nil }
        remaining[field] = nil
        // Not `value.isNull ? nil : value`: there `nil` is a literal of JSON itself, its null.
        if value.isNull { return Optional.none }
        return value
    }

    mutating func required<Value>(_ field: String, _ read: (inout FieldReader) -> Value?) -> Value? {
        let before = problems.count
        let isPresent = has(field)
        let value = read(&self)
        if !isPresent, problems.count == before { fail(field, "is required") }
        return value
    }

    mutating func text(_ field: String, maxLength: Int) -> String? {
        guard let value = take(field) else { return nil }
        guard let text = value.string else {
            fail(field, "must be a string")
            return nil
        }
        guard (1...maxLength).contains(text.unicodeScalars.count) else {
            fail(field, "must be 1 to \(maxLength) characters")
            return nil
        }
        guard !text.unicodeScalars.contains(where: \.isControl) else {
            fail(field, "must hold no control characters")
            return nil
        }
        return text
    }

    /// Whether the field is there, right or wrong; `null` is not.
    func has(_ field: String) -> Bool { remaining[field].map { !$0.isNull } ?? false }

    /// An id that producers write as a string or as a whole number.
    mutating func idText(_ field: String, maxLength: Int) -> String? {
        if let number = remaining[field]?.int64, number >= 0 {
            remaining[field] = nil
            return String(number)
        }
        return text(field, maxLength: maxLength)
    }

    mutating func parsed<Value>(_ field: String, _ rule: String, _ parse: (String) -> Value?) -> Value? {
        guard let value = take(field) else { return nil }
        guard let parsed = value.string.flatMap(parse) else {
            fail(field, rule)
            return nil
        }
        return parsed
    }

    mutating func flag(_ field: String) -> Bool? {
        guard let value = take(field) else { return nil }
        guard let flag = value.bool else {
            fail(field, "must be true or false")
            return nil
        }
        return flag
    }

    mutating func integer(_ field: String, in range: ClosedRange<Int64>) -> Int? {
        guard let value = take(field) else { return nil }
        guard let number = value.int64, range.contains(number) else {
            fail(field, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return Int(number)
    }

    /// An exact decimal, written as a JSON number or as a string.
    mutating func decimal(_ field: String) -> ExactDecimal? {
        guard let value = take(field) else { return nil }
        guard let decimal = value.decimal ?? value.string.flatMap({ ExactDecimal($0) }) else {
            fail(field, "must be a decimal number of at most 18 digits, such as 100.50 or \"100.50\"")
            return nil
        }
        return decimal
    }

    mutating func object(_ field: String) -> JSONObject? {
        guard let value = take(field) else { return nil }
        guard let object = value.object else {
            fail(field, "must be an object")
            return nil
        }
        return object
    }

    /// Everything that is wrong, unknown fields included.
    mutating func finish() -> [JobRefusal.Problem] {
        let namesMax = 10
        for name in remaining.names.prefix(namesMax) {
            fail(Redaction.scrub(name, maxLength: 64), "is not a field of this job")
        }
        if remaining.count > namesMax {
            problems.append(.init(path, "\(remaining.count - namesMax) more unknown fields"))
        }
        return problems
    }
}
