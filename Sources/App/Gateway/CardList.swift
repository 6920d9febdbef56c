import ExactJSON
import MercadoPago
import PaymentJobs

/// `cobrador cards list`: which cards a customer has saved.
package struct CardList: Sendable {
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

    /// Lists.
    ///
    /// - Returns: The cards, ready to be printed; none is an answer too.
    package func run(customer id: CustomerID) async throws(CommandFailure) -> QueryAnswer {
        let configuration = try GatewayConfiguration.load(sources)
        let account = try configuration.account(account)
        do throws(GatewayTrouble) {
            let (customer, cards) = try await GatewayAccess.withClient(
                of: account, configuration.connections, askingFor: "customer \(id)"
            ) {
                client throws(MercadoPagoError) in
                (try await client.customer(id).value, try await client.cards(of: id).value)
            }
            return QueryAnswer(json: json(customer, cards), text: text(customer, cards))
        } catch {
            throw CommandFailure(error)
        }
    }

    private func json(_ customer: Customer, _ cards: [CustomerCard]) -> JSON {
        let list = cards.map { card in
            var fields: JSONObject = ["id": .string(card.id)]
            fields["payment_method_id"] = card.paymentMethodID.map(JSON.string)
            fields["payment_type_id"] = card.paymentTypeID.map(JSON.string)
            fields["issuer_id"] = card.issuerID.map(JSON.string)
            fields["last_four_digits"] = card.lastFourDigits.map(JSON.string)
            fields["expiration_month"] = card.expirationMonth.map { JSON($0) }
            fields["expiration_year"] = card.expirationYear.map { JSON($0) }
            if showsPersonalData {
                fields["cardholder_name"] = card.cardholderName.map { $0.reveal(JSON.string) }
            }
            fields["default"] = .bool(card.id == customer.defaultCard)
            return JSON.object(fields)
        }
        return .object(["customer_id": .string(customer.id.description), "cards": .array(list)])
    }

    private func text(_ customer: Customer, _ cards: [CustomerCard]) -> QueryAnswer.Text {
        if cards.isEmpty { return .note("This customer has no saved card.") }
        var table = Table("card", "brand", "number", "expires", "holder", "")
        for card in cards {
            let holder = card.cardholderName.map { name in
                name.reveal { showsPersonalData ? $0.withoutControls : Mask.name($0) }
            }
            table.add(
                card.id.withoutControls, card.paymentMethodID?.withoutControls ?? "–",
                "•••• " + (card.lastFourDigits ?? "????"), expiry(card), holder ?? "–",
                card.id == customer.defaultCard ? "default" : "")
        }
        return .table(table)
    }

    private func expiry(_ card: CustomerCard) -> String {
        guard let month = card.expirationMonth, let year = card.expirationYear else { return "–" }
        return (month < 10 ? "0\(month)" : "\(month)") + "/\(year)"
    }
}
