import ExactJSON

/// What changes how the sellers' calls are taken, while the sandbox runs.
extension Control {
    /// `nil` for every other control call.
    func conditions(_ call: Call) async throws(ControlRefusal) -> Reply? {
        switch "\(call.method) \(call.path.dropFirst(Self.prefix.count))" {
        case "GET accounts": return Reply(200, ["accounts": .array(await accounts(gateway.sellers.indices))])
        case "POST rate-limit":
            let request = try RateLimitRequest(try object(call))
            return try await change(call, request.account) { gateway.admissions.limit($0, request.limit) }
        case "DELETE rate-limit":
            let account = try fields(call, []).account()
            return try await change(call, account) { gateway.admissions.limit($0, nil) }
        case "POST latency":
            let fields = try fields(call, ["ms"])
            guard let wait = try fields.integer("ms", 0...3_600_000) else {
                throw ControlRefusal("latency needs ms")
            }
            return try await change(call, try fields.account()) {
                gateway.admissions.addLatency($0, .milliseconds(wait))
            }
        case "POST capacity":
            let fields = try fields(call, ["calls"])
            guard let calls = try fields.integer("calls", 1...1_000_000) else {
                throw ControlRefusal("capacity needs calls")
            }
            return try await change(call, try fields.account()) {
                gateway.admissions.places[$0].change(limit: calls)
            }
        case "DELETE capacity":
            let account = try fields(call, []).account()
            return try await change(call, account) { gateway.admissions.places[$0].change(limit: nil) }
        case "POST missing-security-code":
            let fields = try fields(call, ["allowed"])
            let isAllowed = try fields.bool("allowed") ?? true
            return try await change(call, try fields.account()) {
                await gateway.sellers[$0].allowMissingSecurityCode(isAllowed)
            }
        case "POST access-token": return try await rotate(call)
        default: return nil
        }
    }

    private func fields(_ call: Call, _ names: [String]) throws(ControlRefusal) -> ControlFields {
        let fields = ControlFields(try object(call), known: names + ["account"])
        try fields.checkNames()
        return fields
    }

    /// Changes one seller, or all of them where none is named, and shows what they are like now.
    private func change(
        _ call: Call, _ named: Int?, _ change: (Int) async -> Void
    ) async throws(ControlRefusal) -> Reply {
        let indices = try sellers(call, named)
        for index in indices { await change(index) }
        return Reply(200, ["accounts": .array(await accounts(indices))])
    }

    /// The sellers that a call names in its body, or else in its query; all of them where it names none.
    private func sellers(_ call: Call, _ named: Int?) throws(ControlRefusal) -> Range<Int> {
        let asked = try Self.number(call.query["account"], "account")
        guard let index = named ?? asked else { return gateway.sellers.indices }
        guard gateway.sellers.indices.contains(index) else {
            throw ControlRefusal("there is no account \(index)")
        }
        return index..<index + 1
    }

    private func rotate(_ call: Call) async throws(ControlRefusal) -> Reply {
        let fields = try fields(call, ["token"])
        guard let token = try fields.string("token"), !token.isEmpty else {
            throw ControlRefusal("access-token needs a token")
        }
        let named = try fields.account()
        let asked = try Self.number(call.query["account"], "account")
        let seller = try sellers(call, named ?? asked ?? 0)
        guard gateway.admissions.rotate(seller.lowerBound, to: token) else {
            throw ControlRefusal("another account has this token")
        }
        return Reply(200, ["accounts": .array(await accounts(seller))])
    }

    /// What the sellers are like, without their tokens.
    private func accounts(_ indices: Range<Int>) async -> [JSON] {
        var lines: [JSON] = []
        for index in indices {
            let seller = gateway.sellers[index]
            let admissions = gateway.admissions
            let added = admissions.addedLatency(index)
            lines.append([
                "account": JSON(index), "name": .string(seller.account.name),
                "site": .string(seller.account.site.rawValue),
                "public_key": .string(seller.account.publicKey),
                "collector_id": JSON(seller.account.collectorID),
                "rate_limit": admissions.rateLimit(index)?.json ?? .null,
                "latency_ms": JSON(Instant(milliseconds: 0).advanced(by: added).milliseconds),
                "capacity": admissions.places[index].limit.map { JSON($0) } ?? nil,
                "missing_security_code": .bool(await seller.allowsMissingSecurityCode),
            ])
        }
        return lines
    }
}

extension ControlFields {
    func account() throws(ControlRefusal) -> Int? { try integer("account", 0...1_000_000) }
}
