import ExactJSON
import PaymentJobs

/// A message to send, and what must become of it.
struct DemoMessage: Sendable {
    /// The CloudEvents id, which the answer names as its cause.
    var id: String
    var part: DemoPart
    /// Nil where the value holds none.
    var jobID: String?
    var key: String
    var value: [UInt8]

    var kind: JobKind { part.kind }
}

/// Everything that the demo sends, in order.
struct DemoScript: Sendable {
    private(set) var messages: [DemoMessage] = []
    /// The first is sent alone, to see that the worker is there.
    var warmUp: [DemoMessage] { Array(messages.prefix(1)) }
    /// What is timed.
    var mix: [DemoMessage] { messages.dropFirst().filter { $0.part.fault == nil } }
    /// Jobs with an armed fault come last, because a 429 makes the whole account wait.
    var faulty: [DemoMessage] { messages.filter { $0.part.fault != nil } }
    private var random = SplitMix(seed: 20_261_123)
    private var jobs = 0

    /// Customers with tokens, and tokens of cards that nobody has saved yet.
    struct Supplies: Sendable {
        var customers: [DemoPart: [SandboxCustomer]]
        var newCardTokens: [String]
        var otherCardTokens: [String]
    }

    /// The messages for `counts` jobs; `supplies` must last for them.
    init(_ counts: [DemoPart: Int], _ supplies: Supplies) {
        var supplies = supplies
        var mixed: [DemoPart] = []
        for part in DemoPart.allCases where !DemoPart.specials.contains(part) {
            let first = part == .newCustomer ? 1 : 0
            mixed += Array(repeating: part, count: (counts[part] ?? 0) - first)
        }
        mixed.shuffle(using: &random)
        for part in [.newCustomer] + mixed + DemoPart.specials { add(part, &supplies) }
    }

    private mutating func add(_ part: DemoPart, _ supplies: inout Supplies) {
        jobs += 1
        let jobID = "demo-" + String(String(10_000 + jobs).dropFirst())
        let customer = part.needsCustomer ? supplies.customers[part]?.popLast() : nil
        switch part {
        case .newCustomer:
            let email = "test_payer_\(900_000 + jobs)@testuser.com"
            let fields: JSONObject = [
                "job_id": .string(jobID),
                "customer": ["email": .string(email), "first_name": "Ana", "last_name": "Pérez"],
                "token": JSON(supplies.newCardTokens.popLast()),
            ]
            send(part, jobID, key: email, fields)
        case .savedCard, .otherCard:
            let token = part == .savedCard ? customer?.tokens.first : supplies.otherCardTokens.popLast()
            let fields: JSONObject = [
                "job_id": .string(jobID), "customer_id": JSON(customer?.id), "token": JSON(token),
            ]
            send(part, jobID, key: customer?.id ?? jobID, fields)
        case .poison:
            messages.append(
                DemoMessage(
                    id: jobID, part: part, jobID: nil, key: "poison", value: Array("{\"job_id\": \"demo".utf8)
                ))
        default:
            charge(part, jobID, customer, &supplies)
        }
    }

    private mutating func charge(
        _ part: DemoPart, _ jobID: String, _ customer: SandboxCustomer?, _ supplies: inout Supplies
    ) {
        let stranger = "1000000000-\(jobs)demo"
        let owner = part == .unknownCustomer ? stranger : customer?.id ?? stranger
        var fields: JSONObject = [
            "job_id": .string(jobID), "customer_id": .string(owner),
            "token": .string(customer?.tokens.first ?? "none"), "transaction_amount": amount(),
            "installments": JSON([1, 1, 1, 3, 6].randomElement(using: &random) ?? 1),
            "description": "Cobrador demo",
        ]
        switch part {
        case .reserved: fields["capture"] = false
        case .unknownAccount: fields["account"] = "somebody-else"
        case .invalid:
            fields["transaction_amount"] = "-5.00"
            fields["instalments"] = 3
        case .burntToken:
            // The same customer pays with the same token twice: the second time nobody can tell what it did.
            send(.approved, jobID + "-before", key: owner, fields.renamed(jobID + "-before"))
        default: break
        }
        send(part, jobID, key: owner, fields)
        if part == .sentTwice { send(part, jobID, key: owner, fields, suffix: "-again") }
    }

    private mutating func send(
        _ part: DemoPart, _ jobID: String, key: String, _ fields: JSONObject, suffix: String = ""
    ) {
        messages.append(
            DemoMessage(
                id: jobID + suffix, part: part, jobID: jobID, key: key,
                value: JSON.object(fields).serialized()))
    }

    /// Prices as shops have them.
    private mutating func amount() -> JSON {
        let units = Int.random(in: 3...480, using: &random) * 25
        let cents = ["00", "50", "90", "99"].randomElement(using: &random) ?? "00"
        return .string("\(units).\(cents)")
    }
}

extension JSONObject {
    fileprivate func renamed(_ jobID: String) -> JSONObject {
        var copy = self
        copy["job_id"] = .string(jobID)
        return copy
    }
}

/// Sebastiano Vigna's SplitMix64: the demo is the same each time.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
