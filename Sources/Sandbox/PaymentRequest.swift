import ExactJSON

/// The body of POST /v1/payments, checked as far as it can be without looking anything up.
struct PaymentRequest: Sendable {
    let amount: ExactDecimal
    let token: String
    let installments: Int64
    let methodID: String?
    let issuerID: String?
    let payer: Payer
    let externalReference: String?
    let capture: Bool
    let binaryMode: Bool
    let body: JSONObject

    /// Throws the first refusal in the order of this function.
    ///
    /// Which of several Mercado Pago would name is unknown.
    init(_ body: JSONObject, site: SandboxSite, isMarketplace: Bool) throws(Refusal) {
        let wrong = PaymentNames.wrong(in: body)
        guard wrong.isEmpty else {
            let names = wrong.joined(separator: ", ")
            throw .payment(code: 8, "The name of the following parameters is wrong [\(names)]")
        }
        amount = try Self.amount(body["transaction_amount"], site: site)
        token = try Self.token(body["token"])
        installments = try Self.installments(body["installments"])
        payer = try Payer(body["payer"])
        capture = try Self.flag(body["capture"], "capture") ?? true
        binaryMode = try Self.flag(body["binary_mode"], "binary_mode") ?? false
        externalReference = try Self.text(body["external_reference"], "external_reference", max: 256)
        methodID = try Self.text(body["payment_method_id"], "payment_method_id", max: 64)
        issuerID = body["issuer_id"]?.text
        _ = try Self.text(body["description"], "description", max: 1_024)
        _ = try Self.text(body["statement_descriptor"], "statement_descriptor", max: 256)
        try Self.checkRest(of: body, amount: amount, isMarketplace: isMarketplace)
        if !capture, !site.allowsDeferredCapture {
            throw .payment(code: 2_077, "Deferred capture not supported")
        }
        self.body = body
    }

    private static func amount(_ value: JSON?, site: SandboxSite) throws(Refusal) -> ExactDecimal {
        guard let value, !value.isNull else {
            throw .payment(code: 4_002, "transaction_amount can't be null")
        }
        guard value.number != nil else { throw .payment(code: 4_003, "transaction_amount must be numeric") }
        guard let amount = value.decimal, !amount.isNegative, !amount.isZero,
            amount.fractionDigits <= site.decimals
        else { throw .payment(code: 4_037, "Invalid transaction_amount") }
        return amount
    }

    private static func token(_ value: JSON?) throws(Refusal) -> String {
        guard let value, !value.isNull else { throw .payment(code: 4_000, "token attribute can't be null") }
        guard let token = value.string else { throw .payment(code: 2_062, "Invalid card token") }
        return token
    }

    private static func installments(_ value: JSON?) throws(Refusal) -> Int64 {
        guard let value, !value.isNull else {
            throw .payment(code: 4_004, "installments attribute can't be null")
        }
        guard value.number != nil else {
            throw .payment(code: 4_005, "installments attribute must be numeric")
        }
        guard let count = value.int64, (1...36).contains(count) else {
            throw .payment(code: 4_033, "Invalid installments")
        }
        return count
    }

    private static func flag(_ value: JSON?, _ name: String) throws(Refusal) -> Bool? {
        guard let value, !value.isNull else { return nil }
        guard let flag = value.bool else { throw .payment(code: 1, "Params Error: \(name) must be boolean") }
        return flag
    }

    private static func text(_ value: JSON?, _ name: String, max: Int) throws(Refusal) -> String? {
        guard let value, !value.isNull else { return nil }
        // The longest text is our choice: Mercado Pago doesn't say for this API.
        guard let text = value.string, text.count <= max else {
            throw .payment(code: 1, "Params Error: \(name)")
        }
        return text
    }

    private static func checkRest(
        of body: JSONObject, amount: ExactDecimal, isMarketplace: Bool
    ) throws(Refusal) {
        if let metadata = body["metadata"], !metadata.isNull, metadata.object == nil {
            throw .payment(code: 4_022, "metadata must be an object")
        }
        if let mode = body["three_d_secure_mode"], !mode.isNull,
            !["not_supported", "optional", "mandatory"].contains(mode.string)
        {
            throw .payment(code: 1, "Params Error: three_d_secure_mode")
        }
        if let url = body["notification_url"], !url.isNull {
            guard let text = url.string, text.hasPrefix("https://") || text.hasPrefix("http://") else {
                throw .payment(code: 4_020, "notification_url must be a valid url")
            }
            guard text.count < 500 else {
                throw .payment(code: 4_021, "notification_url must be shorter than 500 chars")
            }
        }
        guard let fee = body["application_fee"], !fee.isNull else { return }
        guard let fee = fee.decimal, !fee.isNegative else {
            throw .payment(code: 4_039, "application_fee must be positive")
        }
        guard fee <= amount else {
            throw .payment(code: 4_038, "application_fee can't be bigger than transaction_amount")
        }
        guard isMarketplace else {
            throw .payment(code: 2_059, "application_fee requires an OAuth access token")
        }
    }
}
