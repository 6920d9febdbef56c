import ExactJSON

/// The API itself: who calls, what for, and the answer; it knows nothing of faults or connections.
struct Gateway: Sendable {
    let sellers: [Seller]
    let configuration: SandboxConfiguration

    init(_ configuration: SandboxConfiguration) {
        self.configuration = configuration
        sellers = configuration.accounts.enumerated().map { index, account in
            Seller(account, settings: configuration, seed: configuration.seed.map { $0 &+ UInt64(index) })
        }
        precondition(
            Set(configuration.accounts.map(\.accessToken)).count == sellers.count,
            "an access token belongs to one account")
    }

    private var now: Instant { Instant(milliseconds: configuration.now()) }

    /// Answers a call that is `slow` longer about a payment than configured.
    /// - Throws: `CancellationError` where the server is stopped in the middle of a payment.
    func answer(_ call: Call, _ match: Endpoint.Match, slow: Duration) async throws -> Reply {
        var call = call
        // It may have waited since it arrived.
        call.stamp = Stamp(requestID: call.stamp.requestID, now: now)
        do {
            switch match {
            case .nothing: throw Refusal.noResource(path: call.path)
            case .otherMethod: throw Refusal.methodNotAllowed
            case .endpoint(let endpoint, let ids):
                let seller = try seller(for: call, endpoint)
                if endpoint == .createPayment { return try await pay(call, seller, slow: slow) }
                return try await answer(call, endpoint, ids, seller)
            }
        } catch let refusal as Refusal {
            return refusal.reply(call.stamp)
        }
    }

    private func answer(
        _ call: Call, _ endpoint: Endpoint, _ ids: [String], _ seller: Seller
    ) async throws -> Reply {
        switch endpoint {
        case .createCustomer:
            let request = try customerRequest(call, seller)
            return Reply(201, try await seller.createCustomer(request, now: call.now))
        case .searchCustomers:
            return Reply(200, try await seller.searchCustomers(call.query, now: call.now))
        case .readCustomer:
            return Reply(200, try await seller.readCustomer(ids[0]))
        case .updateCustomer:
            let request = try customerRequest(call, seller)
            return Reply(200, try await seller.updateCustomer(ids[0], request, now: call.now))
        case .deleteCustomer: return Reply(200, try await seller.deleteCustomer(ids[0], now: call.now))
        case .createCard: return try await createCard(call, ids[0], seller)
        case .listCards: return Reply(200, try await seller.listCards(ids[0]))
        case .readCard: return Reply(200, try await seller.readCard(ids[0], ids[1]))
        case .updateCard: return try await updateCard(call, ids, seller)
        case .deleteCard: return Reply(200, try await seller.deleteCard(ids[0], ids[1], now: call.now))
        case .readSeller: return Reply(200, seller.profile)
        case .listPaymentMethods: return Reply(200, .array(seller.account.site.paymentMethods.map(\.json)))
        case .listIdentificationTypes: return try identificationTypes(seller)
        case .createCardToken: return try await createToken(call, seller)
        case .readCardToken:
            return Reply(200, try await seller.readToken(ids[0]))
        case .createPayment:
            return try await pay(call, seller, slow: .zero)
        case .searchPayments:
            let search = try PaymentSearch(call.query, now: call.now)
            return Reply(200, await seller.searchPayments(search, now: call.now))
        case .readPayment:
            guard let id = Int64(ids[0]) else { throw Refusal.noResource(path: call.path) }
            return paymentReply(200, try await seller.readPayment(id), seller)
        }
    }

    private func customerRequest(_ call: Call, _ seller: Seller) throws -> CustomerRequest {
        let body = try call.object(orThrow: .customer(code: "118", "The request body must be a JSON object"))
        let onlyTestEmails = configuration.requiresTestEmails && !seller.isLive
        return try CustomerRequest(body, onlyTestEmails: onlyTestEmails)
    }

    /// The key first: neither the token nor the body of a repeat is looked at.
    private func pay(_ call: Call, _ seller: Seller, slow: Duration) async throws -> Reply {
        guard let key = call.idempotencyKey, !key.isEmpty else {
            throw Refusal.payment(code: 4_292, "Header X-Idempotency-Key can't be null")
        }
        // The official Python SDK allows 1 to 64 characters; no other limit is known.
        guard key.count <= 64 else {
            throw Refusal.payment(code: 4_293, "Header X-Idempotency-Key is invalid")
        }
        let body = try call.object(orThrow: .payment(code: 1, "Params Error: the body must be a JSON object"))
        switch await seller.begin(key, body: JSON.object(body).canonical()) {
        case .replay(let id): return paymentReply(200, try await seller.readPayment(id), seller)
        case .conflict:
            throw Refusal.plain(
                status: 409, error: "conflict", "The idempotency key was used with another body")
        case .locked:
            throw Refusal.plain(
                status: 423, error: "locked", "Already posted the same request in the last minute")
        case .fresh:
            do {
                let pause = configuration.processing + slow
                if pause > .zero { try await Task.sleep(for: pause) }
            } catch {
                await seller.release(key)
                throw error
            }
            return paymentReply(201, try await seller.charge(key, body, now: now), seller)
        }
    }

    private func paymentReply(_ status: Int, _ payment: Payment, _ seller: Seller) -> Reply {
        var reply = Reply(status, payment.json(seller: seller.account, isLive: seller.isLive))
        reply.headers = [
            ("X-Response-Status", "\(payment.outcome.status)/\(payment.outcome.detail)"),
            ("X-Caller-Id", String(seller.account.collectorID)), ("Cache-Control", "max-age=0"),
        ]
        return reply
    }

    /// A bearer token opens everything; a public key opens card tokens, as it does for a browser.
    private func seller(for call: Call, _ endpoint: Endpoint) throws(Refusal) -> Seller {
        if let authorization = call.authorization {
            let token = authorization.lowercased().hasPrefix("bearer ") ? authorization.dropFirst(7) : ""
            guard let seller = sellers.first(where: { $0.account.accessToken == token }) else {
                throw .badCredentials
            }
            return seller
        }
        // The lists that a browser needs for its form are opened by the public key too.
        guard endpoint.takesPublicKey, let key = call.query["public_key"] else { throw .noCredentials }
        guard let seller = sellers.first(where: { $0.account.publicKey == key }) else { throw .badPublicKey }
        return seller
    }
}
