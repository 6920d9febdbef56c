import App
import ArgumentParser
import PaymentJobs

/// `cobrador customers`.
struct CustomersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "customers", abstract: "Asks the gateway about customers.",
        subcommands: [Search.self])

    /// `cobrador customers search`.
    struct Search: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "search", abstract: "Finds a customer's id by e-mail address.",
            discussion: """
                Uses the gateway's and the accounts' settings of cobrador run, nothing of Kafka.

                  cobrador customers search --email ana@example.com
                  cobrador customers search --account shop-2 --email ana@example.com --json

                Nobody found is an answer: exit code 0, and an empty list with --json. Other \
                exit codes: 64 no such account, 65 it refuses the address, 69 it can't be reached, 75 it asks to wait, 77 it \
                refuses the access token, 78 the configuration is wrong.
                """)

        @OptionGroup var account: AccountOption

        @Option(help: ArgumentHelp("The address, in any upper and lower case.", valueName: "address"))
        var email: String

        @OptionGroup(title: "Output") var output: QueryOptions

        @OptionGroup(title: "Settings") var options: ConfigurationOptions

        mutating func validate() throws {
            let parts = email.split(separator: "@", omittingEmptySubsequences: false)
            let isAddress = parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && email.utf8.count <= 254
            guard isAddress, email.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F }) else {
                throw ValidationError("--email must be an e-mail address, such as ana@example.com.")
            }
        }

        func run() async throws {
            let search = CustomerSearch(
                sources: options.sources, account: account.name,
                showsPersonalData: output.showPersonalData)
            output.write(try await search.run(email: email))
        }
    }
}

/// `cobrador cards`.
struct CardsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cards", abstract: "Asks the gateway about saved cards.", subcommands: [List.self])

    /// `cobrador cards list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Lists the saved cards of a customer.",
            discussion: """
                Uses the gateway's and the accounts' settings of cobrador run, nothing of Kafka.

                  cobrador cards list --customer-id 123456789-jxOV430go9fx2e

                Exit codes: 0 listed, 64 no such account, 65 there is no such customer or id, 69 the gateway can't be \
                reached, 75 it asks to wait, 77 it refuses the access token, 78 the \
                configuration is wrong.
                """)

        @OptionGroup var account: AccountOption

        @Option(help: ArgumentHelp("The customer's id at the gateway.", valueName: "id"))
        var customerID: String

        @OptionGroup(title: "Output") var output: QueryOptions

        @OptionGroup(title: "Settings") var options: ConfigurationOptions

        mutating func validate() throws {
            guard CustomerID(customerID) != nil else {
                throw ValidationError(
                    "--customer-id must be 1 to 64 letters, digits, dashes or underscores, such as "
                        + "123456789-jxOV430go9fx2e.")
            }
        }

        func run() async throws {
            guard let id = CustomerID(customerID) else { throw ExitCode.validationFailure }
            let list = CardList(
                sources: options.sources, account: account.name,
                showsPersonalData: output.showPersonalData)
            output.write(try await list.run(customer: id))
        }
    }
}

/// In whose name the gateway is asked.
struct AccountOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Whose: one of accounts.names. (default: the only account, or the one named default)",
            valueName: "name"))
    var account: String?

    var name: AccountName? { account.flatMap(AccountName.init) }

    mutating func validate() throws {
        guard account == nil || name != nil else {
            throw ValidationError(
                "--account must be 1 to 64 letters, digits, dots, dashes or underscores.")
        }
    }
}

/// How an answer of the gateway is printed.
struct QueryOptions: ParsableArguments {
    @Flag(help: "Print one JSON object.")
    var json = false

    @Flag(help: "Show names and addresses, which are masked or left out otherwise.")
    var showPersonalData = false

    func write(_ answer: QueryAnswer) {
        DescriptorSink.standardOutput.write(
            json ? answer.jsonText : answer.text(style: Terminals.output.style))
    }
}
