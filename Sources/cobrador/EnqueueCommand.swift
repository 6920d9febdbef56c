import App
import ArgumentParser
import Foundation
import PaymentJobs

/// `cobrador enqueue`: puts jobs on their topics.
struct EnqueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enqueue",
        abstract: "Puts jobs on their topics: one from options, or many from NDJSON.",
        discussion: """
            Every job is checked before the first is sent; if any is wrong, all problems are \
            listed with their lines, nothing is sent, and the exit code is 65. It ends when \
            the broker has acknowledged every job.

              cobrador enqueue charge-saved-card --job-id order-1007 --amount 149.90 \\
                --customer-id 123456789-jxOV430go9fx2e --token ff80…
              cobrador enqueue register-card --job-id card-77 \\
                --email ana@example.com --token ff80…
              cobrador enqueue refund-payment --job-id refund-9 --payment-id 1234567890 \\
                --amount 10 --key 123456789-jxOV430go9fx2e
              cobrador enqueue --file jobs.ndjson
              generate-jobs | cobrador enqueue --file -

            A line of a file is a job's JSON object, of the given kind, or a CloudEvent in \
            structured mode, whose type says what it is. The key is the customer's id, or the \
            e-mail address where there is none. A job for a payment knows no customer: its \
            key is the payment's id, unless --key gives the customer's.
            """)

    @Argument(
        help: """
            What jobs ask for that don't say it themselves: \
            \(JobKind.allCases.map(\.rawValue).joined(separator: ", ")).
            """)
    var kind = JobKind.chargeSavedCard

    @OptionGroup(title: "Where to") var configuration: ConfigurationOptions

    @OptionGroup(title: "One job") var job: JobArguments

    @Option(
        name: [.short, .long], help: ArgumentHelp("Jobs as NDJSON; - is standard input.", valueName: "file"))
    var file: String?

    @Option(help: "The CloudEvents source of the jobs.")
    var source = "/cobrador/enqueue"

    @Option(help: "The key of the jobs, which puts them in order. (default: see above)")
    var key: String?

    @Flag(help: "Send the valid jobs of a file, and only list the others.")
    var skipInvalid = false

    mutating func validate() throws {
        if file == nil, job.options.isEmpty {
            throw ValidationError("Give a job's options, such as --job-id, or --file jobs.ndjson.")
        }
        if file != nil, !job.options.isEmpty {
            throw ValidationError("Give either a job's options or --file, not both.")
        }
        if skipInvalid, file == nil { throw ValidationError("--skip-invalid needs --file.") }
    }

    func run() async throws {
        var enqueue = Enqueue(sources: configuration.sources, kind: kind, terminal: Terminals.errors)
        enqueue.source = source
        enqueue.skipInvalid = skipInvalid
        enqueue.key = key
        let input = file.map(Enqueue.Input.file) ?? .job(job.options)
        print(try await enqueue.run(input))
    }
}

extension JobKind: ExpressibleByArgument {}

/// One job as options.
struct JobArguments: ParsableArguments {
    @Option(help: "The job's identity: one id is charged once, however often it is sent.") var jobID: String?
    @Option(help: "The account that is paid.") var account: String?
    @Option(help: "The saved customer.") var customerID: String?
    @Option(help: "A new or saved customer, by e-mail (register-card).") var email: String?
    @Option(help: "The customer's first name (register-card).") var firstName: String?
    @Option(help: "The customer's last name (register-card).") var lastName: String?
    @Option(help: "The card token, which can be used once.") var token: String?
    @Option(help: "The saved card, where it is charged without a token.") var cardID: String?
    @Option(help: "The payment to refund, cancel or capture.") var paymentID: String?
    @Option(help: "The amount, such as 149.90; all of it without one (refund-payment, capture-payment).")
    var amount: String?
    @Option(help: "The currency that is expected, such as BRL.") var currency: String?
    @Option(help: "In how many instalments.") var installments: Int?
    @Option(help: "The card's brand, such as master.") var paymentMethodID: String?
    @Option(help: "The card's issuer.") var issuerID: String?
    @Option(help: "What the buyer sees.") var description: String?
    @Option(help: "Your own reference. (default: the job id)") var externalReference: String?
    @Option(help: "What the card's statement shows.") var statementDescriptor: String?
    @Flag(help: "Reserve the amount only.") var noCapture = false
    @Option(help: "From when on it must not be done, such as 2026-01-31T12:00:00Z.") var expiresAt: String?
    @Option(help: "Save the card only if this payment is approved (register-card).") var afterPaymentID:
        String?
    @Flag(help: "Make the card the customer's default (register-card).") var makeDefault = false

    var options: JobOptions {
        var options = JobOptions()
        options.jobID = jobID
        options.account = account
        options.customerID = customerID
        options.email = email
        options.firstName = firstName
        options.lastName = lastName
        options.token = token
        options.cardID = cardID
        options.paymentID = paymentID
        options.amount = amount
        options.currency = currency
        options.installments = installments
        options.paymentMethodID = paymentMethodID
        options.issuerID = issuerID
        options.reason = description
        options.externalReference = externalReference
        options.statementDescriptor = statementDescriptor
        options.capture = noCapture ? false : nil
        options.expiresAt = expiresAt
        options.afterPaymentID = afterPaymentID
        options.makeDefault = makeDefault ? true : nil
        return options
    }
}
