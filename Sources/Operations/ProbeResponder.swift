import ExactJSON
import HTTPTypes
import Hummingbird
import NIOCore

/// What the probes need to know of a connection: nothing.
struct ProbeContext: InitializableFromSource, Sendable {
    init(source: ApplicationRequestContextSource) {}
}

/// Answers orchestrators, and people who look why a worker isn't ready.
struct ProbeResponder: HTTPResponder {
    let readiness: @Sendable () async -> ReadinessReport

    private enum Path: String {
        case live = "/health/live"
        case ready = "/health/ready"
    }

    func respond(to request: Request, context: ProbeContext) async -> Response {
        guard let path = Path(rawValue: request.uri.path) else {
            return Self.response(.notFound, ["error": "no such path"])
        }
        guard request.method == .get else {
            var response = Self.response(.methodNotAllowed, ["error": "GET only"])
            response.headers[.allow] = "GET"
            return response
        }
        let report = await readiness()
        switch path {
        case .live: return Self.response(.ok, ["live": true])
        case .ready: return Self.response(report.isReady ? .ok : .serviceUnavailable, report.json)
        }
    }

    private static func response(_ status: HTTPResponse.Status, _ json: JSON) -> Response {
        let headers: HTTPFields = [.contentType: "application/json", .cacheControl: "no-store"]
        let body = json.serialized() + [UInt8(ascii: "\n")]
        return Response(
            status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}
