import ExactJSON

extension Seller {
    func createToken(_ request: CardTokenRequest, publicKey: String?, now: Instant) throws(Refusal) -> JSON {
        let source: CardToken.Source
        let hasSecurityCode: Bool
        switch request {
        case .raw(let details):
            (source, hasSecurityCode) = (.raw(details), true)
        case .saved(let cardID, let customerID, let code):
            guard let card = cards[cardID], customerID == nil || customerID == card.customerID else {
                throw .plain(status: 404, error: "not_found", "card not found")
            }
            guard code == nil || code?.count == card.brand.securityCodeLength else {
                throw .token(code: "E302", "invalid parameter securityCode")
            }
            (source, hasSecurityCode) = (.saved(card), code != nil)
        }
        let token = CardToken(
            id: identifiers.nextToken(), source: source, hasSecurityCode: hasSecurityCode, created: now,
            publicKey: publicKey, isLive: isLive)
        tokens.insert(token, for: token.id)
        return token.json
    }

    func readToken(_ id: String) throws(Refusal) -> JSON {
        guard let token = tokens[id] else {
            throw .plain(status: 404, error: "not_found", "Card token not found")
        }
        return token.json
    }

    /// Whether a token was made of a saved card that is gone by now, alone or with its customer.
    func isOrphan(_ token: CardToken) -> Bool {
        guard case .saved(let card) = token.source else { return false }
        return cards[card.id] == nil
    }

    func holds(token: String) -> Bool { tokens[token] != nil }
}
