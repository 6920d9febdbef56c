import ExactJSON

extension Seller {
    /// Saves the card of a token: 201 with a new card, 200 with the one that the customer has already.
    ///
    /// What a second saving of the same number and expiry answers isn't documented; that it is the first card
    /// is our choice.
    func createCard(_ customerID: String, _ body: JSONObject, now: Instant) throws(Refusal) -> Reply {
        var customer = try customer(customerID)
        guard let text = body["token"]?.string else { throw .card(code: "119", "Card token required") }
        guard var token = tokens[text] else {
            throw .card(code: "120", "Invalid token. Card token not found")
        }
        guard token.state.isActive, !token.isExpired(at: now) else {
            throw .card(code: "120", "Invalid token. Card token was used or has expired")
        }
        if case .saved(let card) = token.source, card.customerID != customerID {
            throw .card(code: "140", "Invalid card owner")
        }
        guard let brand = token.details.brand, Self.agrees(body["payment_method_id"], brand) else {
            throw .card(code: "127", "The payment method could not be resolved")
        }
        let owned = customer.cardIDs.compactMap { cards[$0] }
        let known = owned.first { $0.details.isSameCard(as: token.details) }
        guard known != nil || owned.count < settings.cardsPerCustomerMax else {
            throw .card(code: "129", "Maximum number of cards reached")
        }
        token.state = settings.savedTokenMayPay ? .saved : .spent
        tokens[text] = token
        if let known { return Reply(200, known.json) }

        let issuer = (body["issuer"]?["id"] ?? body["issuer_id"])?.text.flatMap { Int64($0) }
        let card = SavedCard(
            id: identifiers.nextCard(), customerID: customerID, userID: customer.userID,
            details: token.details,
            brand: brand, issuerID: issuer ?? brand.issuerID, created: now, isLive: isLive)
        cards[card.id] = card
        customer.cardIDs.append(card.id)
        customer.defaultCard = customer.defaultCard ?? card.id
        customer.updated = now
        customers[customerID] = customer
        return Reply(201, card.json)
    }

    func listCards(_ customerID: String) throws(Refusal) -> JSON {
        .array(try customer(customerID).cardIDs.compactMap { cards[$0]?.json })
    }

    func readCard(_ customerID: String, _ id: String) throws(Refusal) -> JSON {
        guard try customer(customerID).cardIDs.contains(id), let card = cards[id] else {
            throw .absent("card not found")
        }
        return card.json
    }

    private static func agrees(_ method: JSON?, _ brand: CardBrand) -> Bool {
        guard let method, !method.isNull else { return true }
        return method.string == brand.id
    }
}

extension CardToken.State {
    var isActive: Bool {
        if case .active = self { true } else { false }
    }
}
