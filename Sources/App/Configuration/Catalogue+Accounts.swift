import MercadoPago
import PaymentJobs
import Pipeline

/// Settings of sellers: `account.…` for all of them, `accounts.<name>.…` for one.
extension Catalogue {
    static let accountName = Setting<AccountName>(
        "account.name", "1 to 64 letters, digits, dots, dashes or underscores", default: "default",
        "The account that jobs name; jobs without one mean default."
    ) { AccountName($0) }
    static let site = Setting<Site?>.optional(
        "account.site", "one of \(Site.allCases.map(\.rawValue).joined(separator: ", ")), or empty",
        "The account's country: amounts and currencies of jobs are checked against it."
    ) { Site(rawValue: $0) }
    static let rate = Setting<Double?>.optional(
        "account.rate", "off, or calls a second from 0.01 to 10000", none: "off",
        "Calls of all the group's workers a second at most, look-ups included."
    ) { $0.decimalNumber.flatMap { (0.01...10_000).contains($0) ? $0 : nil } }
    static let burst = Setting.integer(
        "account.burst", default: "10", in: 1...10_000,
        "Calls that may be made at once after a pause, by all of the group's workers.")
    static let accountConcurrency = Setting<Int?>.optional(
        "account.concurrency", "a whole number from 1 to 4096, or empty",
        "An account's jobs in one worker that talk to the gateway; empty: worker.concurrency."
    ) { $0.wholeNumber.flatMap { (1...4096).contains($0) ? $0 : nil } }
    static let adaptiveConcurrency = Setting.flag(
        "account.adaptive-concurrency", default: "true",
        "Run fewer of an account's jobs at once while the gateway is slower than it was.")
    static let securityCodeOptional = Setting.flag(
        "account.security-code-optional", default: "false",
        "Mercado Pago has enabled charges without a security code; not in Chile.")
    static let idempotencyWindow = Setting.duration(
        "account.idempotency-window", default: "24h", in: .seconds(1) ... .days(365),
        "For how long the gateway is trusted to recognise a repeated call by its key.")
    static let refundWindow = Setting.duration(
        "account.refund-window", default: "180d", in: .seconds(1) ... .days(3650),
        "How long after its approval a payment can be refunded.")

    static let accountNames = Setting<AccountList>(
        "accounts.names", "names of accounts, separated by commas, or empty", default: "",
        "Several sellers, each with settings of its own; instead of account.name."
    ) { AccountList($0) }

    /// What each seller may have otherwise.
    private static let perAccount = [
        site.entry, rate.entry, burst.entry, accountConcurrency.entry, adaptiveConcurrency.entry,
        securityCodeOptional.entry, idempotencyWindow.entry, refundWindow.entry,
    ]

    static let account = [accountName.entry] + perAccount + [accountNames.entry]

    static let accountsPrefix = "accounts."

    /// The access token of one seller of several.
    static func accessToken(of account: String) -> Setting<Secret<String>> {
        Setting(
            required: "\(accountsPrefix)\(account).access-token", accessTokenRule, placeholder: Secret(""),
            secret: true, "The seller's access token."
        ) { isAccessToken($0) ? Secret($0) : nil }
    }

    /// The settings of one seller of several.
    static func settings(of account: String) -> [SettingEntry] {
        [accessToken(of: account).entry] + perAccount.map { $0.of(account) }
    }

    /// The same with a stand-in for the seller's name, for documentation.
    static let anyAccount = settings(of: "<name>")

    /// What follows the seller's name, such as `.access-token`.
    static let accountSuffixes = settings(of: "").map { $0.key.dropFirst(accountsPrefix.utf8.count) }

    static let accessTokenRule = "1 to 512 visible ASCII characters without spaces"

    static func isAccessToken(_ text: String) -> Bool { AccessToken(Secret(text)) != nil }
}

/// The names of `accounts.names`, in its order.
struct AccountList: Sendable {
    let names: [AccountName]

    /// Nil where one of them is no account's name.
    init?(_ text: String) {
        guard !text.isEmpty else {
            names = []
            return
        }
        let parts = Self.parts(text)
        names = parts.compactMap(AccountName.init)
        guard names.count == parts.count else { return nil }
    }

    /// The names in `text`, whatever else is in it: their settings are no mistakes.
    static func usable(in text: String) -> [AccountName] {
        unique(parts(text).compactMap(AccountName.init))
    }

    private static func unique(_ names: [AccountName]) -> [AccountName] {
        var seen: Set<AccountName> = []
        return names.filter { seen.insert($0).inserted }
    }

    /// Whether its settings can be told from others'.
    static func canBeRead(_ name: AccountName) -> Bool {
        name.description != "names" && !SettingName.hasEmptyPart(name.description)
    }

    private static func parts(_ text: String) -> [String] {
        text.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmed }
    }

    /// What is wrong with these names beside each other.
    var problems: [String] {
        var problems: [String] = []
        var variables: [String: AccountName] = [:]
        for name in Self.unique(names) {
            if names.count(where: { $0 == name }) > 1 { problems.append("names \"\(name)\" twice") }
            if name.description == "names" {
                problems.append("must not name an account \"names\": accounts.names is this setting")
            } else if SettingName.hasEmptyPart(name.description) {
                problems.append(
                    "must not name an account \"\(name)\": a setting's name has no empty parts")
            }
            let variable = SettingEntry.variable(for: Catalogue.accountsPrefix + name.description)
            guard let other = variables[variable] else {
                variables[variable] = name
                continue
            }
            problems.append(
                "names \"\(other)\" and \"\(name)\", whose settings would have the same variables: "
                    + "\(variable)_…")
        }
        return problems
    }
}

extension Substring {
    fileprivate var trimmed: String {
        var text = self
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}

extension Duration {
    static func days(_ count: Int) -> Duration { .seconds(count * 86_400) }
}
