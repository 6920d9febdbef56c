import PaymentJobs

@testable import Pipeline

/// One combination of the table of charges.
struct ChargeRow: CustomStringConvertible {
    /// What an earlier tenure did, and whether this one has to reckon with it.
    enum Past: CaseIterable {
        case fresh, maybeNothing, maybePaid, maybePaidNameless
    }

    var past: Past
    var acts: [ModelGateway.Act]
    var keys: ModelGateway.Keys
    var lag: Duration
    var status: (String, String)
    var expiresAfter: Duration?
    /// What becomes of making tokens; nil for a charge by token.
    var tokenActs: [ModelGateway.TokenAct]?

    var description: String {
        "\(past), \(acts), tokens \(tokenActs.map { "\($0)" } ?? "given"), keys \(keys), lag \(lag), "
            + "\(status.1), expires after \(expiresAfter.map { "\($0)" } ?? "ever")"
    }

    static let statuses = [
        ("approved", "accredited"), ("rejected", "cc_rejected_other_reason"),
        ("rejected", "cc_rejected_duplicated_payment"),
    ]

    static func rows(status: (String, String), keys: [ModelGateway.Keys]) -> [ChargeRow] {
        var rows: [ChargeRow] = []
        for past in Past.allCases {
            for first in ModelGateway.Act.allCases {
                for second in ModelGateway.Act.allCases {
                    for last in [ModelGateway.Act.answered, .idleUnseen, .refused] {
                        for keys in keys {
                            for lag in [Duration.zero, .seconds(9)] {
                                let acts = [first, second, last]
                                rows.append(
                                    ChargeRow(past: past, acts: acts, keys: keys, lag: lag, status: status))
                            }
                        }
                    }
                }
            }
        }
        return rows
    }

    /// Whether nothing that was said or done leaves open what became of the job.
    private var isPlain: Bool {
        past != .maybePaidNameless && !acts.contains { $0.isDoubtful }
            && status.1 != "cc_rejected_duplicated_payment" && !(tokenActs ?? []).contains { $0 != .made }
    }

    /// What is wrong with an ending, by what the gateway really has.
    func problems(_ summary: String, _ payments: [GatewayPayment]) -> [String] {
        var problems: [String] = []
        if payments.count > 1 { problems.append("\(payments.count) payments") }
        let made = payments.first
        switch summary {
        case "charge.approved", "charge.rejected":
            if made.map({ "charge.\($0.facts.status.rawValue)" }) != summary { problems.append("not so") }
        case "charge.failed", "charge.expired", "retries-exhausted, money not-moved":
            if made != nil { problems.append("there is a payment") }
        case "outcome-unknown, money unknown":
            let isDuplicate = status.1 == "cc_rejected_duplicated_payment"
            if let made, made.jobID != nil, !isDuplicate { problems.append("the payment can be found") }
            if isPlain { problems.append("nothing is unknown") }
        default: problems.append("no such ending")
        }
        return problems
    }
}

/// How often each ending came.
struct Tally: CustomStringConvertible {
    private var endings: [String: Int] = [:]

    /// Endings that are events.
    var events: Int { endings.filter { !$0.key.contains("money") }.values.reduce(0, +) }
    /// All endings.
    var total: Int { endings.values.reduce(0, +) }

    mutating func count(_ ending: String) { endings[ending, default: 0] += 1 }

    var description: String {
        "\(total) combinations; "
            + endings.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }
}
