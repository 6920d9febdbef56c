import ExactJSON

extension Payment {
    /// The payment object, with every field of recorded answers (fixture payment_base).
    func json(seller: SandboxAccount, isLive: Bool) -> JSON {
        var object: JSONObject = [
            "id": JSON(id), "operation_type": "regular_payment", "live_mode": .bool(isLive),
            "currency_id": .string(seller.site.currency), "collector_id": JSON(seller.collectorID),
            "external_reference": JSON(request.externalReference),
            "binary_mode": .bool(request.binaryMode),
            "payer": payerJSON, "additional_info": additionalInfo,
            "metadata": .object(MetadataNames.echo(state.metadata)),
            "order": request.body["order"]?.object.map(JSON.object) ?? [:],
            "point_of_interaction": request.body["point_of_interaction"]?.object.map(JSON.object) ?? [:],
            "processing_mode": "aggregator", "acquirer_reconciliation": [],
            "three_ds_info": outcome == .challenged ? ThreeDSecure.info(paymentID: id) : [:],
            "internal_metadata": [:], "build_version": "sandbox",
        ]
        for part in [dates, standing, method, money(seller)] {
            for member in part.members { object[member.name] = member.value }
        }
        for name in Self.echoed { object[name] = request.body[name] ?? .null }
        for name in Self.unset { object[name] = .null }
        return .object(object)
    }

    private var dates: JSONObject {
        [
            "date_created": .string(created.iso), "date_approved": JSON(state.approved?.iso),
            "date_last_updated": .string(updated.iso), "date_of_expiration": JSON(state.expiration?.iso),
            "money_release_date": JSON(moneyRelease?.iso),
            "money_release_status": state.approved == nil ? nil : "pending",
        ]
    }

    private var standing: JSONObject {
        [
            "status": .string(outcome.status.rawValue), "status_detail": .string(outcome.detail),
            "captured": .bool(state.isCaptured),
            "authorization_code": outcome.status.hasAuthorization ? .string(authorizationCode) : nil,
        ]
    }

    private var method: JSONObject {
        [
            "issuer_id": .string(request.issuerID ?? String(brand.issuerID)),
            "payment_method_id": .string(brand.id), "payment_type_id": .string(brand.typeID),
            "payment_method": [
                "id": .string(brand.id), "type": .string(brand.typeID),
                "issuer_id": .string(String(brand.issuerID)),
            ],
            "card": cardJSON, "installments": JSON(request.installments),
        ]
    }

    private func money(_ seller: SandboxAccount) -> JSONObject {
        [
            "transaction_amount": state.amount.asJSON,
            "transaction_amount_refunded": state.refunded.asJSON,
            "coupon_amount": 0, "taxes_amount": 0, "shipping_amount": 0,
            "transaction_details": transactionDetails(decimals: seller.site.decimals),
            "fee_details": feeDetails(decimals: seller.site.decimals), "charges_details": [],
            "refunds": .array(state.refunds.map { $0.json(seller: seller) }),
        ]
    }

    private static let echoed = [
        "description", "statement_descriptor", "notification_url", "differential_pricing_id",
        "merchant_account_id",
        "sponsor_id",
    ]

    private static let unset = [
        "money_release_schema", "counter_currency", "pos_id", "store_id", "integrator_id", "platform_id",
        "corporation_id", "marketplace_owner", "deduction_schema", "call_for_authorize_id", "merchant_number",
    ]

    /// The payer's own user id: that of a saved customer, or of a registered user; nobody else has one.
    var payerUserID: String? {
        savedCard.map { String($0.userID) } ?? (request.payer.kind == .registered ? request.payer.id : nil)
    }

    /// E-mail and document only where the payment went through, as Mercado Pago's reference says.
    ///
    /// The id is the payer's own user id, never the customer id.
    private var payerJSON: JSON {
        let payer = request.payer
        let document = payer.object["identification"]?.object
        let hidden: JSON = ["type": nil, "number": nil]
        let shown: JSON = [
            "type": document?["type"] ?? JSON(card.identification.type),
            "number": document?["number"] ?? JSON(card.identification.number),
        ]
        return [
            "type": .string(payer.kind.rawValue), "id": JSON(payerUserID), "operator_id": nil,
            "email": outcome.status.showsPayer ? JSON(payer.email) : nil,
            "identification": outcome.status.showsPayer ? shown : hidden,
            "phone": ["area_code": nil, "number": nil, "extension": nil],
            "first_name": payer.object["first_name"] ?? nil, "last_name": payer.object["last_name"] ?? nil,
            "entity_type": payer.object["entity_type"] ?? nil,
        ]
    }

    /// Quantities and prices of items come back as strings.
    private var additionalInfo: JSON {
        var info = request.body["additional_info"]?.object ?? [:]
        if let items = info["items"]?.array {
            info["items"] = .array(
                items.map { item in
                    guard var object = item.object else { return item }
                    for name in ["quantity", "unit_price"] {
                        if let number = object[name]?.number { object[name] = .string(number.literal) }
                    }
                    return .object(object)
                })
        }
        for name in ["available_balance", "nsu_processadora", "authentication_code"] { info[name] = .null }
        return .object(info)
    }

    private var cardJSON: JSON {
        let saved = savedCard?.created ?? created
        return [
            "id": JSON(savedCard?.id), "first_six_digits": .string(card.number.firstSix),
            "last_four_digits": .string(card.number.lastFour), "expiration_month": JSON(card.month),
            "expiration_year": JSON(card.year), "date_created": .string(saved.iso),
            "date_last_updated": .string(saved.iso), "cardholder": card.holderJSON,
        ]
    }
}
