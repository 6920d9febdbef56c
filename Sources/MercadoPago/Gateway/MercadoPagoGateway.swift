import ExactJSON
import PaymentJobs
import Pipeline

/// The pipeline's gateway port, on Mercado Pago.
public struct MercadoPagoGateway: PaymentGateway {
    let client: MercadoPagoClient

    /// A gateway on `client`, which stays the caller's to shut down.
    public init(_ client: MercadoPagoClient) {
        self.client = client
    }

    /// Reads the access token again, after the gateway refused it; true where another one is in use now.
    public func refreshCredentials() async -> Bool { await client.refreshAccessToken() }

    /// Makes the payment that `job` asks for, or answers with the one already made under `key`.
    public func createPayment(
        for job: ChargeSavedCard, token: CardToken, key: IdempotencyKey
    ) async throws(GatewayError) -> GatewayAnswer<GatewayPayment> {
        do {
            return GatewayAnswer(
                try await client.createPayment(PaymentRequest(job, token: token), key: key),
                GatewayPayment.init)
        } catch {
            throw Classifier.gatewayError(error, at: .createPayment)
        }
    }

    /// Makes a token of a saved card without its security code.
    public func createToken(
        of card: CardID, customer: CustomerID
    ) async throws(GatewayError) -> GatewayAnswer<CardToken> {
        let request = CardTokenRequest(cardID: card.description, customerID: customer)
        do {
            return GatewayAnswer(try await client.createCardToken(request)) { $0.id }
        } catch {
            throw Classifier.gatewayError(error, at: .createCardToken)
        }
    }

    /// What the gateway knows of a card token; reading doesn't use it up.
    public func cardToken(_ token: CardToken) async throws(GatewayError) -> GatewayAnswer<GatewayToken> {
        do {
            return GatewayAnswer(try await client.cardToken(token), GatewayToken.init)
        } catch {
            throw Classifier.gatewayError(error, at: .cardToken)
        }
    }

    /// The customers whose address equals `email`, whatever its upper and lower case.
    public func customers(email: Secret<String>) async throws(GatewayError) -> GatewayAnswer<[CustomerID]> {
        do {
            return GatewayAnswer(try await client.customers(email: email)) { $0.map(\.id) }
        } catch {
            throw Classifier.gatewayError(error, at: .searchCustomers)
        }
    }

    /// Makes a customer; nil where one with this address exists already: code 101 ([C] spec).
    public func createCustomer(
        _ details: CustomerDetails
    ) async throws(GatewayError) -> GatewayAnswer<CustomerID?> {
        do {
            return GatewayAnswer(try await client.createCustomer(details)) { $0.id }
        } catch {
            if case .answered(let answer) = error, answer.status == 400, answer.codes.contains("101") {
                return GatewayAnswer(nil, requestID: answer.requestID)
            }
            throw Classifier.gatewayError(error, at: .createCustomer)
        }
    }

    /// The cards saved for `customer`.
    public func cards(of customer: CustomerID) async throws(GatewayError) -> GatewayAnswer<[GatewayCard]> {
        do {
            return GatewayAnswer(try await client.cards(of: customer)) { $0.map(GatewayCard.init) }
        } catch {
            throw Classifier.gatewayError(error, at: .cards)
        }
    }

    /// Saves the card of `job`'s token for `customer`.
    public func addCard(
        for job: RegisterCard, to customer: CustomerID
    ) async throws(GatewayError) -> GatewayAnswer<GatewayCard> {
        let request = CardRequest(
            token: job.token, paymentMethodID: job.paymentMethodID, issuerID: job.issuerID)
        do {
            return GatewayAnswer(try await client.addCard(request, to: customer), GatewayCard.init)
        } catch {
            throw Classifier.gatewayError(error, at: .addCard)
        }
    }

    /// Makes a saved card the customer's default one.
    public func makeDefault(
        _ card: CardID, of customer: CustomerID
    ) async throws(GatewayError) -> GatewayAnswer<Void> {
        var changes = CustomerChanges()
        changes.defaultCard = card.description
        do {
            return GatewayAnswer(try await client.updateCustomer(customer, changes)) { _ in }
        } catch {
            throw Classifier.gatewayError(error, at: .updateCustomer)
        }
    }
}

extension GatewayAnswer {
    init<Other>(_ answer: MercadoPagoAnswer<Other>, _ value: (Other) -> Value) {
        self.init(value(answer.value), requestID: answer.requestID, requests: answer.requests)
    }
}
