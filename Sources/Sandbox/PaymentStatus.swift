/// Where a payment stands (Mercado Pago's API reference).
enum PaymentStatus: String, Sendable, CaseIterable {
    /// → approved, authorized, rejected or cancelled.
    case pending
    /// → approved, authorized, rejected or cancelled.
    case inProcess = "in_process"
    /// → approved (captured) or cancelled.
    case authorized
    /// → refunded, charged back or in mediation.
    case approved
    /// → approved, refunded or charged back.
    case inMediation = "in_mediation"
    /// Final.
    case rejected
    /// Final.
    case cancelled
    /// Final.
    case refunded
    /// Final; its detail still says how the dispute ended.
    case chargedBack = "charged_back"

    /// Whether the answer shows the payer's e-mail and document (Mercado Pago's API reference).
    var showsPayer: Bool {
        switch self {
        case .approved, .refunded, .chargedBack: true
        case .pending, .inProcess, .authorized, .inMediation, .rejected, .cancelled: false
        }
    }

    /// Whether a bank has said yes to it and nobody has taken that back.
    var hasAuthorization: Bool {
        switch self {
        case .authorized, .approved, .inMediation, .refunded, .chargedBack: true
        case .pending, .inProcess, .rejected, .cancelled: false
        }
    }
}
