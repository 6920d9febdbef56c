import ExactJSON
import PaymentJobs
import TestSupport

/// Random jobs that are valid, to put every field into one property.
struct RandomJobs {
    var random: SeededGenerator

    mutating func charge() throws -> ChargeSavedCard {
        var job = ChargeSavedCard(
            jobID: JobID(text(64)) ?? .fallback, account: AccountName(identifier(64)) ?? .standard,
            customerID: CustomerID(identifier(64)) ?? .fallback,
            source: flip()
                ? .token(CardToken(identifier(128)) ?? .fallback)
                : .card(CardID(identifier(32)) ?? .fallback),
            transactionAmount: amount())
        if flip() { job.currency = [.real, .mexicanPeso, .argentinePeso].randomElement(using: &random) }
        job.installments = Int.random(in: 1...99, using: &random)
        if flip() { job.paymentMethodID = text(64) }
        if flip() { job.issuerID = flip() ? "25" : text(32) }
        if flip() { job.paymentDescription = text(600) }
        if flip() { job.externalReference = text(256) }
        if flip() { job.statementDescriptor = text(64) }
        job.capture = flip()
        if flip() { job.binaryMode = flip() }
        if flip() { job.notificationURL = "https://example.com/" + identifier(200) }
        if flip() { job.metadata = object() }
        if flip() { job.additionalInfo = .object(object()) }
        if flip() { job.pointOfInteraction = .object(object()) }
        if flip() { job.applicationFee = job.transactionAmount }
        if flip() { job.expiresAt = moment() }
        return job
    }

    mutating func register() -> RegisterCard {
        var particulars = JSONObject()
        for name in ["first_name", "last_name", "description"] where flip() {
            particulars[name] = .string(text(256))
        }
        for name in ["phone", "identification", "address"] where flip() {
            particulars[name] = .object(object())
        }
        let person = CustomerDetails(email: Secret(identifier(60) + "@example.com"), particulars: particulars)
        var job = RegisterCard(
            jobID: JobID(text(64)) ?? .fallback,
            owner: flip() ? .existing(CustomerID(identifier(64)) ?? .fallback) : .person(person),
            token: CardToken(identifier(128)) ?? .fallback)
        if flip() { job.paymentMethodID = text(64) }
        if flip() { job.issuerID = text(32) }
        if flip() {
            job.afterPaymentID = PaymentID(rawValue: Int64.random(in: 1...Int64.max, using: &random))
        }
        job.makeDefault = flip()
        if flip() { job.expiresAt = moment() }
        return job
    }

    mutating func operation() -> PaymentOperation {
        let amount = flip() ? amount() : nil
        let actions: [PaymentOperation.Action] = [.refund(amount: amount), .cancel, .capture(amount: amount)]
        return PaymentOperation(
            jobID: JobID(text(64)) ?? .fallback, account: AccountName(identifier(64)) ?? .standard,
            paymentID: PaymentID(rawValue: Int64.random(in: 1...Int64.max, using: &random)) ?? .fallback,
            action: actions.randomElement(using: &random) ?? .cancel)
    }

    mutating func moment() -> Moment {
        Moment(milliseconds: Int64.random(in: -62_135_596_800_000...253_402_300_799_999, using: &random))
    }

    mutating func flip() -> Bool { Bool.random(using: &random) }

    mutating func identifier(_ longest: Int) -> String {
        let letters = Array("abcXYZ0189-_")
        return String(
            (0..<Int.random(in: 1...longest, using: &random)).map { _ in
                letters.randomElement(using: &random) ?? "a"
            })
    }

    /// Texts of all scripts, with quotes, backslashes and separators in them.
    mutating func text(_ longest: Int) -> String {
        let pool = Array("ab 09\"\\/'{}:,ñéß中💳\u{301}\u{2028}-_.".unicodeScalars)
        var text = ""
        for _ in 0..<Int.random(in: 1...longest, using: &random) {
            text.unicodeScalars.append(pool.randomElement(using: &random) ?? "a")
        }
        return text
    }

    mutating func amount() -> ExactDecimal {
        let top = Int64.random(in: 1...17, using: &random)
        let bound = (0..<top).reduce(Int64(1)) { power, _ in power * 10 }
        return ExactDecimal(
            coefficient: Int64.random(in: 1...bound, using: &random),
            scale: Int.random(in: 0...2, using: &random)) ?? .zero
    }

    mutating func object() -> JSONObject {
        var object: JSONObject = ["name": .string(text(20))]
        for index in 0..<Int.random(in: 0...4, using: &random) {
            object["k\(index)"] =
                [.null, 1, true, .string(text(8)), ["a", 2], amount().asJSON, ["b": false]]
                .randomElement(using: &random)
        }
        return object
    }
}

extension JobID {
    static let fallback = JobID("fallback") ?? { preconditionFailure("a valid literal") }()
}

extension CustomerID {
    static let fallback = CustomerID("fallback") ?? { preconditionFailure("a valid literal") }()
}

extension CardToken {
    static let fallback = CardToken("fallback") ?? { preconditionFailure("a valid literal") }()
}

extension CardID {
    static let fallback = CardID("fallback") ?? { preconditionFailure("a valid literal") }()
}

extension PaymentID {
    static let fallback = PaymentID(rawValue: 1) ?? { preconditionFailure("a valid literal") }()
}
