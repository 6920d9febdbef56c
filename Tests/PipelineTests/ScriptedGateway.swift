import ExactJSON
import PaymentJobs
import Pipeline

/// A gateway that answers each call as a test's script says, and notes what it was asked.
actor ScriptedGateway: PaymentGateway {
    enum Call: Hashable {
        case createPayment(job: String, key: String)
        case lookForPayments(job: String)
        case payment(Int64)
        case capture(Int64, amount: ExactDecimal?)
        case cancel(Int64)
        case refund(Int64, amount: ExactDecimal?, key: String)
        case refunds(Int64)
        case createToken(CardID)
        case cardToken
        case customers
        case createCustomer
        case cards(CustomerID)
        case addCard(CustomerID)
        case makeDefault(CardID)

        /// Whether the call changes something at the gateway.
        var changes: Bool {
            switch self {
            case .createPayment, .capture, .cancel, .refund, .createCustomer, .addCard, .makeDefault: true
            case .lookForPayments, .payment, .refunds, .createToken, .cardToken, .customers, .cards: false
            }
        }
    }

    typealias Payments =
        @Sendable (_ job: ChargeSavedCard, _ call: Int) async throws(GatewayError) -> GatewayPayment

    private(set) var calls: [Call] = []
    private(set) var running = 0
    private(set) var mostRunning = 0
    private let payments: Payments
    var token = GatewayToken(
        firstSixDigits: "503175", lastFourDigits: "0604", expirationMonth: 11, expirationYear: 2030)
    var tokenError: GatewayError?
    /// How each making of a token fails, in order; those after them succeed.
    var createTokenErrors: [GatewayError] = []
    /// The tokens that payments were made with, each call's.
    private(set) var charged: [CardToken] = []
    var found: [[CustomerID]] = []
    var created: CustomerID?
    var saved: [GatewayCard] = []
    var addResults: [Result<GatewayCard, GatewayError>] = []
    /// What is found by external reference.
    var referenced: Result<[GatewayPayment], GatewayError> = .success([])
    /// What each look at a payment finds, in order; the last one stays.
    var seen: [Result<GatewayPayment, GatewayError>] = []
    var changes: [Result<GatewayPayment, GatewayError>] = []
    var refundResults: [Result<GatewayRefund, GatewayError>] = []
    /// What each list of refunds holds, in order; the last one stays.
    var listed: [Result<[GatewayRefund], GatewayError>] = []
    var defaultResult: Result<Void, GatewayError> = .success(())

    init(payments: @escaping Payments = { (job, _) throws(GatewayError) in Sample.payment(1) }) {
        self.payments = payments
    }

    func script(_ change: @Sendable (isolated ScriptedGateway) -> Void) { change(self) }

    func createPayment(
        for job: ChargeSavedCard, token: CardToken, key: IdempotencyKey
    ) async throws(GatewayError) -> GatewayAnswer<GatewayPayment> {
        calls.append(.createPayment(job: job.jobID.description, key: key.description))
        charged.append(token)
        running += 1
        mostRunning = max(mostRunning, running)
        defer { running -= 1 }
        let earlier = calls.count {
            if case .createPayment(job.jobID.description, _) = $0 { true } else { false }
        }
        return GatewayAnswer(try await payments(job, earlier), requestID: "r-\(calls.count)")
    }

    func payments(
        referencedBy job: ChargeSavedCard
    ) throws(GatewayError) -> GatewayAnswer<[GatewayPayment]> {
        calls.append(.lookForPayments(job: job.jobID.description))
        return GatewayAnswer(try referenced.get())
    }

    func payment(_ id: PaymentID) throws(GatewayError) -> GatewayAnswer<GatewayPayment> {
        calls.append(.payment(id.rawValue))
        return GatewayAnswer(try next(&seen).get())
    }

    func capturePayment(
        _ id: PaymentID, amount: ExactDecimal?, key: IdempotencyKey
    ) throws(GatewayError) -> GatewayAnswer<GatewayPayment> {
        calls.append(.capture(id.rawValue, amount: amount))
        return GatewayAnswer(try changes.removeFirst().get())
    }

    func cancelPayment(
        _ id: PaymentID, key: IdempotencyKey
    ) throws(GatewayError) -> GatewayAnswer<GatewayPayment> {
        calls.append(.cancel(id.rawValue))
        return GatewayAnswer(try changes.removeFirst().get())
    }

    func refundPayment(
        for job: PaymentOperation, amount: ExactDecimal?, key: IdempotencyKey
    ) throws(GatewayError) -> GatewayAnswer<GatewayRefund> {
        calls.append(.refund(job.paymentID.rawValue, amount: amount, key: key.description))
        return GatewayAnswer(try refundResults.removeFirst().get())
    }

    func refunds(of id: PaymentID) throws(GatewayError) -> GatewayAnswer<[GatewayRefund]> {
        calls.append(.refunds(id.rawValue))
        return GatewayAnswer(listed.isEmpty ? [] : try next(&listed).get())
    }

    func makeDefault(_ card: CardID, of customer: CustomerID) throws(GatewayError) -> GatewayAnswer<Void> {
        calls.append(.makeDefault(card))
        return GatewayAnswer(try defaultResult.get())
    }

    private func next<Element>(_ queue: inout [Element]) -> Element {
        queue.count > 1 ? queue.removeFirst() : queue[0]
    }

    func createToken(
        of card: CardID, customer: CustomerID
    ) throws(GatewayError) -> GatewayAnswer<CardToken> {
        calls.append(.createToken(card))
        if !createTokenErrors.isEmpty { throw createTokenErrors.removeFirst() }
        guard let token = CardToken("made-\(calls.count)") else { throw .refused(Sample.fault) }
        return GatewayAnswer(token)
    }

    func cardToken(_ token: CardToken) throws(GatewayError) -> GatewayAnswer<GatewayToken> {
        calls.append(.cardToken)
        if let tokenError { throw tokenError }
        return GatewayAnswer(self.token)
    }

    func customers(email: Secret<String>) throws(GatewayError) -> GatewayAnswer<[CustomerID]> {
        calls.append(.customers)
        return GatewayAnswer(found.isEmpty ? [] : found.removeFirst())
    }

    func createCustomer(_ details: CustomerDetails) throws(GatewayError) -> GatewayAnswer<CustomerID?> {
        calls.append(.createCustomer)
        return GatewayAnswer(created)
    }

    func cards(of customer: CustomerID) throws(GatewayError) -> GatewayAnswer<[GatewayCard]> {
        calls.append(.cards(customer))
        return GatewayAnswer(saved)
    }

    func addCard(
        for job: RegisterCard, to customer: CustomerID
    ) throws(GatewayError) -> GatewayAnswer<GatewayCard> {
        calls.append(.addCard(customer))
        return GatewayAnswer(try addResults.removeFirst().get())
    }
}

/// What came out of a pipeline, in order.
actor Deliveries {
    private(set) var all: [Completion] = []
    private let bell = Bell()

    func put(_ completion: Completion) {
        all.append(completion)
        bell.ring()
    }

    /// Returns when `count` messages have left the pipeline.
    func untilCount(_ count: Int) async -> [Completion] {
        while all.count < count { await bell.wait() }
        return all
    }
}

extension Completion {
    var message: OutboundMessage? {
        if case .answered(let message) = ending { message } else { nil }
    }

    /// `ce_type`, or the dead letter's reason and money.
    var summary: String {
        guard let message else { return "abandoned" }
        if let type = message.headers.text("ce_type") { return type }
        let reason = message.headers.text("cobrador-dl-reason") ?? "?"
        return "\(reason), money \(message.headers.text("cobrador-dl-money") ?? "?")"
    }
}
