import PaymentJobs

/// Why the gateway refused a call: a pure function over tables of its codes.
///
/// Source of the codes: the error tables of Mercado Pago's API reference, its guides for refunds and rejected
/// payments, and the list of errors of the older "collections". The same number means different things on
/// payments, on customers and cards, and on card tokens.
enum ReasonTable {
    /// The reason that `error` gives at `endpoint`; `unknown` where nothing documented fits.
    ///
    /// Of several codes the first that says more than that the request is malformed decides.
    static func reason(of error: APIError, at endpoint: Endpoint) -> RefusalReason {
        let known = error.codes.compactMap { reason(code: $0, at: endpoint) }
        let telling = known.first { $0 != .invalidRequest } ?? known.first
        return telling ?? reason(status: error.status, at: endpoint)
    }

    /// What a code says at `endpoint`; nil where it isn't documented there.
    static func reason(code: String, at endpoint: Endpoint) -> RefusalReason? {
        if code == "Method not allowed" { return .invalidRequest }
        return endpoint.tables.lazy.compactMap { $0[code] }.first
    }

    /// What a status says that comes without a known code.
    private static func reason(status: Int, at endpoint: Endpoint) -> RefusalReason {
        switch status {
        case 401: .accountSetup
        case 403: .notPermitted
        case 404: endpoint.missing
        case 405, 411, 413, 415, 422: .invalidRequest
        case 409, 423, 424: .requestInProgress
        case 408, 500...599: .gatewayUnavailable
        default: .unknown
        }
    }

    /// Codes, with the reason that each of them gives.
    fileprivate static func table(_ rows: [(RefusalReason, String)]) -> [String: RefusalReason] {
        var table: [String: RefusalReason] = [:]
        for (reason, codes) in rows {
            for code in codes.split(separator: " ") { table[String(code)] = reason }
        }
        return table
    }
}

extension Endpoint {
    /// The tables that know the endpoint's codes, the first one first.
    fileprivate var tables: [[String: RefusalReason]] {
        switch self {
        case .createPayment, .payment, .searchPayments, .capturePayment, .cancelPayment, .refundPayment,
            .refunds, .refund:
            [ReasonTable.payments]
        case .addCard, .cards, .card, .updateCard, .deleteCard:
            [ReasonTable.cards, ReasonTable.customers]
        case .createCustomer, .customer, .updateCustomer, .deleteCustomer, .searchCustomers:
            [ReasonTable.customers]
        case .createCardToken, .cardToken: [ReasonTable.tokens, ReasonTable.payments]
        case .account, .paymentMethods, .identificationTypes: [ReasonTable.payments]
        }
    }

    /// What isn't there, where the gateway answers 404.
    fileprivate var missing: RefusalReason {
        switch self {
        case .payment, .capturePayment, .cancelPayment, .refundPayment, .refunds: .paymentNotFound
        case .refund: .refundNotFound
        case .customer, .updateCustomer, .deleteCustomer, .addCard, .cards: .customerNotFound
        case .card, .updateCard, .deleteCard, .createCardToken: .cardNotFound
        case .cardToken: .cardTokenUnusable
        case .account, .createCustomer, .searchCustomers, .createPayment, .searchPayments, .paymentMethods,
            .identificationTypes:
            .unknown
        }
    }
}

extension ReasonTable {
    /// Payments and refunds ([C] spec; 15016, 2016 to 2031 and those below 205 [C] guides).
    static let payments = table([
        (.cardTokenUnusable, "2006 2062 3003 3006 3008 4000"),
        (.securityCodeRequired, "3013 3031"),
        (.cardDataInvalid, "3000 3012 3015 3016 3017 3018 3019 3020 3025 3029 3030 3032 3033 3034 7523"),
        (.cardNotFound, "2010"),
        (.paymentMethodInvalid, "204 2009 2131 3001 3010 3011 3014 3026 3027 3028 4001"),
        (.customerNotFound, "2002"),
        (.customerDataInvalid, "2067 3021 3022 3023 4006 4012 4013 4029 4050 4051"),
        (.amountInvalid, "129 2017 2072 4002 4003 4023 4024 4037 4040 4041"),
        (.installmentsInvalid, "109 4004 4005 4033"),
        (.applicationFeeInvalid, "2059 4038 4039"),
        (.captureUnsupported, "2077"),
        (.paymentNotFound, "2000"),
        (.refundNotFound, "2032"),
        (.stateDoesNotAllow, "126 2016 2018 2063 3005"),
        (.refundWindowOver, "2024 15016"),
        (.partialRefundUnsupported, "3024"),
        (.tooManyPartialRefunds, "2022"),
        (.balanceInsufficient, "2030 2031"),
        (.refundRefused, "2020 2021 2025 2027 2029 2085"),
        (.notPermitted, "4 106 150 151 160 2123 3002 6033"),
        (.accountSetup, "3 5 145 2034 2060 3007 3009 unauthorized"),
        (.notPermitted, "pa_unauthorized_result_from_policies"),
        (.gatewayUnavailable, "2004 2007 9032"),
        (.requestInProgress, "801 2001"),
        (
            .invalidRequest,
            """
            1 8 23 1000 1001 1004 2078 2079 3004 4007 4015 4016 4017 4018 4019 4020 4021 4022 4025 4026 4027 \
            4028 4292 4293 4294 4295 4296 4297
            """
        ),
    ])

    /// Customers ([C] spec, 130 [O] devsite-docs#745); cards share the list.
    static let customers = table([
        (.customerExists, "101"),
        (.customerNotFound, "102 105"),
        (.customerDataInvalid, "106 107 108 109 110 111 112 113 114 115 116 126 128 130"),
        (.cardNotFound, "120"),
        (.cardDataInvalid, "119 121 122"),
        (.paymentMethodInvalid, "123 124 127"),
        (.tooManyCards, "129"),
        (.cardOwnerMismatch, "140"),
        (.notPermitted, "150 pa_unauthorized_result_from_policies"),
        (.accountSetup, "5 100 unauthorized"),
        (.invalidRequest, "103 104 117 118 125 201 204 205 207 208 1004"),
    ])

    /// Cards, where the code says so itself, or means something else than on customers ([O] sdk-php#148,
    /// sdk-php#113: `card-120` is a token of no use, `card-108` an issuer).
    static let cards = table([
        (.cardTokenUnusable, "card-120 2006 3003"),
        (.paymentMethodInvalid, "card-108 card-123 card-124 card-127"),
        (.customerNotFound, "card-102 card-105"),
        (.cardDataInvalid, "card-119 card-121 card-122"),
        (.tooManyCards, "card-129"),
        (.cardOwnerMismatch, "card-140"),
        (.notPermitted, "card-150"),
        (.accountSetup, "card-100"),
        (.invalidRequest, "card-103 card-104 card-117 card-118 card-125"),
    ])

    /// Card tokens ([C] guides); what they lack is as on payments.
    static let tokens = table([
        (.cardDataInvalid, "205 208 209 221 316 325 326 E301"),
        (.customerDataInvalid, "212 213 214 322 323 324"),
        (.paymentMethodInvalid, "220"),
        (.securityCodeRequired, "224"),
        (.cardDataInvalid, "E302"),
        (.gatewayUnavailable, "E601 E603"),
    ])
}
