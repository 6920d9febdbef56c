import ExactJSON

/// The names that POST /v1/payments knows; any other is error 8.
///
/// The list is that of the official Go SDK's request type; what `additional_info`, `metadata` and
/// `point_of_interaction` hold is not looked at.
enum PaymentNames {
    /// The paths of the members that nobody knows.
    static func wrong(in body: JSONObject) -> [String] {
        body.names.filter { !top.contains($0) } + wrong(in: body["payer"], "payer", payer)
            + nested.flatMap { name, names in wrong(in: body["payer"]?[name], "payer.\(name)", names) }
    }

    private static func wrong(in value: JSON?, _ path: String, _ known: Set<String>) -> [String] {
        (value?.object?.names ?? []).filter { !known.contains($0) }.map { "\(path).\($0)" }
    }

    private static let top: Set = [
        "additional_info", "application_fee", "binary_mode", "callback_url", "campaign_id", "capture",
        "coupon_amount",
        "coupon_code", "date_of_expiration", "description", "differential_pricing_id", "external_reference",
        "forward_data", "installments", "issuer_id", "merchant_account_id", "metadata", "net_amount",
        "notification_url", "order", "payer", "payment_method", "payment_method_id",
        "payment_method_option_id",
        "point_of_interaction", "processing_mode", "sponsor_id", "statement_descriptor", "taxes",
        "three_d_secure_mode", "token", "transaction_amount", "transaction_details",
    ]

    private static let payer: Set = [
        "address", "authentication_type", "email", "entity_type", "first_name", "id", "identification",
        "is_first_purchase_online", "is_prime_user", "last_name", "last_purchase", "phone",
        "registration_date", "type",
    ]

    private static let nested: [(String, Set<String>)] = [
        ("identification", ["number", "type"]),
        ("phone", ["area_code", "extension", "number"]),
        (
            "address",
            ["city", "federal_unit", "neighborhood", "street_name", "street_number", "zip_code"]
        ),
    ]
}
