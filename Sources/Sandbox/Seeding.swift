import ExactJSON

/// The body of POST /_sandbox/seed: customers, each with one saved card and tokens to charge it with.
struct SeedRequest: Sendable {
    let customers: Int
    let holder: String
    let tokens: Int
    let hasSecurityCode: Bool
    let emailPrefix: String

    init(_ body: JSONObject) throws(ControlRefusal) {
        let fields = ControlFields(
            body, known: ["customers", "holder", "tokens", "security_code", "email_prefix"])
        try fields.checkNames()
        customers = try fields.integer("customers", 1...100_000) ?? 1
        holder = try fields.string("holder") ?? "APRO"
        tokens = try fields.integer("tokens", 0...1_000) ?? 1
        hasSecurityCode = try fields.bool("security_code") ?? true
        emailPrefix = try fields.string("email_prefix") ?? "test_payer_"
        guard customers * max(tokens, 1) <= 100_000 else {
            throw ControlRefusal("at most 100000 tokens at once")
        }
    }
}

/// The body of POST /_sandbox/card-tokens: many tokens at once, of a number or of a saved card.
struct TokensRequest: Sendable {
    let count: Int
    let holder: String
    let cardID: String?
    let hasSecurityCode: Bool

    init(_ body: JSONObject) throws(ControlRefusal) {
        let fields = ControlFields(body, known: ["count", "holder", "card_id", "security_code"])
        try fields.checkNames()
        count = try fields.integer("count", 1...100_000) ?? 1
        holder = try fields.string("holder") ?? "APRO"
        cardID = try fields.string("card_id")
        hasSecurityCode = try fields.bool("security_code") ?? true
    }
}

extension Seller {
    /// Makes customers with the site's published test card, the quick way.
    func seed(_ request: SeedRequest, now: Instant) throws(ControlRefusal) -> JSON {
        guard let details = testCard(holder: request.holder, now: now), let brand = details.brand else {
            throw ControlRefusal("the site has no test card")
        }
        var made: [JSON] = []
        for _ in 0..<request.customers {
            let (userID, id) = identifiers.nextCustomer()
            let card = SavedCard(
                id: identifiers.nextCard(), customerID: id, userID: userID, details: details, brand: brand,
                issuerID: brand.issuerID, created: now, isLive: isLive)
            let email = "\(request.emailPrefix)\(userID)@testuser.com"
            add(
                Customer(
                    id: id, userID: userID, email: email, fields: [:], created: now, updated: now,
                    cardIDs: [card.id], defaultCard: card.id), with: card)
            let tokens = (0..<request.tokens).map { _ in
                JSON.string(makeToken(.saved(card), request.hasSecurityCode, now: now))
            }
            made.append([
                "customer_id": .string(id), "email": .string(email), "card_id": .string(card.id),
                "token": tokens.first ?? nil, "tokens": .array(tokens),
            ])
        }
        return ["customers": .array(made)]
    }

    func makeTokens(_ request: TokensRequest, now: Instant) throws(ControlRefusal) -> JSON {
        let source: CardToken.Source
        if let id = request.cardID {
            guard let card = cards[id] else { throw ControlRefusal("there is no card \(id)") }
            source = .saved(card)
        } else {
            guard let details = testCard(holder: request.holder, now: now) else {
                throw ControlRefusal("the site has no test card")
            }
            source = .raw(details)
        }
        return [
            "tokens": .array(
                (0..<request.count).map { _ in .string(makeToken(source, request.hasSecurityCode, now: now)) }
            )
        ]
    }

    private func makeToken(_ source: CardToken.Source, _ hasSecurityCode: Bool, now: Instant) -> String {
        let id = identifiers.nextToken()
        let token = CardToken(
            id: id, source: source, hasSecurityCode: hasSecurityCode, created: now, publicKey: nil,
            isLive: isLive)
        tokens.insert(token, for: id)
        return id
    }

    /// Valid for four more years, by the sandbox's clock.
    private func testCard(holder: String, now: Instant) -> CardDetails? {
        CardNumber(account.site.testCardNumber).map { number in
            CardDetails(
                number: number, month: 11, year: now.month.year + 4, holder: holder,
                identification: account.site.testIdentification)
        }
    }
}
