import ExactJSON

/// The body of POST /_sandbox/seed: customers, each with one saved card and tokens to charge it with.
struct SeedRequest: Sendable {
    let customers: Int
    let holder: String
    let tokens: Int
    let hasSecurityCode: Bool
    let emailPrefix: String
    let methodID: String?

    init(_ body: JSONObject) throws(ControlRefusal) {
        let fields = ControlFields(
            body,
            known: ["customers", "holder", "tokens", "security_code", "email_prefix", "payment_method_id"])
        try fields.checkNames()
        customers = try fields.integer("customers", 1...100_000) ?? 1
        holder = try fields.string("holder") ?? "APRO"
        tokens = try fields.integer("tokens", 0...1_000) ?? 1
        hasSecurityCode = try fields.bool("security_code") ?? true
        emailPrefix = try fields.string("email_prefix") ?? "test_payer_"
        methodID = try fields.string("payment_method_id")
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
    let methodID: String?

    init(_ body: JSONObject) throws(ControlRefusal) {
        let fields = ControlFields(
            body, known: ["count", "holder", "card_id", "security_code", "payment_method_id"])
        try fields.checkNames()
        count = try fields.integer("count", 1...100_000) ?? 1
        holder = try fields.string("holder") ?? "APRO"
        cardID = try fields.string("card_id")
        methodID = try fields.string("payment_method_id")
        hasSecurityCode = try fields.bool("security_code") ?? true
    }
}

extension Seller {
    /// Makes customers with one of the site's published test cards, the quick way.
    func seed(_ request: SeedRequest, now: Instant) throws(ControlRefusal) -> JSON {
        let details = try testCard(request.methodID, holder: request.holder, now: now)
        guard let brand = details.brand else { throw ControlRefusal("no test card of a known brand") }
        var made: [JSON] = []
        for _ in 0..<request.customers {
            let (userID, id) = identifiers.nextCustomer()
            let card = SavedCard(
                id: identifiers.nextCard(), customerID: id, userID: userID, details: details, brand: brand,
                issuerID: brand.issuerID, created: now, updated: now, isLive: isLive)
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
            source = .raw(try testCard(request.methodID, holder: request.holder, now: now))
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

    /// The site's first test card, or its first of a method.
    ///
    /// It is valid for four more years by the sandbox's clock.
    private func testCard(
        _ methodID: String?, holder: String, now: Instant
    ) throws(ControlRefusal) -> CardDetails {
        let card = account.site.testCards.first { methodID == nil || $0.methodID == methodID }
        guard let number = card.flatMap({ CardNumber($0.number) }) else {
            throw ControlRefusal("the site has no test card of this payment method")
        }
        return CardDetails(
            number: number, month: 11, year: now.month.year + 4, holder: holder,
            identification: account.site.testIdentification)
    }
}
