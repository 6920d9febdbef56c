import ExactJSON

/// What arrived and how it was answered: no bodies, no ids, no tokens, no addresses.
actor ArrivalLog {
    private struct Arrival {
        let sequence: Int
        let at: Instant
        let method: String
        let template: String
        let action: String?
        let key: String?
        /// `nil` while it is being answered, and for good where the connection was cut.
        var status: Int?
        var fault: String?
    }

    private var ring: [Arrival] = []
    private var total = 0
    private var answers: [String: [String: Int]] = [:]
    private var actions: [String: [String: Int]] = [:]
    private var struck: [String: Int] = [:]
    private let requestsMax: Int

    init(requestsMax: Int) {
        precondition(requestsMax > 0, "a log of nothing can't be read")
        self.requestsMax = requestsMax
    }

    /// Notes a call and returns its number in the order of arrival.
    func arrived(_ call: Call, template: String, action: CallAction? = nil) -> Int {
        let arrival = Arrival(
            sequence: total, at: call.now, method: call.method, template: template, action: action?.rawValue,
            key: call.idempotencyKey)
        if ring.count < requestsMax { ring.append(arrival) } else { ring[total % requestsMax] = arrival }
        total += 1
        return arrival.sequence
    }

    /// Notes what became of a call; `status` is `nil` where the connection was cut instead.
    func answered(_ sequence: Int, status: Int?, fault: String?) {
        if let fault { struck[fault, default: 0] += 1 }
        let index = sequence % requestsMax
        guard ring.indices.contains(index), ring[index].sequence == sequence else { return }
        ring[index].status = status
        ring[index].fault = fault
        let endpoint = "\(ring[index].method) \(ring[index].template)"
        let answer = status.map(String.init) ?? "cut"
        answers[endpoint, default: [:]][answer, default: 0] += 1
        if let action = ring[index].action { actions[action, default: [:]][answer, default: 0] += 1 }
    }

    func reset() {
        ring = []
        total = 0
        answers = [:]
        actions = [:]
        struck = [:]
    }

    /// The arrivals from a sequence number on, oldest first.
    func json(from first: Int, limit: Int) -> JSON {
        let oldest = max(first, total - ring.count)
        let sequences = oldest < total ? oldest..<min(total, oldest + limit) : 0..<0
        let lines = sequences.map { sequence -> JSON in
            let arrival = ring[sequence % requestsMax]
            return [
                "sequence": JSON(sequence), "at_ms": JSON(arrival.at.milliseconds),
                "method": .string(arrival.method),
                "path": .string(arrival.template), "action": JSON(arrival.action),
                "idempotency_key": JSON(arrival.key),
                "status": arrival.status.map { JSON($0) } ?? nil, "fault": JSON(arrival.fault),
            ]
        }
        return ["total": JSON(total), "stored": JSON(ring.count), "requests": .array(lines)]
    }

    /// How often each endpoint and each action was answered how, and which faults struck.
    var summary: JSON {
        [
            "total": JSON(total), "answers": Self.table(answers), "actions": Self.table(actions),
            "faults": Self.counts(struck),
        ]
    }

    private static func table(_ rows: [String: [String: Int]]) -> JSON {
        let members = rows.sorted { $0.key < $1.key }.map { name, counts in
            JSONObject.Member(name: name, value: Self.counts(counts))
        }
        return JSONObject(members: members).map(JSON.object) ?? nil
    }

    private static func counts(_ counts: [String: Int]) -> JSON {
        let members = counts.sorted { $0.key < $1.key }.map {
            JSONObject.Member(name: $0.key, value: JSON($0.value))
        }
        return JSONObject(members: members).map(JSON.object) ?? nil
    }
}
