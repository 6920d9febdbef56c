import ExactJSON
import Hummingbird
import NIOCore

/// A call that the limiter let through.
struct AdmittedCall: Sendable {
    let call: Call
    let match: Endpoint.Match
    let action: CallAction?
    let admission: AdmissionControl.Admission
    /// Its line in the log.
    let arrival: ArrivalLog.Arrival
}

extension SandboxResponder {
    /// Works on a call, with the fault that strikes it, and notes its end.
    func carryOut(_ admitted: AdmittedCall, _ channel: any Channel) async throws -> Response {
        let work: (reply: Reply?, fault: (name: String, kind: Fault.Kind)?)
        do {
            work = try await inPlace(admitted)
        } catch {
            gateway.admissions.leave(admitted.admission)
            throw error
        }
        let isHanging = if case .hang = work.fault?.kind { true } else { false }
        // Whoever gets an answer may call again at once, and mustn't find the call before still under way.
        if !isHanging { gateway.admissions.leave(admitted.admission) }
        arrivals.answered(
            admitted.arrival, status: work.reply?.status, fault: work.fault?.name,
            at: gateway.configuration.uptime())
        if let reply = work.reply { return Self.response(reply, admitted.call.stamp) }
        if case .hang(let bound, _) = work.fault?.kind {
            await CutConnection.hang(channel, atMost: bound ?? gateway.configuration.hangMax)
            gateway.admissions.leave(admitted.admission)
        } else {
            await CutConnection.reset(channel)
        }
        // Nobody reads it: the connection is closed.
        return Response(status: .internalServerError)
    }

    /// Works on a call in one of its seller's places; `nil` for the answer where the connection is to be cut.
    private func inPlace(
        _ admitted: AdmittedCall
    ) async throws -> (Reply?, (name: String, kind: Fault.Kind)?) {
        let places = admitted.admission.account.map { gateway.admissions.places[$0] }
        try await places?.enter()
        defer { places?.leave() }
        let latency = gateway.admissions.latency(admitted.admission.account)
        if latency > .zero { try await Task.sleep(for: latency) }
        let fault = await draw(admitted)
        return (try await answer(admitted.call, admitted.match, fault?.kind), fault)
    }

    /// The answer with its fault; `nil` where the connection is to be cut.
    private func answer(_ call: Call, _ match: Endpoint.Match, _ fault: Fault.Kind?) async throws -> Reply? {
        switch fault {
        case nil: return try await gateway.answer(call, match, slow: .zero)
        case .latency(let pause):
            try await Task.sleep(for: pause)
            return try await gateway.answer(call, match, slow: .zero)
        case .slow(let pause): return try await gateway.answer(call, match, slow: pause)
        case .instead(let reply, let after):
            if after { _ = try await gateway.answer(call, match, slow: .zero) }
            return reply
        case .truncated: return try await gateway.answer(call, match, slow: .zero).truncated
        case .drip(let time, let pieces):
            var reply = try await gateway.answer(call, match, slow: .zero)
            reply.drip = (time, pieces)
            return reply
        case .reset(let after), .hang(_, let after):
            if after { _ = try await gateway.answer(call, match, slow: .zero) }
            return nil
        }
    }

    private func draw(_ admitted: AdmittedCall) async -> (name: String, kind: Fault.Kind)? {
        guard await faults.isArmed else { return nil }
        let (call, match) = (admitted.call, admitted.match)
        let body = try? JSON(parsing: call.body)
        var holder = body?["cardholder"]?["name"]?.string
        var reference = body?["external_reference"]?.string ?? call.query["external_reference"]
        let named = match.paymentID
        for seller in gateway.sellers {
            if let named, let payment = await seller.payments[named] {
                holder = holder ?? payment.card.holder
                reference = reference ?? payment.request.externalReference
            } else if holder == nil {
                holder = await seller.holder(token: body?["token"]?.string, cardID: body?["card_id"]?.text)
            }
        }
        return await faults.draw(
            CallTraits(
                method: call.method, template: match.template, path: call.path,
                action: admitted.action, account: admitted.admission.account, holder: holder,
                externalReference: reference))
    }
}
