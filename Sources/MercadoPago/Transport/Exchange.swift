import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Reads one answer, on one event loop, up to a size.
final class Exchange: HTTPClientResponseDelegate {
    typealias Response = RawAnswer

    private struct Received {
        var head: RawAnswer?
        var body: ByteBuffer?
    }

    /// Only touched on the loop that the call was made with; the box checks that.
    private let received: NIOLoopBoundBox<Received>
    private let witness: SendWitness
    private let hasBody: Bool
    private let sizeMax: Int

    init(on loop: any EventLoop, witness: SendWitness, hasBody: Bool, sizeMax: Int) {
        received = .makeBoxSendingValue(Received(), eventLoop: loop)
        self.witness = witness
        self.hasBody = hasBody
        self.sizeMax = sizeMax
    }

    func didSendRequestHead(task: HTTPClient.Task<RawAnswer>, _ head: HTTPRequestHead) {
        // A request with a body is witnessed where the body is asked for.
        if !hasBody { witness.sendingBegins() }
    }

    func didReceiveHead(task: HTTPClient.Task<RawAnswer>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        let answer = RawAnswer(head)
        received.value.head = answer
        if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }), length > sizeMax {
            return task.eventLoop.makeFailedFuture(TooLargeAnswer(head: answer))
        }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<RawAnswer>, _ part: ByteBuffer) -> EventLoopFuture<Void> {
        let size = (received.value.body?.readableBytes ?? 0) + part.readableBytes
        guard size <= sizeMax else {
            return task.eventLoop.makeFailedFuture(
                TooLargeAnswer(head: received.value.head ?? RawAnswer(status: 0)))
        }
        if received.value.body == nil {
            // The usual case: the whole body in one part, which is kept as it came.
            received.value.body = part
        } else {
            received.value.body?.writeImmutableBuffer(part)
        }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didFinishRequest(task: HTTPClient.Task<RawAnswer>) throws -> RawAnswer {
        guard var answer = received.value.head else { throw HTTPClientError.remoteConnectionClosed }
        answer.body = received.value.body
        return answer
    }
}

/// An answer as it came.
struct RawAnswer: Sendable {
    var status: Int
    var requestID: String?
    var retryAfter: String?
    var date: String?
    var body: ByteBuffer?

    init(status: Int, requestID: String? = nil, body: ByteBuffer? = nil) {
        self.status = status
        self.requestID = requestID
        self.body = body
    }

    init(_ head: HTTPResponseHead) {
        status = Int(head.status.code)
        requestID = head.headers.first(name: "x-request-id").flatMap(RequestID.checked)
        guard status >= 400 else { return }
        retryAfter = head.headers.first(name: "retry-after")
        date = head.headers.first(name: "date")
    }

    /// The body's bytes, in place.
    var bytes: ByteBufferView { body?.readableBytesView ?? ByteBufferView() }
}

/// The answer is larger than the limit; what it was is known from its head alone.
struct TooLargeAnswer: Error {
    let head: RawAnswer
}

enum RequestID {
    /// Nil unless `text` is what ids are made of: it goes into logs and events as it is.
    static func checked(_ text: some StringProtocol) -> String? {
        guard (1...128).contains(text.utf8.count), text.utf8.allSatisfy(isPart) else { return nil }
        return String(text)
    }

    private static func isPart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: ":"):
            true
        default: false
        }
    }
}
