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

            What a payment comes to is decided by the card holder's name, as on Mercado \
            Pago's test cards: APRO approved, CONT pending, FUND CALL SECU OTHE EXPI FORM … \
            rejected.
            """)

    @Option(help: "The port to listen on; 0 takes a free one.")
    var port = 8089

    @Option(help: "The country: MLA, MLB, MLC, MCO, MLM, MPE or MLU.")
    var site = SiteArgument(site: .argentina)

    @Option(help: ArgumentHelp("Time added to every call, such as 100ms.", valueName: "duration"))
    var latency = DurationArgument(.zero)

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

    @Option(help: ArgumentHelp("The access token that callers must send.", valueName: "token"))
    var accessToken = SandboxAccount().accessToken

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
    }

    func run() async throws {
        var configuration = SandboxConfiguration(
            accounts: [SandboxAccount(accessToken: accessToken, site: site.site)])
        configuration.port = port
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
        try await SandboxProcess(configuration, terminal: Terminals.errors).run()
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
