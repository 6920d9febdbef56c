import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import PaymentJobs
import Synchronization

/// Sends calls and reads raw answers, over AsyncHTTPClient.
///
/// Its delegate interface is used rather than `async execute`, for three reasons: the deadline covers the
/// answer's body too (that of `async execute` ends with the head), the address is parsed once per endpoint
/// instead of once per call, and whether the request was sent can be told exactly: see ``SendWitness``.
///
/// No logger and no tracer is ever passed to it: both would write addresses, which hold e-mails and tokens.
struct Transport: Sendable {
    private let http: HTTPClient
    private let eventLoopGroup: any EventLoopGroup
    private let callTimeout: TimeAmount
    private let responseSizeMax: Int
    private let base: BaseURL
    private let readHeaders: HTTPHeaders
    private let writeHeaders: HTTPHeaders
    /// Requests without body, for the endpoints whose address is always the same.
    private let templates: [String: HTTPClient.Request]

    init(_ configuration: MercadoPagoConfiguration, base: BaseURL, eventLoopGroup: any EventLoopGroup) {
        self.base = base
        self.eventLoopGroup = eventLoopGroup
        callTimeout = TimeAmount(configuration.callTimeout)
        responseSizeMax = configuration.responseSizeMax
        http = HTTPClient(eventLoopGroup: eventLoopGroup, configuration: .init(configuration))
        readHeaders = [
            "accept": "application/json", "accept-encoding": "identity",
            "user-agent": configuration.userAgent,
        ]
        var writeHeaders = readHeaders
        writeHeaders.add(name: "content-type", value: "application/json")
        self.writeHeaders = writeHeaders
        templates = ["/v1/payments", "/v1/customers", "/v1/card_tokens"].reduce(into: [:]) {
            templates, path in
            templates[path] = try? HTTPClient.Request(
                url: base.text + path, method: .POST, headers: writeHeaders)
        }
    }

    func shutdown() async {
        // The one error it has is that it was shut down before.
        try? await http.shutdown()
    }

    /// Makes the call once, in the name of the seller whose access token it is.
    func exchange(_ call: Call, as token: AccessToken) async throws(MercadoPagoError) -> RawAnswer {
        guard !Task.isCancelled else { throw .notSent(.init(.cancelled)) }
        let witness = SendWitness()
        guard var request = request(for: call, witness) else { throw .notSent(.init(.invalidAddress)) }
        token.bearer.reveal { request.headers.add(name: "authorization", value: $0) }
        let loop = eventLoopGroup.any()
        let exchange = Exchange(
            on: loop, witness: witness, hasBody: call.body != nil, sizeMax: responseSizeMax)
        let deadline = NIODeadline.now() + callTimeout
        let task = http.execute(
            request: request, delegate: exchange, eventLoop: preference(for: call, loop), deadline: deadline)
        do {
            return try await withTaskCancellationHandler {
                try await task.futureResult.get()
            } onCancel: {
                task.cancel()
            }
        } catch let error as TooLargeAnswer {
            throw .unreadable(.init(error.head, why: "more than \(responseSizeMax) bytes"))
        } catch {
            let fault = TransportFault(error)
            throw witness.mayHaveBeenSent ? .interrupted(fault) : .notSent(fault)
        }
    }

    /// A write without a body is witnessed when its head has been sent, which is told on the call's loop: so
    /// that nothing can fail it in between, its connection has to be on that same loop.
    private func preference(for call: Call, _ loop: any EventLoop) -> HTTPClient.EventLoopPreference {
        call.endpoint.isWrite && call.body == nil ? .delegateAndChannel(on: loop) : .delegate(on: loop)
    }

    private func request(for call: Call, _ witness: SendWitness) -> HTTPClient.Request? {
        let method = HTTPMethod(rawValue: call.endpoint.method.rawValue)
        guard let body = call.body else {
            return try? HTTPClient.Request(url: base.text + call.path, method: method, headers: readHeaders)
        }
        var request =
            (method == .POST ? templates[call.path] : nil)
            ?? (try? HTTPClient.Request(url: base.text + call.path, method: method, headers: writeHeaders))
        if let key = call.idempotencyKey { request?.headers.add(name: "x-idempotency-key", value: key) }
        let buffer = ByteBuffer(bytes: body)
        request?.body = .stream(contentLength: Int64(body.count)) { writer in
            witness.sendingBegins()
            return writer.write(.byteBuffer(buffer))
        }
        return request
    }
}

/// Whether a request may have reached the gateway.
///
/// AsyncHTTPClient asks for the body on the call's event loop, after the head was written and only if the
/// call hasn't failed yet, and it fails calls on that same loop. So where the body was never asked for, no
/// byte of it was sent and none will be: a request without its body can't be done. Where it was asked for,
/// nobody can tell how much arrived. A library that calls an error "before sending" can't be wrong about
/// money this way. A deletion has no body; its head is written and witnessed in one turn of one loop.
final class SendWitness: Sendable {
    private let isSending = Atomic(false)

    func sendingBegins() { isSending.store(true, ordering: .releasing) }

    var mayHaveBeenSent: Bool { isSending.load(ordering: .acquiring) }
}

extension TimeAmount {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self = .nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
