import ExactJSON
import Synchronization

/// What arrived and how it was answered: no bodies, no ids, no tokens, no addresses.
final class ArrivalLog: Sendable {
    /// One call.
    struct Arrival: Sendable {
        /// Its number in the order in which the calls were taken in.
        let sequence: Int
        let wall: Instant
        /// When its head had arrived, in nanoseconds of the monotonic clock.
        let time: Int64
        let admission: AdmissionControl.Admission
        let method: String
        let template: String
        let action: String?
        let key: String?
        /// `nil` while it is being answered, and for good where the connection was cut.
        var status: Int?
        var fault: String?
        /// When it was answered or cut.
        var end: Int64?
    }

    private struct State {
        var ring: [Arrival] = []
        var total = 0
        var limited = 0
        var answers: [String: [String: Int]] = [:]
        var actions: [String: [String: Int]] = [:]
        var struck: [String: Int] = [:]
    }

    private let state = Mutex(State())
    private let requestsMax: Int

    init(requestsMax: Int) {
        precondition(requestsMax > 0, "a log of nothing can't be read")
        self.requestsMax = requestsMax
    }

    /// Notes a call that arrived at `time`, in nanoseconds of the monotonic clock.
    func arrived(
        _ call: Call, template: String, action: CallAction? = nil, at time: Int64,
        admission: AdmissionControl.Admission
    ) -> Arrival {
        state.withLock { state in
            let arrival = Arrival(
                sequence: state.total, wall: call.now, time: time, admission: admission, method: call.method,
                template: template, action: action?.rawValue, key: call.idempotencyKey)
            if state.ring.count < requestsMax {
                state.ring.append(arrival)
            } else {
                state.ring[state.total % requestsMax] = arrival
            }
            state.total += 1
            if admission.refusal != nil { state.limited += 1 }
            return arrival
        }
    }

    /// Notes what became of a call; `status` is `nil` where the connection was cut instead.
    func answered(_ arrival: Arrival, status: Int?, fault: String?, at time: Int64) {
        let answer = status.map(String.init) ?? "cut"
        state.withLock { state in
            if let fault { state.struck[fault, default: 0] += 1 }
            state.answers["\(arrival.method) \(arrival.template)", default: [:]][answer, default: 0] += 1
            if let action = arrival.action { state.actions[action, default: [:]][answer, default: 0] += 1 }
            let index = arrival.sequence % requestsMax
            guard state.ring.indices.contains(index), state.ring[index].sequence == arrival.sequence,
                state.ring[index].time == arrival.time
            else { return }
            state.ring[index].status = status
            state.ring[index].fault = fault
            state.ring[index].end = time
        }
    }

    func reset() { state.withLock { $0 = State() } }

    /// The arrivals from a sequence number on, oldest first.
    func json(from first: Int, limit: Int) -> JSON {
        let (total, stored, arrivals) = state.withLock { state in
            let oldest = max(first, state.total - state.ring.count)
            let end = min(state.total, oldest + min(limit, requestsMax))
            let sequences = oldest < end ? oldest..<end : 0..<0
            return (state.total, state.ring.count, sequences.map { state.ring[$0 % requestsMax] })
        }
        return ["total": JSON(total), "stored": JSON(stored), "requests": .array(arrivals.map(\.json))]
    }

    /// How often each endpoint and each action was answered how, and which faults struck.
    var summary: JSON {
        let state = state.withLock { $0 }
        return [
            "total": JSON(state.total), "limited": JSON(state.limited),
            "answers": Self.table(state.answers), "actions": Self.table(state.actions),
            "faults": Self.counts(state.struck),
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

extension ArrivalLog.Arrival {
    /// As the log shows it; times are in whole microseconds.
    var json: JSON {
        [
            "sequence": JSON(sequence), "at_ms": JSON(wall.milliseconds), "at_us": JSON(time / 1_000),
            "account": admission.account.map { JSON($0) } ?? nil,
            "in_flight": admission.inFlight.map { JSON($0) } ?? nil,
            "method": .string(method), "path": .string(template), "action": JSON(action),
            "idempotency_key": JSON(key), "status": status.map { JSON($0) } ?? nil,
            "limited": .bool(admission.refusal != nil),
            "took_us": end.map { JSON(($0 - time) / 1_000) } ?? nil, "fault": JSON(fault),
        ]
    }
}
