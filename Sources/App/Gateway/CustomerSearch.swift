import ExactJSON
import MercadoPago
import PaymentJobs

/// `cobrador customers search`: who has an e-mail address.
package struct CustomerSearch: Sendable {
    private let sources: ConfigurationSources
    private let account: AccountName?
    private let showsPersonalData: Bool

    /// - Parameters:
    ///   - sources: The configuration.
    ///   - account: In whose name the gateway is asked; see ``GatewayConfiguration/account(_:)``.
    ///   - showsPersonalData: Whether names and addresses are shown.
    package init(sources: ConfigurationSources, account: AccountName? = nil, showsPersonalData: Bool) {
        self.sources = sources
        self.account = account
        self.showsPersonalData = showsPersonalData
    }

    /// Searches.
    ///
    /// - Returns: The customers, ready to be printed; none is an answer too.
    package func run(email: String) async throws(CommandFailure) -> QueryAnswer {
        let configuration = try GatewayConfiguration.load(sources)
        let account = try configuration.account(account)
        do throws(GatewayTrouble) {
            let found = try await GatewayAccess.withClient(of: account, configuration.connections) {
                client throws(MercadoPagoError) in
                try await client.customers(email: Secret(email)).value
            }
            return QueryAnswer(json: json(found), text: text(found))
        } catch {
            throw CommandFailure(error)
        }
    }

    private func json(_ customers: [Customer]) -> JSON {
        let list = customers.map { customer in
            var fields: JSONObject = ["id": .string(customer.id.description)]
            if showsPersonalData {
                fields["email"] = customer.email.map { $0.reveal(JSON.string) }
                fields["first_name"] = customer.firstName.map { $0.reveal(JSON.string) }
                fields["last_name"] = customer.lastName.map { $0.reveal(JSON.string) }
            }
            fields["default_card"] = customer.defaultCard.map(JSON.string)
            fields["date_created"] = customer.dateCreated.map(JSON.string)
            fields["live_mode"] = customer.isLive.map(JSON.bool)
            return JSON.object(fields)
        }
        return .object(["customers": .array(list)])
    }

    private func text(_ customers: [Customer]) -> QueryAnswer.Text {
        if customers.isEmpty { return .note("No customer of this account has this e-mail address.") }
        var table = Table("customer", "name", "default card", "created")
        for customer in customers {
            let names = [customer.firstName, customer.lastName].compactMap(\.self)
                .map { $0.reveal { showsPersonalData ? $0.withoutControls : Mask.name($0) } }
                .filter { !$0.isEmpty }
            table.add(
                customer.id.description, names.isEmpty ? "–" : names.joined(separator: " "),
                customer.defaultCard?.withoutControls ?? "–", customer.dateCreated ?? "–")
        }
        return .table(table)
    }
}

/// Personal data, hidden from whoever looks over a shoulder.
enum Mask {
    /// The first letter; how many follow isn't told.
    static func name(_ text: String) -> String {
        text.withoutControls.first { !$0.isWhitespace }.map { "\($0)•••" } ?? ""
    }
}

/// What a question to the gateway has found, for people and for machines.
package struct QueryAnswer: Sendable {
    enum Text: Sendable {
        case table(Table)
        case note(String)
    }

    let json: JSON
    let text: Text

    /// One JSON object.
    package var jsonText: String { json.description }

    /// A table; or a sentence where there is nothing to list.
    package func text(style: Style) -> String {
        switch text {
        case .table(let table): table.lines(style: style, width: 240, indent: "").joined(separator: "\n")
        case .note(let note): note
        }
    }
}
