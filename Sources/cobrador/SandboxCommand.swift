import App
import ArgumentParser
import Foundation
import Sandbox

/// `cobrador sandbox`: a Mercado Pago on this machine.
struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox",
        abstract: "Runs a local Mercado Pago for development and tests: no money, no network.",
        discussion: """
            Serves customers, cards, card tokens and payments as Mercado Pago does, and \
            control endpoints under /_sandbox. The first line on standard output is the \
            base URL; the rest goes to standard error. Everything is in memory, and gone at \
            the end.

              cobrador sandbox
              cobrador sandbox --port 0 --latency 100ms --site MLB
              cobrador sandbox --seller north:TEST-a --seller south:TEST-b:MLC
              cobrador sandbox --rate-limit 50 --rate-limit-burst 5 --retry-after date

            What a payment comes to is decided by the card holder's name, as on Mercado \
            Pago's test cards: APRO approved, CONT pending, FUND CALL SECU OTHE EXPI FORM … \
            rejected.

            A rate limit is enforced for each seller and written nowhere: a caller has to find \
            it by its 429s. Limits, latency, capacity and access tokens can be changed while it \
            runs, for all sellers or one (numbered from 0):

              curl $S/_sandbox/rate-limit -d '{"account": 0, "calls_per_second": 20}'
              curl $S/_sandbox/latency -d '{"ms": 500}'
              curl $S/_sandbox/capacity -d '{"calls": 4}'
              curl $S/_sandbox/access-token -d '{"account": 1, "token": "TEST-new"}'
              curl $S/_sandbox/accounts
              curl $S/_sandbox/requests
            """)

    @Option(help: "The port to listen on; 0 takes a free one.")
    var port = 8089

    @Option(help: "The country: MLA, MLB, MLC, MCO, MLM, MPE or MLU.")
    var site = SiteArgument(site: .argentina)

    @Option(help: ArgumentHelp("Time added to every call, such as 100ms.", valueName: "duration"))
    var latency = DurationArgument(.zero)

    @Option(
        help: ArgumentHelp(
            "How many calls of a seller are worked on at once; the others queue.", valueName: "calls"))
    var capacity: Int?

    @Option(
        help: ArgumentHelp(
            "How many calls a second a seller may make; others are 429. As many as it likes by default.",
            valueName: "calls"))
    var rateLimit: Double?

    @Option(
        help: ArgumentHelp(
            "How many calls may come at once after a pause: a tenth of a second's by default.",
            valueName: "calls")
    )
    var rateLimitBurst: Int?

    @Flag(help: "Count the calls of each second of the clock instead, however they lie within it.")
    var rateLimitWindow = false

    @Option(help: "How a 429 says when to come back: seconds (default), date or none.")
    var retryAfter: RetryAfterArgument?

    @Option(
        help: ArgumentHelp("What a 429 says instead of the true wait, such as 2s.", valueName: "duration"))
    var retryAfterWait: DurationArgument?

    @Option(help: ArgumentHelp("How many arrivals the log keeps.", valueName: "number"))
    var requestsMax = SandboxConfiguration().requestsMax

    @Option(
        help: ArgumentHelp("How long a payment or refund takes, its key locked.", valueName: "duration"))
    var processing = DurationArgument(SandboxConfiguration().processing)

    @Option(
        help: ArgumentHelp("How long a new payment can't be moved or refunded yet.", valueName: "duration"))
    var settlementLag = DurationArgument(SandboxConfiguration().settlementLag)

    @Option(
        help: ArgumentHelp("How long payments, and changes of them, stay unfound.", valueName: "duration"))
    var paymentSearchLag = DurationArgument(SandboxConfiguration().paymentSearchLag)

    @Option(
        help: ArgumentHelp("How long customers, and changes of them, stay unfound.", valueName: "duration"))
    var customerSearchLag = DurationArgument(SandboxConfiguration().customerSearchLag)

    @Option(
        help: ArgumentHelp("How long after its approval a payment can be refunded.", valueName: "duration"))
    var refundWindow = DurationArgument(SandboxConfiguration().refundWindow)

    @Option(
        help: ArgumentHelp(
            "The access token that callers must send: \(SandboxAccount().accessToken) by default.",
            valueName: "token"))
    var accessToken: String?

    @Option(
        help: ArgumentHelp(
            "A seller, with --site where it names none; can be repeated.", valueName: "name:token[:site]"))
    var seller: [String] = []

    @Flag(help: "Let a token that saved a card make one payment too.")
    var savedTokenMayPay = false

    @Flag(help: "Take payments without a security code, except in Chile.")
    var allowMissingSecurityCode = false

    @Flag(help: "Take an application_fee, as for a marketplace.")
    var marketplace = false

    @Option(help: ArgumentHelp("Makes ids and tokens repeatable.", valueName: "number"))
    var seed: UInt64?

    mutating func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be 0 to 65535.") }
        guard capacity ?? 1 >= 1 else { throw ValidationError("--capacity must be 1 or more.") }
        guard requestsMax >= 1 else { throw ValidationError("--requests-max must be 1 or more.") }
        _ = try accounts()
        _ = try limit()
    }

    func run() async throws {
        try await SandboxProcess(try settings(), terminal: Terminals.errors).run()
    }

    /// The sellers, of which each has a name and a token of its own.
    func accounts() throws -> [SandboxAccount] {
        guard !seller.isEmpty else {
            return [
                SandboxAccount(accessToken: accessToken ?? SandboxAccount().accessToken, site: site.site)
            ]
        }
        guard accessToken == nil else {
            throw ValidationError("--access-token and --seller don't go together.")
        }
        let accounts = try seller.enumerated().map { number, text in
            guard let account = SandboxAccount(text, number: number, site: site.site) else {
                throw ValidationError("Seller \(number) isn't written as name:token or name:token:site.")
            }
            return account
        }
        guard Set(accounts.map(\.name)).count == accounts.count,
            Set(accounts.map(\.accessToken)).count == accounts.count
        else { throw ValidationError("Each seller needs a name and a token of its own.") }
        return accounts
    }

    /// The rate limit, where there is one.
    func limit() throws -> RateLimit? {
        guard let rateLimit else {
            let isAlone =
                rateLimitBurst == nil && !rateLimitWindow && retryAfter == nil && retryAfterWait == nil
            guard isAlone else {
                throw ValidationError("--rate-limit-… and --retry-after… need --rate-limit.")
            }
            return nil
        }
        guard rateLimitBurst == nil || !rateLimitWindow else {
            throw ValidationError("--rate-limit-burst and --rate-limit-window don't go together.")
        }
        let wait = retryAfterWait?.duration.components
        guard wait?.attoseconds ?? 0 == 0 else {
            throw ValidationError("--retry-after-wait must be whole seconds.")
        }
        let limit = RateLimit(
            callsPerSecond: rateLimit,
            kind: rateLimitWindow ? .window : rateLimitBurst.map { .bucket(burst: $0) },
            retryAfter: retryAfter?.form ?? .seconds, retryAfterWait: wait.map { Int($0.seconds) })
        if let problem = limit.problem { throw ValidationError("\(problem).") }
        return limit
    }

    /// Everything that the options say.
    func settings() throws -> SandboxConfiguration {
        var configuration = SandboxConfiguration(accounts: try accounts())
        configuration.port = port
        configuration.capacity = capacity
        configuration.rateLimit = try limit()
        configuration.requestsMax = requestsMax
        configuration.latency = latency.duration
        configuration.processing = processing.duration
        configuration.settlementLag = settlementLag.duration
        configuration.paymentSearchLag = paymentSearchLag.duration
        configuration.customerSearchLag = customerSearchLag.duration
        configuration.refundWindow = refundWindow.duration
        configuration.savedTokenMayPay = savedTokenMayPay
        configuration.allowsMissingSecurityCode = allowMissingSecurityCode
        configuration.isMarketplace = marketplace
        configuration.seed = seed
        return configuration
    }
}

/// A country by Mercado Pago's name of its site.
struct SiteArgument: ExpressibleByArgument {
    var site: SandboxSite

    init(site: SandboxSite) { self.site = site }

    init?(argument: String) {
        guard let site = SandboxSite(rawValue: argument.uppercased()) else { return nil }
        self.site = site
    }

    var defaultValueDescription: String { site.rawValue }
    static let allValueStrings = SandboxSite.allCases.map(\.rawValue)
}

/// How a 429 says when to come back.
struct RetryAfterArgument: ExpressibleByArgument {
    var form: RateLimit.RetryAfter

    init?(argument: String) {
        guard let form = RateLimit.RetryAfter(rawValue: argument) else { return nil }
        self.form = form
    }

    static let allValueStrings = RateLimit.RetryAfter.allCases.map(\.rawValue)
}
