import ExactJSON

/// The names that POST /v1/payments knows; any other is error 8.
///
/// The names are those of the official SDKs' request types. What `metadata`, `point_of_interaction` and
/// `forward_data` hold is not looked at.
indirect enum PaymentNames: Sendable {
    /// Whatever it holds.
    case any
    /// An object with these members and no others.
    case object([String: PaymentNames])
    /// A list of such values.
    case list(PaymentNames)

    /// The paths of the members that nobody knows.
    static func wrong(in body: JSONObject) -> [String] { request.wrong(in: .object(body), "") }

    private func wrong(in value: JSON, _ path: String) -> [String] {
        switch (self, value) {
        case (.object(let known), .object(let object)):
            return object.members.flatMap { member in
                let name = path.isEmpty ? member.name : "\(path).\(member.name)"
                return known[member.name].map { $0.wrong(in: member.value, name) } ?? [name]
            }
        case (.list(let known), .array(let elements)):
            return elements.flatMap { known.wrong(in: $0, path) }
        case (.any, _), (.object, _), (.list, _):
            // A value of another kind is another error.
            return []
        }
    }

    private static func names(_ names: String...) -> [String: PaymentNames] {
        Dictionary(uniqueKeysWithValues: names.map { ($0, .any) })
    }

    private static let request = PaymentNames.object(
        names(
            "amounts", "application_fee", "back_urls", "binary_mode", "callback_url", "campaign_id",
            "capture", "counter_currency", "coupon_amount", "coupon_code", "date_of_expiration",
            "description", "device_id", "differential_pricing_id", "external_reference", "forward_data",
            "installments", "issuer_id", "merchant_account_id", "merchant_services", "metadata",
            "net_amount", "notification_url", "payment_method", "payment_method_id",
            "payment_method_option_id", "point_of_interaction", "processing_mode", "sponsor_id",
            "statement_descriptor", "taxes", "three_d_secure_mode", "token", "transaction_amount"
        ).merging(
            [
                "additional_info": additionalInfo, "payer": payer, "order": .object(names("id", "type")),
                "transaction_details": .object(names("financial_institution")),
            ]) { _, nested in nested })

    private static let payer = PaymentNames.object(
        person.merging(
            [
                "email": .any, "entity_type": .any, "id": .any, "type": .any,
                "identification": .object(names("number", "type")),
                "phone": .object(names("area_code", "extension", "number")),
                "address": .object(
                    names(
                        "city", "federal_unit", "neighborhood", "street_name", "street_number", "zip_code")),
            ]) { _, nested in nested })

    private static let person = names(
        "authentication_type", "first_name", "is_first_purchase_online", "is_prime_user", "last_name",
        "last_purchase", "registration_date")

    /// With the three names that only answers carry: what came back may be sent again.
    private static let additionalInfo = PaymentNames.object([
        "ip_address": .any, "authentication_code": .any, "available_balance": .any,
        "nsu_processadora": .any,
        "barcode": .object(names("content", "height", "type", "width")),
        "items": .list(
            .object(
                names(
                    "category_descriptor", "category_id", "currency_identifier", "description",
                    "event_date", "id", "picture_url", "quantity", "title", "type", "unit_price", "warranty"))
        ),
        "payer": .object(
            person.merging(
                [
                    "phone": .object(names("area_code", "number")),
                    "address": .object(names("street_name", "street_number", "zip_code")),
                ]) { _, nested in nested }),
        "shipments": .object([
            "express_shipment": .any, "local_pickup": .any,
            "receiver_address": .object(
                names(
                    "apartment", "city_name", "express_shipment", "floor", "local_pickup", "state_name",
                    "street_name", "street_number", "zip_code")),
        ]),
    ])
}
