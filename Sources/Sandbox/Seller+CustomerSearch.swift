import ExactJSON

extension Seller {
    /// `email` is compared for equality, letters of either case alike; no e-mail finds everybody.
    func searchCustomers(_ query: Query, now: Instant) throws(Refusal) -> JSON {
        let limit = min(try Self.number(query["limit"], 1...Int.max) ?? 10, 100)
        let offset = try Self.number(query["offset"], 0...Int.max) ?? 0
        let seen: [Customer]
        if let email = query["email"] {
            let key = Customer.key(ofEmail: email)
            let current = customersByEmail[key].flatMap { customers[$0] }
            seen = index.seen(email: key, current: current, now: now)
        } else {
            seen = index.seen(customers.all, now: now)
        }
        let found = seen.filter { Self.matches($0, query) }
        return [
            "paging": ["limit": JSON(limit), "offset": JSON(offset), "total": JSON(found.count)],
            "results": .array(found.dropFirst(offset).prefix(limit).map(json)),
        ]
    }

    /// The documented filters beside `email`; every other is ignored, as the real one does (sdk-java#74).
    private static func matches(_ customer: Customer, _ query: Query) -> Bool {
        if let id = query["id"], id != customer.id { return false }
        for name in ["first_name", "last_name", "description"] {
            if let wanted = query[name], customer.fields[name]?.string != wanted { return false }
        }
        for name in ["type", "number"] {
            let value = customer.fields["identification"]?[name]?.string
            if let wanted = query["identification.\(name)"], value != wanted { return false }
        }
        return true
    }

    private static func number(_ text: String?, _ range: ClosedRange<Int>) throws(Refusal) -> Int? {
        guard let text else { return nil }
        guard let number = Int(digits: text), range.contains(number) else {
            throw .customer(code: "205", "the query format is invalid")
        }
        return number
    }
}
