import ExactJSON
import PaymentJobs

@testable import Pipeline

enum Sample {
    static func charge(
        _ id: String = "job-1", account: String? = nil, amount: String = "100.50", card: String? = nil,
        expiresAt: Int64? = nil
    ) -> InboundMessage {
        var fields: JSONObject = ["job_id": .string(id), "customer_id": "123456789-jxOV430go9fx2e"]
        fields["expires_at"] = expiresAt.map { .string(Moment(milliseconds: $0).description) }
        if let card {
            fields["card_id"] = .string(card)
        } else {
            fields["token"] = "ff8080814c11e237014c1ff593b57b4d"
        }
        fields["transaction_amount"] = .string(amount)
        fields["account"] = account.map(JSON.string)
        return message(.chargeSavedCard, fields)
    }

    static func register(_ id: String = "card-1", email: String? = nil) -> InboundMessage {
        var fields: JSONObject = ["job_id": .string(id), "token": "9b2d63e00d66a8c721607214cedaecda"]
        if let email {
            fields["customer"] = ["email": .string(email)]
        } else {
            fields["customer_id"] = "123456789-jxOV430go9fx2e"
        }
        return message(.registerCard, fields)
    }

    static func operation(
        _ kind: JobKind, amount: String? = nil, id: String = "op-1"
    ) -> InboundMessage {
        var fields: JSONObject = ["job_id": .string(id), "payment_id": 7]
        fields["amount"] = amount.map(JSON.string)
        return message(kind, fields)
    }

    private static func message(_ kind: JobKind, _ fields: JSONObject) -> InboundMessage {
        InboundMessage(
            topicKind: kind, key: Array("customer".utf8), value: JSON.object(fields).serialized(),
            timestamp: 1_700_000_000_000)
    }

    static func work(
        _ offset: Int64, tenure: Int = 1, key: String? = "a", _ message: InboundMessage = charge(),
        history: History = .fresh
    ) -> Work {
        let ticket = Ticket(tenure: tenure, offset: offset)
        let lane = key.map { Lane.key(tenure: tenure, Array($0.utf8)) } ?? .alone(ticket)
        let origin = Origin(topic: "jobs", partition: 0, offset: offset, consumerGroup: "group")
        return Work(ticket: ticket, lane: lane, message: message, origin: origin, history: history)
    }

    static func payment(
        _ id: Int64, _ status: String = "approved", _ detail: String = "accredited"
    ) -> GatewayPayment {
        GatewayPayment(
            facts: PaymentFacts(id: id, status: PaymentStatus(rawValue: status), statusDetail: detail))
    }

    static let fault = GatewayFault(httpStatus: 500, message: "internal error", requestID: "r-1")
}
