import ExactJSON

/// The fields that several kinds of jobs have.
extension FieldReader {
    mutating func jobID() -> JobID? {
        parsed("job_id", "must be a string of 1 to 64 characters without control characters") { JobID($0) }
    }

    mutating func account() -> AccountName? {
        let before = problems.count
        let name = parsed("account", "must be 1 to 64 letters, digits, dots, dashes or underscores") {
            AccountName($0)
        }
        return name ?? (problems.count == before ? .standard : nil)
    }

    mutating func customerID() -> CustomerID? {
        parsed("customer_id", "must be a customer's id as the gateway writes it: letters, digits and dashes")
        {
            CustomerID($0)
        }
    }

    mutating func token() -> CardToken? {
        parsed("token", "must be a card token: letters, digits and dashes") { CardToken($0) }
    }

    mutating func paymentID(_ field: String) -> PaymentID? {
        guard let text = idText(field, maxLength: 19) else { return nil }
        // `Int64("+1")` is a number to Swift.
        let isNumber = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard isNumber, let id = Int64(text).flatMap(PaymentID.init) else {
            fail(field, "must be a payment's id: a whole number")
            return nil
        }
        return id
    }

    mutating func moment(_ field: String) -> Moment? {
        parsed(field, "must be a date with time and offset, such as 2026-01-31T12:00:00Z") { Moment($0) }
    }

    /// An amount that some currency takes.
    mutating func money(_ field: String, allowsZero: Bool = false) -> ExactDecimal? {
        guard let amount = decimal(field) else { return nil }
        guard !amount.isNegative, allowsZero || !amount.isZero else {
            fail(field, allowsZero ? "must not be negative" : "must be more than zero")
            return nil
        }
        guard amount.fractionDigits <= Currency.fractionDigitsMax else {
            fail(field, "must have at most \(Currency.fractionDigitsMax) digits behind the point")
            return nil
        }
        return amount
    }

    /// Checks what can only be checked where the account's country is known.
    mutating func check(_ job: Job, against site: Site) {
        guard case .charge(let charge) = job, let currency = charge.currency else {
            return checkAmounts(of: job, in: site.currency)
        }
        // Amounts were checked against the job's own currency; an account has only one.
        if currency != site.currency {
            fail("currency_id", "must be \(site.currency.rawValue), the currency of the account")
        }
    }

    mutating func checkAmounts(of job: Job, in currency: Currency) {
        let amounts: [(String, ExactDecimal?)] =
            switch job {
            case .charge(let job):
                [("transaction_amount", job.transactionAmount), ("application_fee", job.applicationFee)]
            case .operation(let job): [("amount", job.action.amount)]
            case .register: []
            }
        for case (let field, let amount?) in amounts
        where amount.fractionDigits > currency.fractionDigitsMax {
            fail(field, "must have no more digits behind the point than \(currency.rawValue) has")
        }
    }
}
