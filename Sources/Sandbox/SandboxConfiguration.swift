import FoundationEssentials
import NIOCore

/// One seller: whose customers, cards and payments a bearer token opens.
public struct SandboxAccount: Sendable {
    /// What the sandbox's own answers call the seller.
    public var name: String
    /// What the seller's server sends as `Authorization: Bearer …`.
    public var accessToken: String
    /// What a browser sends as `?public_key=…` to make card tokens.
    public var publicKey: String
    /// The seller's user id: `collector_id` of its payments, `merchant_id` of its customers.
    public var collectorID: Int64
    /// The seller's country.
    public var site: SandboxSite

    /// A seller; the defaults are made-up test credentials in Mercado Pago's `TEST-…` form.
    public init(
        name: String = "default",
        accessToken: String = "TEST-sandbox-access-token",
        publicKey: String = "TEST-sandbox-public-key",
        collectorID: Int64 = 261_735_089,
        site: SandboxSite = .argentina
    ) {
        self.name = name
        self.accessToken = accessToken
        self.publicKey = publicKey
        self.collectorID = collectorID
        self.site = site
    }
}

extension SandboxAccount {
    /// A seller written as `NAME:TOKEN` or `NAME:TOKEN:SITE`, or nothing where the text is none.
    ///
    /// - Parameters:
    ///   - text: What was written; neither a name nor a token has a colon or a space in it.
    ///   - number: Its place among the sellers, from 0; its public key and collector id are made of it.
    ///   - site: Its country where the text names none.
    public init?(_ text: String, number: Int, site: SandboxSite = .argentina) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(parts.count), !parts[0].isEmpty, !parts[1].isEmpty,
            !text.contains(where: \.isWhitespace)
        else { return nil }
        var country = site
        if parts.count == 3 {
            guard let named = SandboxSite(rawValue: parts[2].uppercased()) else { return nil }
            country = named
        }
        let usual = SandboxAccount()
        self.init(
            name: parts[0], accessToken: parts[1],
            publicKey: number == 0 ? usual.publicKey : "\(usual.publicKey)-\(number)",
            collectorID: usual.collectorID + Int64(number), site: country)
    }
}

/// How the sandbox behaves where Mercado Pago can be configured, is slow, or isn't documented.
public struct SandboxConfiguration: Sendable {
    /// The sellers; at least one, each with an access token of its own.
    public var accounts: [SandboxAccount]
    /// The address to listen on: keep it on the loopback, since the control endpoints ask for no credentials.
    public var host = "127.0.0.1"
    /// The port to listen on; `0` takes a free one, which is reported when the server listens.
    public var port = 0

    /// Time added to every call before anything else is done with it.
    public var latency: Duration = .zero
    /// How many calls of each seller are worked on at once, while the others queue: one at least; `nil` for all.
    public var capacity: Int?
    /// How many calls of each seller are let through, while the others are 429; `nil` for all of them.
    public var rateLimit: RateLimit?
    /// How long a payment or refund is being made; its idempotency key is locked (423) as long.
    public var processing: Duration = .zero
    /// How long after its creation a payment can't be captured, cancelled (2018) or refunded (2063) yet.
    public var settlementLag: Duration = .zero
    /// How long a new payment, or a change of one, stays invisible to a search by anything but its id.
    public var paymentSearchLag: Duration = .zero
    /// How long a search of customers goes on seeing what was before a creation, a change or a deletion.
    public var customerSearchLag: Duration = .zero
    /// How long a `hang` fault keeps a connection, where the fault doesn't say.
    public var hangMax: Duration = .seconds(60)

    /// Whether a token that saved a card may still make one payment; strict by default.
    public var savedTokenMayPay = false
    /// Whether test credentials take only `test_payer_[0-9]{1,10}@testuser.com` for a customer's e-mail.
    ///
    /// Documented as error 128, but evidently not enforced: off by default.
    public var requiresTestEmails = false
    /// First digits of card numbers that several payment methods share.
    ///
    /// To save such a card, `payment_method_id` and `issuer_id` have to be sent (errors 123, 124 and 127).
    public var ambiguousPrefixes: Set<String> = []
    /// Whether payments without a security code are enabled for the seller; refused (3013) by default.
    ///
    /// Chile hasn't got them: there they are refused all the same.
    public var allowsMissingSecurityCode = false
    /// Whether the seller's token came from OAuth, so that an `application_fee` is taken.
    ///
    /// Refused (2059) by default.
    public var isMarketplace = false
    /// How many cards one customer may have before error 129; the real number is undocumented.
    public var cardsPerCustomerMax = 20

    /// How long after its approval a payment can be refunded, where a country differs from ``refundWindow``.
    public var refundWindows: [SandboxSite: Duration] = [:]
    /// How long after its approval a payment can be refunded; 180 days are documented.
    public var refundWindow: Duration = .seconds(180 * 86_400)
    /// Whether the sellers have no money to give back, so that every refund is error 2030.
    ///
    /// `POST /_sandbox/balance` changes it while the sandbox runs.
    public var isBalanceExhausted = false

    /// How many customers an account keeps; beyond it the oldest is forgotten.
    public var customersMax = 100_000
    /// How many card tokens an account keeps; beyond it the oldest is forgotten.
    public var tokensMax = 200_000
    /// How many payments an account keeps; beyond it the oldest is forgotten, its idempotency key too.
    public var paymentsMax = 200_000
    /// How many arrivals the request log keeps.
    public var requestsMax = 50_000
    /// How many fault rules may be armed at once.
    public var faultsMax = 100
    /// How many bytes a request's body may have.
    public var bodyMax = 1 << 20

    /// Makes ids, card tokens and the draws of probable faults repeatable; random where `nil`.
    public var seed: UInt64?
    /// The clock, in milliseconds since 1970: tests put one here that they can move.
    public var now: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970 * 1_000) }

    /// The clock of arrivals and rate limits, in nanoseconds since any moment: it never goes back.
    ///
    /// The default is the system's monotonic clock, which other processes of the machine can read as well.
    public var uptime: @Sendable () -> Int64 = { Int64(NIODeadline.now().uptimeNanoseconds) }

    /// A sandbox for these sellers, with every other setting at its default.
    public init(accounts: [SandboxAccount] = [SandboxAccount()]) {
        precondition(!accounts.isEmpty, "a sandbox without a seller answers nobody")
        self.accounts = accounts
    }
}

extension SandboxConfiguration {
    func refundWindow(_ site: SandboxSite) -> Duration { refundWindows[site] ?? refundWindow }
}
