import ExactJSON

/// Money that went back to the payer.
struct Refund: Sendable {
    /// Who asked for it.
    enum Source: String, Sendable {
        case collector, admin
    }

    let id: Int64
    let paymentID: Int64
    let amount: ExactDecimal
    let metadata: JSONObject
    let source: Source
    let created: Instant
    /// `nil` where it wasn't asked for through the API.
    let idempotencyKey: String?

    /// The refund object of a recorded answer, field for field (fixture payment_refund).
    func json(seller: SandboxAccount) -> JSON {
        [
            "id": JSON(id), "payment_id": JSON(paymentID), "amount": amount.asJSON,
            "metadata": .object(metadataEcho),
            "source": [
                "id": .string(String(seller.collectorID)), "name": "Sandbox Seller",
                "type": .string(source.rawValue),
            ],
            "date_created": .string(created.iso), "expiration_date": nil, "unique_sequence_number": nil,
            "refund_mode": "standard", "adjustment_amount": 0, "status": "approved", "reason": nil,
            "labels": [], "amount_refunded_to_payer": amount.asJSON, "additional_data": nil,
            "partition_details": [], "external_refund_id": nil,
        ]
    }

    /// As sent, in snake case; recordings since 2023 carry a `status_detail` of their own in it.
    private var metadataEcho: JSONObject {
        var echo = MetadataNames.echo(metadata)
        if echo["status_detail"] == nil { echo["status_detail"] = .null }
        return echo
    }
}
