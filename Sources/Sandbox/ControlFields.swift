import ExactJSON

/// A control request that can't be understood; the text goes back to whoever sent it.
struct ControlRefusal: Error {
    let text: String

    init(_ text: String) { self.text = text }

    var reply: Reply { Reply(400, ["error": .string(text)]) }
}

/// The members of a control request's body, which have to be known and well-formed: a typing error in a
/// test's fault must not pass for a fault that never strikes.
struct ControlFields {
    let body: JSONObject
    let known: [String]

    init(_ body: JSONObject, known: [String]) {
        self.body = body
        self.known = known
    }

    func checkNames() throws(ControlRefusal) {
        for name in body.names where !known.contains(name) {
            throw ControlRefusal("unknown name \(name); known are \(known.joined(separator: ", "))")
        }
    }

    func string(_ name: String) throws(ControlRefusal) -> String? {
        guard let value = body[name] else { return nil }
        guard let text = value.string else { throw ControlRefusal("\(name) must be a string") }
        return text
    }

    func bool(_ name: String) throws(ControlRefusal) -> Bool? {
        guard let value = body[name] else { return nil }
        guard let flag = value.bool else { throw ControlRefusal("\(name) must be true or false") }
        return flag
    }

    func integer(_ name: String, _ range: ClosedRange<Int>) throws(ControlRefusal) -> Int? {
        guard let value = body[name] else { return nil }
        guard let number = value.int64.flatMap({ Int(exactly: $0) }), range.contains(number) else {
            throw ControlRefusal("\(name) must be an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
