import ExactJSON

extension SandboxAccount {
    /// What GET /users/me answers: the seller, with the fields of a recorded answer (fixture user_base).
    ///
    /// Left out are its e-mail addresses and the caller's network address.
    func profile(registered: Instant) -> JSON {
        let nickname = "SANDBOX\(collectorID)"
        return [
            "id": JSON(collectorID), "nickname": .string(nickname),
            "registration_date": .string(registered.iso),
            "first_name": "Sandbox", "last_name": "Seller", "gender": "",
            "country_id": .string(site.countryID), "identification": site.testIdentification.json,
            "address": ["address": nil, "city": nil, "state": nil, "zip_code": nil],
            "phone": ["area_code": "", "extension": "", "number": "", "verified": false],
            "alternative_phone": ["area_code": "", "extension": "", "number": ""],
            "user_type": "normal", "tags": ["normal", "test_user"], "logo": nil, "points": 0,
            "site_id": .string(site.rawValue), "permalink": nil, "seller_experience": "NEWBIE",
            "bill_data": ["accept_credit_note": nil], "seller_reputation": Self.sellerReputation,
            "buyer_reputation": Self.buyerReputation, "status": Self.status,
            "company": [
                "brand_name": nil, "city_tax_id": "", "corporate_name": "", "identification": "",
                "state_tax_id": "", "cust_type_id": "CO", "soft_descriptor": nil,
            ],
            "credit": [
                "consumed": 0, "credit_level_id": .string("\(site.rawValue)1"), "rank": "newbie",
            ],
            "registration_identifiers": [],
        ]
    }

    private static var sellerReputation: JSON {
        let period = "365 days"
        let none: JSON = ["period": .string(period), "rate": 0, "value": 0]
        return [
            "level_id": nil, "power_seller_status": nil,
            "transactions": [
                "canceled": 0, "completed": 0, "period": "historic",
                "ratings": ["negative": 0, "neutral": 0, "positive": 0], "total": 0,
            ],
            "metrics": [
                "sales": ["period": .string(period), "completed": 0], "claims": none,
                "delayed_handling_time": none, "cancellations": none,
            ],
        ]
    }

    private static var buyerReputation: JSON {
        [
            "canceled_transactions": 0, "tags": [],
            "transactions": [
                "canceled": ["paid": nil, "total": nil], "completed": nil,
                "not_yet_rated": ["paid": nil, "total": nil, "units": nil], "period": "historic",
                "total": nil, "unrated": ["paid": nil, "total": nil],
            ],
        ]
    }

    private static var status: JSON {
        let allowed: JSON = [
            "allow": true, "codes": [], "immediate_payment": ["reasons": [], "required": false],
        ]
        return [
            "billing": ["allow": true, "codes": []], "buy": allowed, "confirmed_email": false,
            "shopping_cart": ["buy": "allowed", "sell": "allowed"], "immediate_payment": false,
            "list": allowed, "mercadoenvios": "not_accepted", "mercadopago_account_type": "personal",
            "mercadopago_tc_accepted": true, "required_action": nil, "sell": allowed,
            "site_status": "active", "user_type": nil,
        ]
    }
}
