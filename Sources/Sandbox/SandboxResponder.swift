import ExactJSON
import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore

/// What the responder needs to know of a connection: how to cut it.
struct SandboxContext: InitializableFromSource, Sendable {
    let channel: any Channel

    init(source: ApplicationRequestContextSource) { channel = source.channel }
}

/// Takes a request off the wire, lets the armed faults have it, and puts the answer back.
struct SandboxResponder: HTTPResponder {
    let gateway: Gateway
    let control: Control
    let arrivals: ArrivalLog
    let faults: FaultBoard

    init(_ configuration: SandboxConfiguration) {
        gateway = Gateway(configuration)
        arrivals = ArrivalLog(requestsMax: configuration.requestsMax)
        faults = FaultBoard(faultsMax: configuration.faultsMax)
        control = Control(gateway: gateway, arrivals: arrivals, faults: faults)
    }

    func respond(to request: Request, context: SandboxContext) async throws -> Response {
        let stamp = Stamp(
            requestID: UUID().uuidString.lowercased(),
            now: Instant(milliseconds: gateway.configuration.now()))
        guard let call = await call(request, stamp) else {
            let refusal = Refusal.plain(
                status: 413, error: "request_entity_too_large", "The body is too large")
            return Self.response(refusal.reply(stamp), stamp)
        }
        if call.path.hasPrefix(Control.prefix) {
            return Self.response(await control.answer(call), stamp)
        }
        let match = Endpoint.match(method: call.method, path: call.path)
        let action = match.endpoint.flatMap { CallAction($0, body: try? JSON(parsing: call.body)) }
        let sequence = await arrivals.arrived(call, template: match.template, action: action)
        if gateway.configuration.latency > .zero { try await Task.sleep(for: gateway.configuration.latency) }
        let fault = await draw(call, match, action)
        let reply = try await answer(call, match, fault?.kind)
        await arrivals.answered(sequence, status: reply?.status, fault: fault?.name)
        if let reply { return Self.response(reply, stamp) }
        await cut(context.channel, fault?.kind)
        // Nobody reads it: the connection is closed.
        return Response(status: .internalServerError)
    }

    private func call(_ request: Request, _ stamp: Stamp) async -> Call? {
        var request = request
        guard let body = try? await request.collectBody(upTo: gateway.configuration.bodyMax) else {
            return nil
        }
        return Call(
            method: request.method.rawValue, path: request.uri.path, query: Query(request.uri.query ?? ""),
            authorization: request.headers[.authorization],
            idempotencyKey: HTTPField.Name("X-Idempotency-Key").flatMap { request.headers[$0] },
            cardValidation: HTTPField.Name("X-Card-Validation").flatMap { request.headers[$0] },
            body: Array(body.readableBytesView), stamp: stamp)
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

    private func cut(_ channel: any Channel, _ fault: Fault.Kind?) async {
        if case .hang(let bound, _) = fault {
            await CutConnection.hang(channel, atMost: bound ?? gateway.configuration.hangMax)
        } else {
            await CutConnection.reset(channel)
        }
    }

    private func draw(
        _ call: Call, _ match: Endpoint.Match, _ action: CallAction?
    ) async -> (name: String, kind: Fault.Kind)? {
        guard await faults.isArmed else { return nil }
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
                method: call.method, template: match.template, path: call.path, action: action,
                holder: holder, externalReference: reference))
    }

    private static func response(_ reply: Reply, _ stamp: Stamp) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = reply.contentType
        for (name, value) in reply.headers + [("X-Request-Id", stamp.requestID)] {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        return Response(
            status: HTTPResponse.Status(code: reply.status), headers: headers,
            body: body(reply))
    }

    private static func body(_ reply: Reply) -> ResponseBody {
        guard let drip = reply.drip, !reply.body.isEmpty else {
            return ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body))
        }
        let bytes = reply.body
        let size = max(1, (bytes.count + drip.pieces - 1) / drip.pieces)
        return ResponseBody(contentLength: bytes.count) { writer in
            for start in stride(from: 0, to: bytes.count, by: size) {
                try await Task.sleep(for: drip.over / drip.pieces)
                try await writer.write(ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)]))
            }
            try await writer.finish(nil)
        }
    }
}

extension Endpoint.Match {
    var endpoint: Endpoint? {
        if case .endpoint(let endpoint, _) = self { endpoint } else { nil }
    }

    /// The payment that the path names.
    var paymentID: Int64? {
        guard case .endpoint(let endpoint, let ids) = self else { return nil }
        switch endpoint {
        case .readPayment, .updatePayment, .createRefund, .listRefunds, .readRefund:
            return Int64(digits: ids[0])
        default: return nil
        }
    }

    /// What the log calls it; a path that nobody serves has no name there, since it may hold anything.
    var template: String {
        switch self {
        case .endpoint(let endpoint, _): String(endpoint.template)
        case .otherMethod(let template): template
        case .nothing: "(unknown)"
        }
    }
}
