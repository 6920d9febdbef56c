import MercadoPago
import PaymentJobs
import Pipeline

/// One seller, as configured.
package struct AccountConfiguration: Sendable {
    /// What jobs call it.
    package var name: AccountName
    package var accessToken: Secret<String>
    /// The secret file that the access token comes from, which may be replaced; nil for another source.
    package var accessTokenFile: String?
    package var limits: AccountLimits
    package var rules: AccountRules
    /// The setting that its access token comes from.
    var accessTokenKey: String
    /// The setting that its site comes from.
    var siteKey: String

    /// Reads every seller's settings; what is wrong is noted.
    ///
    /// - Parameters:
    ///   - reader: The reader.
    ///   - limits: What all sellers have in common.
    /// - Returns: The sellers of `accounts.names`, or the one of `account.name`.
    static func all(
        reading reader: inout SettingReader, _ limits: AccountLimits
    ) -> [AccountConfiguration] {
        let common = AccountReading(reading: &reader, limits)
        let list = reader.read(Catalogue.accountNames)
        for problem in list.problems { reader.note(Catalogue.accountNames.entry.key, problem) }
        guard reader.isFilled(Catalogue.accountNames.entry) else {
            let name = reader.read(Catalogue.accountName)
            return [common.account(name, token: Catalogue.accessToken, &reader)]
        }
        for entry in [Catalogue.accountName.entry, Catalogue.accessToken.entry] {
            reader.refuse(entry, beside: Catalogue.accountNames.entry, "where each account has its own")
        }
        let names = reader.accounts.filter(AccountList.canBeRead)
        let accounts = names.map { name in
            common.of(name, &reader)
                .account(name, token: Catalogue.accessToken(of: name.description), &reader)
        }
        noteEqualTokens(accounts, &reader)
        return accounts
    }

    /// One token is one seller: its limits would be given out twice.
    private static func noteEqualTokens(_ accounts: [AccountConfiguration], _ reader: inout SettingReader) {
        var tokens: [Secret<String>: String] = [:]
        for account in accounts where !account.accessToken.reveal(\.isEmpty) {
            let key = account.accessTokenKey
            if let other = tokens.updateValue(key, forKey: account.accessToken) {
                reader.note(key, "is the same token as \(other): each account is another seller's")
            }
        }
    }
}

/// The settings of `account.…`, and those that replace them for one seller.
private struct AccountReading {
    private var site: Site?
    private var rate: Double?
    private var burst: Int
    private var concurrency: Int?
    private var adapts: Bool
    private var isSecurityCodeOptional: Bool
    private var idempotencyWindow: Duration
    private var refundWindow: Duration
    private var limits: AccountLimits
    /// The setting that each one's value comes from.
    private var siteKey = Catalogue.site.entry.key
    private var securityCodeKey = Catalogue.securityCodeOptional.entry.key

    init(reading reader: inout SettingReader, _ limits: AccountLimits) {
        self.limits = limits
        site = reader.read(Catalogue.site)
        rate = reader.read(Catalogue.rate)
        burst = reader.read(Catalogue.burst)
        concurrency = reader.read(Catalogue.accountConcurrency)
        adapts = reader.read(Catalogue.adaptiveConcurrency)
        isSecurityCodeOptional = reader.read(Catalogue.securityCodeOptional)
        idempotencyWindow = reader.read(Catalogue.idempotencyWindow)
        refundWindow = reader.read(Catalogue.refundWindow)
    }

    /// The same with what one seller has otherwise.
    func of(_ name: AccountName, _ reader: inout SettingReader) -> AccountReading {
        func own<Value>(_ setting: Setting<Value>, _ value: inout Value, _ key: inout String) {
            guard let found = reader.readIfGiven(setting.of(name)) else { return }
            (value, key) = (found, setting.of(name).entry.key)
        }
        var result = self
        var key = ""
        own(Catalogue.site, &result.site, &result.siteKey)
        own(Catalogue.rate, &result.rate, &key)
        own(Catalogue.burst, &result.burst, &key)
        own(Catalogue.accountConcurrency, &result.concurrency, &key)
        own(Catalogue.adaptiveConcurrency, &result.adapts, &key)
        own(Catalogue.securityCodeOptional, &result.isSecurityCodeOptional, &result.securityCodeKey)
        own(Catalogue.idempotencyWindow, &result.idempotencyWindow, &key)
        own(Catalogue.refundWindow, &result.refundWindow, &key)
        return result
    }

    func account(
        _ name: AccountName, token: Setting<Secret<String>>, _ reader: inout SettingReader
    ) -> AccountConfiguration {
        var limits = limits
        limits.rate = rate.flatMap { RateLimit(callsPerSecond: $0, burst: burst) }
        limits.concurrencyMax = min(concurrency ?? limits.concurrencyMax, limits.concurrencyMax)
        limits.adaptsConcurrency = adapts
        var rules = AccountRules()
        rules.site = site
        rules.permitsMissingSecurityCode = isSecurityCodeOptional
        rules.idempotencyWindow = idempotencyWindow
        rules.refundWindow = refundWindow
        if isSecurityCodeOptional, site == .chile {
            reader.note(
                securityCodeKey, "Mercado Pago takes no charge without a security code in Chile",
                with: siteKey)
        }
        let key = token.entry.key
        return AccountConfiguration(
            name: name, accessToken: reader.read(token), accessTokenFile: reader.secretFile(of: key),
            limits: limits, rules: rules, accessTokenKey: key, siteKey: siteKey)
    }
}

extension AccountLimits {
    /// What all sellers have in common; `retries` and `concurrency` are the worker's.
    init(reading reader: inout SettingReader, _ retries: RetryPolicy, concurrency: Int) {
        self.init(concurrencyMax: concurrency)
        breaker = BreakerPolicy(reading: &reader)
        retryAfterMax = retries.retryAfterMax
        credentialsGrace = retries.credentialsGrace
        credentialsPause = reader.read(Catalogue.credentialsPause)
    }
}

extension BreakerPolicy {
    /// Nil where it is turned off.
    fileprivate init?(reading reader: inout SettingReader) {
        self.init()
        let isEnabled = reader.read(Catalogue.breakerEnabled)
        failureRatio = Double(reader.read(Catalogue.breakerFailurePercent)) / 100
        slowCall = reader.read(Catalogue.breakerSlowCall)
        slowRatio = Double(reader.read(Catalogue.breakerSlowPercent)) / 100
        callsMin = reader.read(Catalogue.breakerCallsMin)
        pause = reader.read(Catalogue.breakerPause)
        pauseMax = reader.read(Catalogue.breakerPauseMax)
        probes = reader.read(Catalogue.breakerProbes)
        if pause > pauseMax {
            reader.note(
                Catalogue.breakerPause.entry.key, "must not be longer than breaker.pause-max",
                with: Catalogue.breakerPauseMax.entry.key)
        }
        if !isEnabled { return nil }
    }
}
