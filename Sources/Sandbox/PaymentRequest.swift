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
    let metadata: JSONObject
    let expiration: Instant?
    let threeDSecure: ThreeDSecure.Mode
    let body: JSONObject

    /// What a request is judged by, besides its body.
    struct Terms: Sendable {
        let site: SandboxSite
        let isMarketplace: Bool
        /// Whether `X-Card-Validation` came with it, which allows an amount of zero.
        var isCardValidation = false
        let now: Instant
    }

    /// Throws the first refusal in the order of this function.
    ///
    /// Which of several Mercado Pago would name is unknown.
    init(_ body: JSONObject, _ terms: Terms) throws(Refusal) {
        let wrong = PaymentNames.wrong(in: body)
        guard wrong.isEmpty else { throw .wrongNames(wrong) }
        amount = try Self.amount(body["transaction_amount"], terms)
        token = try Self.token(body["token"])
        installments = try Self.installments(body["installments"])
        payer = try Payer(body["payer"], site: terms.site)
        capture = try Self.flag(body["capture"], "capture") ?? true
        binaryMode = try Self.flag(body["binary_mode"], "binary_mode") ?? false
        externalReference = try Self.text(body["external_reference"], "external_reference", max: 256)
        methodID = try Self.text(body["payment_method_id"], "payment_method_id", max: 64)
        issuerID = try Self.issuer(body["issuer_id"])
        _ = try Self.text(body["description"], "description", max: 1_024)
        _ = try Self.text(body["statement_descriptor"], "statement_descriptor", max: 256)
        metadata = try Self.metadata(body["metadata"]) ?? [:]
        expiration = try Self.expiration(body["date_of_expiration"], now: terms.now)
        threeDSecure = try Self.threeDSecure(body["three_d_secure_mode"])
        try Self.checkRest(of: body)
        try Self.checkFee(body["application_fee"], of: amount, isMarketplace: terms.isMarketplace)
        if !capture, !terms.site.allowsDeferredCapture { throw .noDeferredCapture }
        self.body = body
    }

    private static func amount(_ value: JSON?, _ terms: Terms) throws(Refusal) -> ExactDecimal {
        guard let value, !value.isNull else {
            throw .payment(code: 4_002, "transaction_amount can't be null")
        }
        guard value.number != nil else { throw .payment(code: 4_003, "transaction_amount must be numeric") }
        guard let amount = value.decimal, !amount.isNegative, amount.isZero == terms.isCardValidation,
            amount.fractionDigits <= terms.site.decimals
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

    /// A string; the number that a card has is taken too.
    private static func issuer(_ value: JSON?) throws(Refusal) -> String? {
        guard let value, !value.isNull else { return nil }
        guard let text = value.text else { throw .payment(code: 1, "Params Error: issuer_id") }
        return text
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
}

extension PaymentRequest {
    /// An object; `nil` where there is none.
    static func metadata(_ value: JSON?) throws(Refusal) -> JSONObject? {
        guard let value, !value.isNull else { return nil }
        guard let object = value.object else {
            throw .payment(code: 4_022, "metadata must be an object")
        }
        return object
    }

    /// A date that is still to come; `nil` where there is none.
    ///
    /// That a date that is over has the code of a date that is none is our choice.
    static func expiration(_ value: JSON?, now: Instant) throws(Refusal) -> Instant? {
        guard let value, !value.isNull else { return nil }
        let written = value.string.flatMap { $0.hasPrefix("NOW") ? nil : $0 }
        guard let date = written.flatMap({ DateText.instant($0, now: now) }), date > now else {
            let text = "The following parameters must be valid date and format (date_of_expiration)"
            throw .payment(code: 23, text)
        }
        return date
    }

    private static func threeDSecure(_ value: JSON?) throws(Refusal) -> ThreeDSecure.Mode {
        guard let value, !value.isNull else { return .notSupported }
        guard let mode = value.string.flatMap(ThreeDSecure.Mode.init(rawValue:)) else {
            throw .payment(code: 1, "Params Error: three_d_secure_mode")
        }
        return mode
    }

    private static func checkRest(of body: JSONObject) throws(Refusal) {
        if let url = body["notification_url"], !url.isNull {
            guard let text = url.string, text.hasPrefix("https://") || text.hasPrefix("http://") else {
                throw .payment(code: 4_020, "notification_url must be a valid url")
            }
            guard text.count < 500 else {
                throw .payment(code: 4_021, "notification_url must be shorter than 500 chars")
            }
        }
        // That the three codes are for these three fields is documented, which is for which is a guess.
        if let amount = body["coupon_amount"], !amount.isNull, amount.decimal?.isNegative != false {
            throw .payment(code: 4_026, "coupon_amount must be numeric")
        }
        if let campaign = body["campaign_id"], !campaign.isNull, campaign.int64 == nil {
            throw .payment(code: 4_027, "campaign_id must be numeric")
        }
        if let coupon = body["coupon_code"], !coupon.isNull, coupon.string == nil {
            throw .payment(code: 4_028, "coupon_code must be a string")
        }
    }

    private static func checkFee(
        _ value: JSON?, of amount: ExactDecimal, isMarketplace: Bool
    ) throws(Refusal) {
        guard let value, !value.isNull else { return }
        guard let fee = value.decimal, !fee.isNegative else {
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
