/// One line of the classifier's table.
///
/// Every condition that is present must hold.
struct Rule: Sendable {
    let verdict: Classifier.Verdict
    /// Where it applies; nil means everywhere.
    var endpoints: Set<Endpoint>?
    var statuses: ClosedRange<Int> = 100...999
    /// One of these codes; nil means any or none.
    var codes: Set<String>?
    /// Words in the message or a cause's description, in lower case; nil means any.
    var phrase: String?

    func fits(_ error: APIError, at endpoint: Endpoint) -> Bool {
        guard statuses.contains(error.status), endpoints?.contains(endpoint) ?? true else { return false }
        if let codes, codes.isDisjoint(with: error.codes) { return false }
        guard let phrase else { return true }
        return ([error.message] + error.causes.compactMap(\.description)).contains {
            $0.lowercased().contains(phrase)
        }
    }
}

extension Rule {
    private static let payments: Set<Endpoint> = [
        .createPayment, .payment, .searchPayments, .capturePayment, .cancelPayment, .refundPayment, .refunds,
        .refund,
    ]
    private static let customers: Set<Endpoint> = [
        .createCustomer, .customer, .updateCustomer, .deleteCustomer, .searchCustomers, .addCard, .cards,
        .card, .updateCard, .deleteCard,
    ]
    private static let namesNoPayment = Set(Endpoint.allCases.filter { !$0.namesPayment })

    /// What calls a token unknown, used, expired or invalid, though some may only mean a typing error: a
    /// token that an earlier attempt of the job has used up reads the same, so a look-up has to follow.
    private static let tokenCodes: Set = ["2006", "2062", "3003", "3006", "3008"]
    /// An older answer without a code ([O] code-examples#16).
    private static let usedTokenPhrase = "could not update the cardtoken"
    /// 4 and 3002 not permitted, 5 no access token, 3009 client id.
    ///
    /// What may be one job's own mistake (1 parameters, 3 test token, 2034 and 2060 users) refuses that job:
    /// it must not make an account wait.
    private static let accountCodes: Set = ["4", "5", "3002", "3009"]

    /// The table.
    ///
    /// Source of the codes: the error tables of Mercado Pago's API reference. The order is by what a mistake
    /// costs.
    static let all: [Rule] = [
        // Neither an answer nor a refusal: a redirect, an upgrade, an error of the gateway's own.
        Rule(verdict: .ambiguous, statuses: 100...399),
        Rule(verdict: .ambiguous, statuses: 500...999),
        Rule(verdict: .ambiguous, statuses: 408...408),
        Rule(verdict: .throttled, statuses: 429...429),
        Rule(verdict: .conflict, statuses: 409...409),
        Rule(verdict: .busy, statuses: 423...424),
        // An amount that isn't positive, or no number, comes with 401 though it says nothing of credentials
        // ([C] spec).
        Rule(verdict: .refused, endpoints: [.refundPayment], statuses: 401...401, codes: ["4040", "4041"]),
        // Credentials come before codes: nothing behind the door was asked.
        Rule(verdict: .misconfigured, statuses: 401...401),
        Rule(verdict: .misconfigured, endpoints: namesNoPayment, statuses: 403...403),
        // The gateway lost its transactions API or its token API, or has the same request already.
        Rule(verdict: .ambiguous, codes: ["2004", "2007", "801"]),
        Rule(verdict: .busy, codes: ["2001"]),
        Rule(verdict: .tokenUnusable, endpoints: [.createPayment, .cardToken], codes: tokenCodes),
        Rule(verdict: .tokenUnusable, endpoints: [.createPayment, .addCard], phrase: usedTokenPhrase),
        Rule(verdict: .tokenUnusable, endpoints: [.addCard], codes: ["card-120", "120", "2006", "3003"]),
        Rule(verdict: .tokenUnusable, endpoints: [.cardToken], statuses: 404...404),
        // Where a payment is named, 403 speaks of that payment, whatever its code.
        Rule(verdict: .refused, statuses: 403...403),
        Rule(verdict: .misconfigured, endpoints: payments, codes: accountCodes),
        // 100 credentials required.
        Rule(verdict: .misconfigured, endpoints: customers, codes: ["100"]),
        Rule(verdict: .refused, statuses: 400...499),
    ]
}
