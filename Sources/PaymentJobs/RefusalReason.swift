/// Why a job was refused: the gateway's codes, and the conditions of the job itself, in words that stay.
///
/// An open set: a later version may know more of them, so a consumer has to bear a word that it doesn't know.
/// The gateway's own codes and words stand beside it.
public enum RefusalReason: String, Sendable, Hashable, CaseIterable {
    // MARK: The card

    /// The card token is unknown, used or expired: a new one is needed.
    case cardTokenUnusable = "card-token-unusable"
    /// The card's security code is needed: the account isn't enabled for charges without one.
    case securityCodeRequired = "security-code-required"
    /// Something about the card's data is wrong or missing: number, date, code or holder.
    case cardDataInvalid = "card-data-invalid"
    /// There is no such saved card.
    case cardNotFound = "card-not-found"
    /// The card or its token belongs to somebody else, or to other credentials.
    case cardOwnerMismatch = "card-owner-mismatch"
    /// The customer has as many cards as one may have.
    case tooManyCards = "too-many-cards"
    /// Brand and issuer can't be told from the card, or don't fit it.
    case paymentMethodInvalid = "payment-method-invalid"

    // MARK: The customer

    /// There is no such customer in this account.
    case customerNotFound = "customer-not-found"
    /// There is one with this e-mail address already.
    case customerExists = "customer-exists"
    /// Something about the customer's or the payer's data is wrong or missing.
    case customerDataInvalid = "customer-data-invalid"

    // MARK: The charge

    /// The amount is missing, malformed, or outside of what the brand takes.
    case amountInvalid = "amount-invalid"
    /// The brand doesn't take so many instalments.
    case installmentsInvalid = "installments-invalid"
    /// The marketplace's share isn't allowed, or is more than the amount.
    case applicationFeeInvalid = "application-fee-invalid"
    /// The amount can't be reserved first: not with this brand, or not in this country.
    case captureUnsupported = "capture-unsupported"

    // MARK: What is done with a payment

    /// There is no such payment in this account.
    case paymentNotFound = "payment-not-found"
    /// There is no such refund of the payment.
    case refundNotFound = "refund-not-found"
    /// The payment's state doesn't allow it.
    case stateDoesNotAllow = "state-does-not-allow"
    /// All of the payment has been given back.
    case alreadyRefunded = "already-refunded"
    /// The payment is too old to be given back.
    case refundWindowOver = "refund-window-over"
    /// Only all of the payment can be given back.
    case partialRefundUnsupported = "partial-refund-unsupported"
    /// The payment has been given back in as many parts as are possible.
    case tooManyPartialRefunds = "too-many-partial-refunds"
    /// The seller's balance doesn't cover it.
    case balanceInsufficient = "balance-insufficient"
    /// The gateway refuses the refund, and doesn't say why in any document.
    case refundRefused = "refund-refused"
    /// The gateway took the refund and then rejected or cancelled it.
    case refundCalledOff = "refund-called-off"

    // MARK: The job's own conditions

    /// The job's time was over.
    case expired
    /// The payment that the job waits for was not approved.
    case paymentNotApproved = "payment-not-approved"

    // MARK: The account and the request

    /// Account and payer, or account and payment, don't go together, or the seller isn't permitted to.
    case notPermitted = "not-permitted"
    /// The account isn't set up for it: credentials, test and live, users involved.
    case accountSetup = "account-setup"
    /// The gateway, or a part of it, was not to be reached.
    case gatewayUnavailable = "gateway-unavailable"
    /// The same request is being worked on.
    case requestInProgress = "request-in-progress"
    /// The request is malformed, or has a field that isn't known.
    case invalidRequest = "invalid-request"
    /// Nothing that is documented.
    case unknown
}
