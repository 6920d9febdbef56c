import ExactJSON

extension Seller {
    func createCustomer(_ request: CustomerRequest, now: Instant) throws(Refusal) -> JSON {
        guard let email = request.email else { throw .customer(code: "106", "the email format is invalid") }
        guard customersByEmail[Customer.key(ofEmail: email)] == nil else {
            throw .customer(code: "101", "the customer already exist")
        }
        // Mercado Pago's own example of a new customer sends the word "None"; nobody new has a card.
        if let card = request.fields["default_card"]?.string, card != "None" {
            throw .customer(code: "120", "card not found")
        }
        let (userID, id) = identifiers.nextCustomer()
        var customer = Customer(
            id: id, userID: userID, email: email, fields: [:], created: now, updated: now)
        apply(request, to: &customer, now: now)
        add(customer, with: nil)
        return json(customer)
    }

    func readCustomer(_ id: String) throws(Refusal) -> JSON { json(try customer(id)) }

    /// Replaces what the body names and leaves the rest; a null counts as not named.
    func updateCustomer(_ id: String, _ request: CustomerRequest, now: Instant) throws(Refusal) -> JSON {
        var customer = try customer(id)
        if let email = request.email, Customer.key(ofEmail: email) != customer.emailKey {
            throw .customer(code: "126", "the email can't be updated")
        }
        if let card = request.fields["default_card"]?.string {
            guard customer.cardIDs.contains(card) else { throw .customer(code: "120", "card not found") }
            customer.defaultCard = card
        }
        apply(request, to: &customer, now: now)
        replace(customer, now: now)
        return json(customer)
    }

    /// The answer is the customer as it was; its cards go with it, and its e-mail is free again.
    func deleteCustomer(_ id: String, now: Instant) throws(Refusal) -> JSON {
        let customer = try customer(id)
        let answer = json(customer)
        customers.remove(id)
        index.changed(customer, now: now)
        forget(customer)
        return answer
    }

    private func apply(_ request: CustomerRequest, to customer: inout Customer, now: Instant) {
        for member in request.fields.members where !["default_card", "address"].contains(member.name) {
            customer.fields[member.name] = member.value
        }
        customer.updated = now
        guard let fields = request.fields["address"]?.object, !fields.isEmpty else { return }
        let known = customer.address
        customer.address = CustomerAddress(
            id: fields["id"]?.string ?? known?.id ?? identifiers.nextAddress(), fields: fields,
            created: known?.created ?? now, updated: known.map { _ in now })
    }

    /// - Throws: 105 for what can't be an id; 404 for an id that nobody has.
    func customer(_ id: String) throws(Refusal) -> Customer {
        guard Customer.isWellFormed(id: id) else {
            throw .customer(code: "105", "the customer id is invalid")
        }
        guard let customer = customers[id] else { throw .absent("customer not found") }
        return customer
    }

    func json(_ customer: Customer) -> JSON {
        customer.json(cards: customer.cardIDs.compactMap { cards[$0] }, seller: account, isLive: isLive)
    }

    func add(_ customer: Customer, with card: SavedCard?) {
        customersByEmail[customer.emailKey] = customer.id
        if let card { cards[card.id] = card }
        if let forgotten = customers.insert(customer, for: customer.id) { forget(forgotten) }
    }

    /// Puts a changed customer in the place of the one that the index goes on showing for its lag.
    func replace(_ customer: Customer, now: Instant) {
        if let old = customers[customer.id] { index.changed(old, now: now) }
        customers[customer.id] = customer
    }

    private func forget(_ customer: Customer) {
        customersByEmail[customer.emailKey] = nil
        for id in customer.cardIDs { cards[id] = nil }
    }
}
