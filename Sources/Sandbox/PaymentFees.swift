import ExactJSON

extension Payment {
    /// What Mercado Pago keeps: five per cent (our choice), rounded down to the site's decimals.
    private func fee(decimals: Int) -> ExactDecimal? {
        guard state.approved != nil else { return nil }
        return state.amount.part(5, of: 100, decimals: decimals)
    }

    func feeDetails(decimals: Int) -> JSON {
        guard let fee = fee(decimals: decimals) else { return [] }
        return [["type": "mercadopago_fee", "amount": fee.asJSON, "fee_payer": "collector"]]
    }

    func transactionDetails(decimals: Int) -> JSON {
        let amount = state.amount
        let net = fee(decimals: decimals).flatMap { amount.subtracting($0) }
        return [
            "payment_method_reference_id": nil,
            "net_received_amount": net?.asJSON ?? 0,
            "total_paid_amount": amount.asJSON,
            "overpaid_amount": 0,
            "external_resource_url": nil,
            "installment_amount": amount.part(1, of: request.installments, decimals: decimals)?.asJSON ?? 0,
            "financial_institution": nil,
            "payable_deferral_period": nil,
            "acquirer_reference": nil,
        ]
    }
}

extension ExactDecimal {
    /// `numerator / denominator` of an amount, rounded down; `nil` where the digits don't suffice.
    func part(_ numerator: Int64, of denominator: Int64, decimals: Int) -> ExactDecimal? {
        guard denominator > 0, let amount = rescaled(to: decimals) else { return nil }
        let (product, isTooLarge) = amount.coefficient.multipliedReportingOverflow(by: numerator)
        guard !isTooLarge else { return nil }
        return ExactDecimal(coefficient: product / denominator, scale: decimals)?.normalized
    }
}
