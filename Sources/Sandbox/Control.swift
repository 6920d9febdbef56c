import ExactJSON

/// The endpoints under `/_sandbox`, which a test or an operator reads and arms without credentials.
struct Control: Sendable {
    static let prefix = "/_sandbox/"

    let gateway: Gateway
    let arrivals: ArrivalLog
    let faults: FaultBoard

    func answer(_ call: Call) async -> Reply {
        do throws(ControlRefusal) {
            return try await route(call)
        } catch {
            return error.reply
        }
    }

    private func route(_ call: Call) async throws(ControlRefusal) -> Reply {
        switch "\(call.method) \(call.path.dropFirst(Self.prefix.count))" {
        case "GET payments": return Reply(200, try await payments(call))
        case "GET test-cards": return Reply(200, try seller(call).account.site.testCardsJSON)
        case "GET requests":
            let first = try Self.number(call.query["from"], "from") ?? 0
            let limit = try Self.number(call.query["limit"], "limit") ?? gateway.configuration.requestsMax
            return Reply(200, arrivals.json(from: first, limit: limit))
        case "GET summary": return Reply(200, await summary(call.now))
        case "POST reset":
            for seller in gateway.sellers { await seller.reset() }
            arrivals.reset()
            gateway.admissions.reset()
            await faults.disarmAll()
            return Reply(200, ["reset": true])
        case "POST seed":
            return Reply(201, try await seller(call).seed(SeedRequest(try object(call)), now: call.now))
        case "POST card-tokens":
            return Reply(
                201, try await seller(call).makeTokens(TokensRequest(try object(call)), now: call.now))
        case "POST balance":
            let fields = ControlFields(try object(call), known: ["exhausted"])
            try fields.checkNames()
            let isExhausted = try fields.bool("exhausted") ?? true
            try await seller(call).exhaustBalance(isExhausted)
            return Reply(200, ["exhausted": .bool(isExhausted)])
        case "POST forget-keys": return Reply(200, ["forgotten": JSON(try await seller(call).forgetKeys())])
        case "POST faults": return Reply(201, try await faults.arm(FaultRequest(try object(call))))
        case "GET faults": return Reply(200, await faults.json)
        case "DELETE faults":
            await faults.disarmAll()
            return Reply(200, ["disarmed": true])
        default:
            if let reply = try await conditions(call) { return reply }
            if let id = Self.paymentID(call) {
                return Reply(200, try await settle(id, Settlement(try object(call)), now: call.now))
            }
            return Refusal.noResource(path: call.path).reply(call.stamp)
        }
    }

    /// The id of `POST payments/{id}`; `nil` for every other call.
    private static func paymentID(_ call: Call) -> Int64? {
        let start = prefix + "payments/"
        guard call.method == "POST", call.path.hasPrefix(start) else { return nil }
        return Int64(digits: call.path.dropFirst(start.count))
    }

    /// Payment ids are unique among the sellers of one sandbox, so none is asked for.
    private func settle(
        _ id: Int64, _ settlement: Settlement, now: Instant
    ) async throws(ControlRefusal) -> JSON {
        for seller in gateway.sellers where await seller.hasPayment(id) {
            return try await seller.settle(id, settlement, now: now)
        }
        throw ControlRefusal("there is no payment \(id)")
    }

    func object(_ call: Call) throws(ControlRefusal) -> JSONObject {
        if call.body.isEmpty { return [:] }
        guard let object = (try? JSON(parsing: call.body))?.object else {
            throw ControlRefusal("the body must be a JSON object")
        }
        return object
    }

    /// `?account=1` for the second of several sellers.
    private func seller(_ call: Call) throws(ControlRefusal) -> Seller {
        let index = try Self.number(call.query["account"], "account") ?? 0
        guard gateway.sellers.indices.contains(index) else {
            throw ControlRefusal("there is no account \(index)")
        }
        return gateway.sellers[index]
    }

    private func payments(_ call: Call) async throws(ControlRefusal) -> JSON {
        let limit = try Self.number(call.query["limit"], "limit") ?? Int.max
        let offset = try Self.number(call.query["offset"], "offset") ?? 0
        let reference = call.query["external_reference"]
        return try await seller(call).ledger(
            reference: reference, offset: offset, limit: limit, now: call.now)
    }

    private func summary(_ now: Instant) async -> JSON {
        var accounts: [JSON] = []
        for (index, seller) in gateway.sellers.enumerated() {
            var account = await seller.summary(now: now).object ?? [:]
            account["name"] = .string(seller.account.name)
            for (name, count) in gateway.admissions.counts(index) { account[name] = JSON(count) }
            accounts.append(.object(account))
        }
        return ["accounts": .array(accounts), "requests": arrivals.summary]
    }

    static func number(_ text: String?, _ name: String) throws(ControlRefusal) -> Int? {
        guard let text else { return nil }
        guard let number = Int(digits: text) else {
            throw ControlRefusal("\(name) must be a number from 0")
        }
        return number
    }
}
