import ExactJSON

extension Gateway {
    func createCard(_ call: Call, _ customerID: String, _ seller: Seller) async throws -> Reply {
        let request = try CardRequest(try cardBody(call))
        if await isForeign(request.token, to: seller) {
            // The customer is looked for first, as with a token of the seller's own.
            _ = try await seller.readCustomer(customerID)
            throw Refusal.card(code: "140", "Invalid card owner")
        }
        return try await seller.createCard(customerID, request, now: call.now)
    }

    func updateCard(_ call: Call, _ ids: [String], _ seller: Seller) async throws -> Reply {
        let update = try CardUpdate(try cardBody(call))
        return Reply(200, try await seller.updateCard(ids[0], ids[1], update, now: call.now))
    }

    func createToken(_ call: Call, _ seller: Seller) async throws -> Reply {
        let body = try call.object(orThrow: .token(code: "E501", "The request body must be a JSON object"))
        let request = try CardTokenRequest(body, site: seller.account.site, now: call.now)
        let publicKey = call.query["public_key"]
        return Reply(201, try await seller.createToken(request, publicKey: publicKey, now: call.now))
    }

    /// In a country without documents there is no list (code 1004 of Mercado Pago's reference).
    func identificationTypes(_ seller: Seller) throws(Refusal) -> Reply {
        let types = seller.account.site.identificationTypes
        guard !types.isEmpty else { throw .noIdentificationTypes }
        return Reply(200, .array(types.map(\.json)))
    }

    private func cardBody(_ call: Call) throws(Refusal) -> JSONObject {
        try call.object(orThrow: .card(code: "118", "The request body must be a JSON object"))
    }

    /// Whether a token was made with another seller's credentials.
    private func isForeign(_ token: String, to seller: Seller) async -> Bool {
        for other in sellers where other !== seller {
            if await other.holds(token: token) { return true }
        }
        return false
    }
}
