import ExactJSON
import PaymentJobs

/// What the pipeline needs of a payment gateway: one seller's account at it.
///
/// An implementation makes each call once, without a retry of its own: whether to call again is decided by
/// who knows the whole job.
public protocol PaymentGateway: Sendable {
    /// Makes the payment that `job` asks for, or answers with the one already made under `key`.
    ///
    /// The body depends on `job` and `token` alone, so that a repeated call is byte-identical, and carries the
    /// job's id and digest in the payment's metadata.
    func createPayment(
        for job: ChargeSavedCard, token: CardToken, key: IdempotencyKey
    ) async throws(GatewayError) -> GatewayAnswer<GatewayPayment>

    /// The payments of the last twelve months that carry the job's external reference, which may be shared, or
    /// its id.
    ///
    /// The index lags: finding nothing right after a call proves nothing.
    func payments(
        referencedBy job: ChargeSavedCard
    ) async throws(GatewayError) -> GatewayAnswer<[GatewayPayment]>

    /// Reads a payment.
    func payment(_ id: PaymentID) async throws(GatewayError) -> GatewayAnswer<GatewayPayment>

    /// Takes a reserved amount; all of it where `amount` is nil.
    func capturePayment(
        _ id: PaymentID, amount: ExactDecimal?, key: IdempotencyKey
    ) async throws(GatewayError) -> GatewayAnswer<GatewayPayment>

    /// Ends a payment that isn't decided yet, or releases a reserved amount.
    func cancelPayment(
        _ id: PaymentID, key: IdempotencyKey
    ) async throws(GatewayError) -> GatewayAnswer<GatewayPayment>

    /// Gives a payment back, or `amount` of it, or answers with the refund already made under `key`.
    ///
    /// The refund carries the job's id and digest in its metadata.
    func refundPayment(
        for job: PaymentOperation, amount: ExactDecimal?, key: IdempotencyKey
    ) async throws(GatewayError) -> GatewayAnswer<GatewayRefund>

    /// All refunds of a payment.
    func refunds(of id: PaymentID) async throws(GatewayError) -> GatewayAnswer<[GatewayRefund]>

    /// Makes a single-use token of a saved card without its security code, for the one charge that follows.
    ///
    /// That moves no money, and a token that is never used expires: whatever becomes of the call, it may be
    /// made again. The gateway allows charges with such a token only to accounts that it has enabled for them.
    func createToken(
        of card: CardID, customer: CustomerID
    ) async throws(GatewayError) -> GatewayAnswer<CardToken>

    /// What the gateway knows of a card token; reading doesn't use it up.
    func cardToken(_ token: CardToken) async throws(GatewayError) -> GatewayAnswer<GatewayToken>

    /// The customers whose address equals `email`; a gateway that ignores the filter must not add others.
    func customers(email: Secret<String>) async throws(GatewayError) -> GatewayAnswer<[CustomerID]>

    /// Makes a customer; nil where one with this address exists already.
    func createCustomer(_ details: CustomerDetails) async throws(GatewayError) -> GatewayAnswer<CustomerID?>

    /// The cards saved for `customer`.
    func cards(of customer: CustomerID) async throws(GatewayError) -> GatewayAnswer<[GatewayCard]>

    /// Saves the card of `job`'s token for `customer`.
    func addCard(
        for job: RegisterCard, to customer: CustomerID
    ) async throws(GatewayError) -> GatewayAnswer<GatewayCard>

    /// Makes a saved card the customer's default one.
    func makeDefault(
        _ card: CardID, of customer: CustomerID
    ) async throws(GatewayError) -> GatewayAnswer<Void>

    /// Reads the account's secret again, after the gateway has refused it; true where it has changed.
    func refreshCredentials() async -> Bool
}

extension PaymentGateway {
    /// False: the secret of a gateway that says nothing of it never changes.
    public func refreshCredentials() async -> Bool { false }
}
