import ExactJSON
import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore

/// What the responder needs to know of a connection: how to cut it, and when the request began to arrive.
struct SandboxContext: InitializableFromSource, Sendable {
    let channel: any Channel
    /// In nanoseconds of the monotonic clock; `nil` where nobody watched.
    var arrival: Int64?

    init(channel: any Channel, arrival: Int64) {
        self.channel = channel
        self.arrival = arrival
    }

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

    /// The answer to a request, dated by the sandbox's clock; 500 where the server stops in the middle.
    func answer(_ request: Request, _ context: SandboxContext) async -> Response {
        var response =
            (try? await respond(to: request, context: context)) ?? Response(status: .internalServerError)
        response.headers[.date] = response.headers[.date] ?? gateway.now.httpDate
        return response
    }

    func respond(to request: Request, context: SandboxContext) async throws -> Response {
        let arrival = context.arrival ?? gateway.configuration.uptime()
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
        let admission = gateway.admissions.enter(gateway.account(of: call), at: arrival)
        let match = Endpoint.match(method: call.method, path: call.path)
        let action = match.endpoint.flatMap { CallAction($0, body: try? JSON(parsing: call.body)) }
        let noted = arrivals.arrived(
            call, template: match.template, action: action, at: arrival, admission: admission)
        if let (limiter, wait) = admission.refusal {
            let reply = limiter.reply(wait: wait, now: gateway.now)
            gateway.admissions.leave(admission)
            arrivals.answered(noted, status: reply.status, fault: nil, at: gateway.configuration.uptime())
            return Self.response(reply, stamp)
        }
        return try await carryOut(
            AdmittedCall(call: call, match: match, action: action, admission: admission, arrival: noted),
            context.channel)
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

    static func response(_ reply: Reply, _ stamp: Stamp) -> Response {
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
