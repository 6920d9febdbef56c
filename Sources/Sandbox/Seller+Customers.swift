import ExactJSON

extension Seller {
    func createCustomer(_ request: CustomerRequest, now: Instant) throws(Refusal) -> JSON {
        guard let email = request.email else { throw .customer(code: "106", "the email format is invalid") }
        let folded = email.lowercased()
        guard customersByEmail[folded] == nil else {
            throw .customer(code: "101", "the customer already exist")
        }
        guard request.fields["default_card"] == nil else { throw .customer(code: "120", "card not found") }
        let (userID, id) = identifiers.nextCustomer()
        let customer = Customer(
            id: id, userID: userID, email: email, fields: request.fields, created: now, updated: now)
        add(customer, with: nil)
        return json(customer)
    }

    func readCustomer(_ id: String) throws(Refusal) -> JSON { json(try customer(id)) }

    func updateCustomer(_ id: String, _ request: CustomerRequest, now: Instant) throws(Refusal) -> JSON {
        var customer = try customer(id)
        if let email = request.email, email.lowercased() != customer.email.lowercased() {
            throw .customer(code: "126", "the email can't be updated")
        }
        if let card = request.fields["default_card"]?.string {
            guard customer.cardIDs.contains(card) else { throw .customer(code: "120", "card not found") }
            customer.defaultCard = card
        }
        for member in request.fields.members where member.name != "default_card" {
            customer.fields[member.name] = member.value
        }
        customer.updated = now
        customers[id] = customer
        return json(customer)
    }

    /// `email` is compared for equality, letters of either case alike; no e-mail finds everybody.
    func searchCustomers(_ query: Query, now: Instant) throws(Refusal) -> JSON {
        let limit = try Self.number(query["limit"], 1...Int.max) ?? 10
        let offset = try Self.number(query["offset"], 0...Int.max) ?? 0
        let newest = now.advanced(by: .zero - settings.customerSearchLag)
        let found: [Customer]
        if let email = query["email"] {
            found = customersByEmail[email.lowercased()].flatMap { customers[$0] }.map { [$0] } ?? []
        } else {
            found = Array(customers.all)
        }
        let visible = found.filter { $0.created <= newest && matches($0, query) }
        let page = visible.dropFirst(offset).prefix(min(limit, 100))
        return [
            "paging": ["limit": JSON(min(limit, 100)), "offset": JSON(offset), "total": JSON(visible.count)],
            "results": .array(page.map(json)),
        ]
    }

    /// The documented filters beside `email`; every other is ignored, as the real one does (sdk-java#74).
    private func matches(_ customer: Customer, _ query: Query) -> Bool {
        if let id = query["id"], id != customer.id { return false }
        for name in ["first_name", "last_name"] {
            if let wanted = query[name], customer.fields[name]?.string != wanted { return false }
        }
        return true
    }

    private static func number(_ text: String?, _ range: ClosedRange<Int>) throws(Refusal) -> Int? {
        guard let text else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw .customer(code: "205", "the query format is invalid")
        }
        return number
    }

    func customer(_ id: String) throws(Refusal) -> Customer {
        guard let customer = customers[id] else { throw .absent("customer not found") }
        return customer
    }

    private func json(_ customer: Customer) -> JSON {
        customer.json(cards: customer.cardIDs.compactMap { cards[$0] }, seller: account, isLive: isLive)
    }

    func add(_ customer: Customer, with card: SavedCard?) {
        customersByEmail[customer.email.lowercased()] = customer.id
        if let card { cards[card.id] = card }
        if let forgotten = customers.insert(customer, for: customer.id) { forget(forgotten) }
    }

    private func forget(_ customer: Customer) {
        customersByEmail[customer.email.lowercased()] = nil
        for id in customer.cardIDs { cards[id] = nil }
    }
}
