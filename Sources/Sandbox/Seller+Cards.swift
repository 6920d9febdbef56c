import ExactJSON

extension Seller {
    /// Saves the card of a token: 201 with a new card, 200 with the one that the customer has already.
    ///
    /// What a second saving of the same number and expiry answers isn't documented; that it is the first card
    /// is our choice.
    func createCard(_ customerID: String, _ request: CardRequest, now: Instant) throws(Refusal) -> Reply {
        var customer = try customer(customerID)
        let token = try cardToken(request.token, for: customerID, now: now)
        let brand = try request.check(token.details, ambiguous: settings.ambiguousPrefixes)
        let owned = customer.cardIDs.compactMap { cards[$0] }
        let known = owned.first { $0.details.isSameCard(as: token.details) }
        guard known != nil || owned.count < settings.cardsPerCustomerMax else {
            throw .card(code: "129", "Maximum number of cards reached")
        }
        use(token)
        if let known { return Reply(200, known.json) }

        let card = SavedCard(
            id: identifiers.nextCard(), customerID: customerID, userID: customer.userID,
            details: token.details, brand: brand, issuerID: request.issuerID ?? brand.issuerID, created: now,
            updated: now, isLive: isLive)
        cards[card.id] = card
        customer.cardIDs.append(card.id)
        customer.defaultCard = customer.defaultCard ?? card.id
        customer.updated = now
        replace(customer, now: now)
        return Reply(201, card.json)
    }

    func listCards(_ customerID: String) throws(Refusal) -> JSON {
        .array(try customer(customerID).cardIDs.compactMap { cards[$0]?.json })
    }

    func readCard(_ customerID: String, _ id: String) throws(Refusal) -> JSON {
        try card(id, of: try customer(customerID)).json
    }

    /// Keeps the id; a token made of the card before goes on holding what the card was then.
    func updateCard(
        _ customerID: String, _ id: String, _ update: CardUpdate, now: Instant
    ) throws(Refusal) -> JSON {
        var customer = try customer(customerID)
        var card = try card(id, of: customer)
        let token = try update.token.map { text throws(Refusal) in
            try cardToken(text, for: customerID, now: now)
        }
        if let token {
            guard let brand = token.details.brand else {
                throw .card(code: "127", "The payment method could not be resolved")
            }
            (card.brand, card.issuerID) = (brand, brand.issuerID)
        }
        card.details = try update.applied(to: token?.details ?? card.details, now: now)
        if let token { use(token) }
        card.updated = now
        cards[id] = card
        customer.updated = now
        replace(customer, now: now)
        return card.json
    }

    /// The answer is the card as it was; where it was the default, the oldest of the others becomes it.
    func deleteCard(_ customerID: String, _ id: String, now: Instant) throws(Refusal) -> JSON {
        var customer = try customer(customerID)
        let card = try card(id, of: customer)
        cards[id] = nil
        customer.cardIDs.removeAll { $0 == id }
        if customer.defaultCard == id { customer.defaultCard = customer.cardIDs.first }
        customer.updated = now
        replace(customer, now: now)
        return card.json
    }

    private func card(_ id: String, of customer: Customer) throws(Refusal) -> SavedCard {
        guard customer.cardIDs.contains(id), let card = cards[id] else { throw .absent("card not found") }
        return card
    }

    /// A token that may save a card for this customer, or be put in the place of one.
    private func cardToken(_ id: String, for customerID: String, now: Instant) throws(Refusal) -> CardToken {
        guard let token = tokens[id] else {
            throw .card(code: "120", "Invalid token. Card token not found")
        }
        guard token.state.isActive, !token.isExpired(at: now), !isOrphan(token) else {
            throw .card(code: "120", "Invalid token. Card token was used or has expired")
        }
        if case .saved(let card) = token.source, card.customerID != customerID {
            throw .card(code: "140", "Invalid card owner")
        }
        return token
    }

    private func use(_ token: CardToken) {
        tokens[token.id]?.state = settings.savedTokenMayPay ? .saved : .spent
    }
}

extension CardToken.State {
    var isActive: Bool {
        if case .active = self { true } else { false }
    }
}
