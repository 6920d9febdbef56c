import ExactJSON
import HTTPTypes
import Hummingbird
import Kafka
import Logging
import NIOCore
import ServiceLifecycle

/// The control port of an embedded broker: takes faults as JSON, on loopback only.
package struct BrokerControl: Service {
    private let faults: BrokerFaults
    private let logger: Logger
    private let onListening: @Sendable (_ url: String) async -> Void

    /// A server that tells `onListening` its address once it takes connections.
    ///
    /// - Parameters:
    ///   - broker: A cluster of one broker.
    ///   - topics: Its topics.
    ///   - logger: Where the server's log lines go.
    ///   - onListening: What to do with the address.
    package init(
        _ broker: EmbeddedBroker, topics: Set<String>, logger: Logger,
        onListening: @escaping @Sendable (_ url: String) async -> Void
    ) {
        faults = BrokerFaults(broker, topics: topics)
        self.logger = logger
        self.onListening = onListening
    }

    /// Serves until the task is cancelled or a surrounding service group shuts down gracefully.
    package func run() async throws {
        let onListening = onListening
        let host = "127.0.0.1"
        let application = Application(
            responder: BrokerControlResponder(faults: faults),
            configuration: ApplicationConfiguration(address: .hostname(host, port: 0), serverName: nil),
            onServerRunning: { channel in
                if let port = channel.localAddress?.port { await onListening("http://\(host):\(port)") }
            },
            logger: logger)
        try await application.run()
    }
}

/// Nothing of a connection is needed.
struct BrokerControlContext: InitializableFromSource, Sendable {
    init(source: ApplicationRequestContextSource) {}
}

/// `POST`, `GET` and `DELETE /faults`.
struct BrokerControlResponder: HTTPResponder {
    static let bodyMax = 1 << 20

    let faults: BrokerFaults

    func respond(to request: Request, context: BrokerControlContext) async throws -> Response {
        guard request.uri.path == "/faults" else {
            return Self.refusal(.notFound, "there is only /faults")
        }
        do {
            switch request.method {
            case .post:
                try await faults.order(try await Self.body(of: request))
                return Self.response(.created, try await faults.describe())
            case .delete: try await faults.clear()
            case .get: break
            default: return Self.refusal(.methodNotAllowed, "faults are posted, read and deleted")
            }
            return Self.response(.ok, try await faults.describe())
        } catch let refusal as FaultRefusal {
            return Self.refusal(.badRequest, refusal.text)
        } catch let error as KafkaError {
            return Self.refusal(.internalServerError, "the embedded broker: \(error)")
        }
    }

    private static func body(of request: Request) async throws -> [UInt8] {
        var request = request
        guard let body = try? await request.collectBody(upTo: bodyMax) else {
            throw FaultRefusal("the body is larger than \(bodyMax) bytes, or ends early")
        }
        return Array(body.readableBytesView)
    }

    private static func refusal(_ status: HTTPResponse.Status, _ text: String) -> Response {
        response(status, ["error": .string(text)])
    }

    private static func response(_ status: HTTPResponse.Status, _ json: JSON) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.serialized())))
    }
}
