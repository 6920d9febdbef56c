import ExactJSON
import PaymentJobs
import Pipeline

@testable import MercadoPago

/// What the pipeline sees of a payment, as texts to compare.
struct GatewayPaymentView {
    let jobID: String?
    let digest: String?
    let lastFourDigits: String?
    let cardID: String?
    let amount: String?
    let detail: String?

    init(_ payment: Payment) {
        let known = GatewayPayment(payment)
        jobID = known.jobID
        digest = known.digest
        lastFourDigits = known.facts.lastFourDigits
        cardID = known.facts.cardID
        amount = known.facts.transactionAmount?.description
        detail = known.facts.statusDetail
    }
}
