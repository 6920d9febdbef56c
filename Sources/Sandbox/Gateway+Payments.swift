import ExactJSON

/// Payments and refunds: what their calls have in common is a key, a pause and a payment that is named.
extension Gateway {
    /// The key first: neither the token nor the body of a repeat is looked at.
    func pay(_ call: Call, _ seller: Seller, slow: Duration) async throws -> Reply {
        let key = try Self.key(call)
        let body = try call.object(orThrow: Self.notAnObject)
        let isCardValidation = call.cardValidation == "card_validation"
        return try await once(await seller.begin(key, body: JSON.object(body).canonical()), slow: slow) {
            let payment = try await seller.charge(key, body, isCardValidation: isCardValidation, now: now)
            return paymentReply(201, payment, seller)
        } replay: { id in
            paymentReply(200, try await seller.readPayment(id, now: now), seller)
        } release: {
            await seller.release(key)
        }
    }

    /// A refund's key is looked at first as well; an empty body is a refund of all that is left.
    func refund(_ call: Call, _ name: String, _ seller: Seller, slow: Duration) async throws -> Reply {
        let id = try await paymentID(name, call, seller)
        let key = try Self.key(call)
        let isEmpty = call.body.allSatisfy { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
        let body = isEmpty ? [:] : try call.object(orThrow: Self.notAnObject)
        let decision = await seller.beginRefund(id, key, body: JSON.object(body).canonical())
        return try await once(decision, slow: slow) {
            let refund = try await seller.refund(id, key, body, now: now)
            return Reply(201, refund.json(seller: seller.account))
        } replay: { refundID in
            let refund = try await seller.readRefund(refundID, of: id, now: now)
            return Reply(200, refund.json(seller: seller.account))
        } release: {
            await seller.releaseRefund(id, key)
        }
    }

    /// Carries out what a key stands for once, however often it is asked for.
    private func once(
        _ decision: IdempotencyBook.Decision,
        slow: Duration,
        make: () async throws -> Reply,
        replay: (Int64) async throws -> Reply,
        release: () async -> Void
    ) async throws -> Reply {
        switch decision {
        case .replay(let id): return try await replay(id)
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
                await release()
                throw error
            }
            return try await make()
        }
    }

    func readPayment(_ call: Call, _ name: String, _ seller: Seller) async throws -> Reply {
        let id = try await paymentID(name, call, seller)
        return paymentReply(200, try await seller.readPayment(id, now: call.now), seller)
    }

    func updatePayment(_ call: Call, _ name: String, _ seller: Seller) async throws -> Reply {
        let id = try await paymentID(name, call, seller)
        let body = try call.object(orThrow: Self.notAnObject)
        let update = try PaymentUpdate(body, site: seller.account.site, now: now)
        return paymentReply(200, try await seller.updatePayment(id, update, now: now), seller)
    }

    func listRefunds(_ call: Call, _ name: String, _ seller: Seller) async throws -> Reply {
        Reply(200, try await seller.listRefunds(try await paymentID(name, call, seller), now: call.now))
    }

    func readRefund(_ call: Call, _ names: [String], _ seller: Seller) async throws -> Reply {
        let id = try await paymentID(names[0], call, seller)
        guard let refundID = Int64(digits: names[1]) else { throw Refusal.noRefund }
        let refund = try await seller.readRefund(refundID, of: id, now: call.now)
        return Reply(200, refund.json(seller: seller.account))
    }

    /// The id that a path names; a payment of another seller is refused, not denied.
    private func paymentID(_ name: String, _ call: Call, _ seller: Seller) async throws -> Int64 {
        guard let id = Int64(digits: name) else { throw Refusal.noResource(path: call.path) }
        if await seller.hasPayment(id) { return id }
        for other in sellers where await other.hasPayment(id) { throw Refusal.otherSeller }
        return id
    }

    private static func key(_ call: Call) throws(Refusal) -> String {
        guard let key = call.idempotencyKey, !key.isEmpty else {
            throw .payment(code: 4_292, "Header X-Idempotency-Key can't be null")
        }
        // The official Python SDK allows 1 to 64 characters; no other limit is known, nor its code.
        guard key.count <= 64 else {
            throw .payment(code: 4_293, "Header X-Idempotency-Key is invalid")
        }
        return key
    }

    private static let notAnObject = Refusal.payment(
        code: 1, "Params Error: the body must be a JSON object")

    private func paymentReply(_ status: Int, _ payment: Payment, _ seller: Seller) -> Reply {
        var reply = Reply(status, payment.json(seller: seller.account, isLive: seller.isLive))
        let outcome = payment.outcome
        reply.headers = [
            ("X-Response-Status", "\(outcome.status.rawValue)/\(outcome.detail)"),
            ("X-Caller-Id", String(seller.account.collectorID)), ("Cache-Control", "max-age=0"),
        ]
        return reply
    }
}
