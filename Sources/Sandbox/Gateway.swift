import ExactJSON

/// The API itself: who calls, what for, and the answer; it knows nothing of faults or connections.
struct Gateway: Sendable {
    let sellers: [Seller]
    let admissions: AdmissionControl
    let configuration: SandboxConfiguration

    init(_ configuration: SandboxConfiguration) {
        self.configuration = configuration
        admissions = AdmissionControl(configuration)
        sellers = configuration.accounts.enumerated().map { index, account in
            Seller(account, settings: configuration, seed: configuration.seed.map { $0 &+ UInt64(index) })
        }
        precondition(
            Set(configuration.accounts.map(\.accessToken)).count == sellers.count,
            "an access token belongs to one account")
    }

    var now: Instant { Instant(milliseconds: configuration.now()) }

    /// Answers a call that is `slow` longer about its payment or refund than configured, or about anything else.
    /// - Throws: `CancellationError` where the server is stopped in the middle of a payment.
    func answer(_ call: Call, _ match: Endpoint.Match, slow: Duration) async throws -> Reply {
        var call = call
        // It may have waited since it arrived.
        call.stamp = Stamp(requestID: call.stamp.requestID, now: now)
        do {
            switch match {
            // The path of refunds without an id is told otherwise than it was asked (fixture failed_refund).
            case .nothing where call.path == "/v1/payments//refunds":
                throw Refusal.noResource(path: "/payments/refunds/")
            case .nothing: throw Refusal.noResource(path: call.path)
            case .otherMethod: throw Refusal.methodNotAllowed
            case .endpoint(let endpoint, let ids):
                let seller = try seller(for: call, endpoint)
                return try await answer(call, endpoint, ids, seller, slow: slow)
            }
        } catch let refusal as Refusal {
            return refusal.reply(call.stamp)
        }
    }

    private func answer(
        _ call: Call, _ endpoint: Endpoint, _ ids: [String], _ seller: Seller, slow: Duration
    ) async throws -> Reply {
        if slow > .zero, endpoint != .createPayment, endpoint != .createRefund {
            try await Task.sleep(for: slow)
        }
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
        case .createPayment: return try await pay(call, seller, slow: slow)
        case .searchPayments:
            let search = try PaymentSearch(call.query, now: call.now)
            return Reply(200, await seller.searchPayments(search, now: call.now))
        case .readPayment: return try await readPayment(call, ids[0], seller)
        case .updatePayment: return try await updatePayment(call, ids[0], seller)
        case .createRefund: return try await refund(call, ids[0], seller, slow: slow)
        case .listRefunds: return try await listRefunds(call, ids[0], seller)
        case .readRefund: return try await readRefund(call, ids, seller)
        }
    }

    private func customerRequest(_ call: Call, _ seller: Seller) throws -> CustomerRequest {
        let body = try call.object(orThrow: .customer(code: "118", "The request body must be a JSON object"))
        let onlyTestEmails = configuration.requiresTestEmails && !seller.isLive
        return try CustomerRequest(body, onlyTestEmails: onlyTestEmails)
    }

    /// A bearer token opens everything; a public key opens card tokens, as it does for a browser.
    private func seller(for call: Call, _ endpoint: Endpoint) throws(Refusal) -> Seller {
        if call.authorization != nil {
            guard let account = account(of: call) else { throw .badCredentials }
            return sellers[account]
        }
        // The lists that a browser needs for its form are opened by the public key too.
        guard endpoint.takesPublicKey, let key = call.query["public_key"] else { throw .noCredentials }
        guard let account = admissions.account(publicKey: key) else { throw .badPublicKey }
        return sellers[account]
    }

    /// Whose credentials a call carries, whether they open anything there or not.
    func account(of call: Call) -> Int? {
        guard let authorization = call.authorization else {
            return call.query["public_key"].flatMap { admissions.account(publicKey: $0) }
        }
        guard authorization.lowercased().hasPrefix("bearer ") else { return nil }
        return admissions.account(accessToken: authorization.dropFirst(7))
    }
}
