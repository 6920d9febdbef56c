import ExactJSON
import PaymentJobs

extension Payment {
    /// What the seller receives and the buyer pays, in units of the payment's currency.
    public struct Details: Sendable, Hashable {
        /// What the seller receives.
        public let netReceivedAmount: ExactDecimal?
        /// What the buyer pays in all.
        public let totalPaidAmount: ExactDecimal?
        /// What the buyer pays each time.
        public let installmentAmount: ExactDecimal?
        /// What the buyer paid beyond the amount.
        public let overpaidAmount: ExactDecimal?
        /// The acquirer's reference.
        public let acquirerReference: String?

        init(fields: JSONObject) {
            netReceivedAmount = fields.amount("net_received_amount")
            totalPaidAmount = fields.amount("total_paid_amount")
            installmentAmount = fields.amount("installment_amount")
            overpaidAmount = fields.amount("overpaid_amount")
            acquirerReference = fields.text("acquirer_reference")
        }
    }

    /// A fee.
    public struct Fee: Sendable, Hashable {
        /// Such as `mercadopago_fee`.
        public let type: String?
        /// In units of the payment's currency.
        public let amount: ExactDecimal?
        /// Who pays it, such as `collector`.
        public let payer: String?

        init(fields: JSONObject) {
            type = fields.text("type")
            amount = fields.amount("amount")
            payer = fields.text("fee_payer")
        }
    }

    /// The card that paid.
    public struct Card: Sendable, Hashable {
        /// The saved card's id; nil for one that isn't saved.
        public let id: String?
        /// The first six digits of its number.
        public let firstSixDigits: String?
        /// The last four digits of its number.
        public let lastFourDigits: String?
        /// 1 to 12; nil where masked.
        public let expirationMonth: Int?
        /// Four digits; nil where masked.
        public let expirationYear: Int?
        /// The name on the card.
        public let cardholderName: Secret<String>?

        init(fields: JSONObject) {
            id = fields.text("id")
            firstSixDigits = fields.digits("first_six_digits", count: 6)
            lastFourDigits = fields.digits("last_four_digits", count: 4)
            expirationMonth = fields.int("expiration_month")
            expirationYear = fields.int("expiration_year")
            cardholderName = fields.object("cardholder")?.secret("name")
        }
    }

    /// Who pays.
    ///
    /// Mercado Pago tells e-mail and document of approved, refunded and charged back payments only ([C] spec).
    public struct Payer: Sendable, Hashable {
        /// The payer's own user id, which is not the id of a ``Customer`` ([C] recorded).
        public let id: String?
        /// `customer`, `registered` or `guest`.
        public let type: String?
        /// The e-mail address.
        public let email: Secret<String>?
        /// The given name.
        public let firstName: Secret<String>?
        /// The family name.
        public let lastName: Secret<String>?
        /// The identity document.
        public let identification: Identification?

        init(fields: JSONObject) {
            id = fields.filled("id")
            type = fields.filled("type")
            email = fields.secret("email")
            firstName = fields.secret("first_name")
            lastName = fields.secret("last_name")
            identification = fields.object("identification").flatMap(Identification.init(fields:))
        }
    }
}
