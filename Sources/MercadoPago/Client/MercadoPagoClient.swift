import AsyncHTTPClient
import ExactJSON
import NIOCore
import NIOPosix
import PaymentJobs

/// One seller's account at Mercado Pago: customers, cards, card tokens, payments and refunds.
///
/// Every call is made once: no retry, no redirect. What may be repeated, and when, is for the caller to know;
/// each ``MercadoPagoError`` says whether the call may have been done.
///
/// Facts about the API carry where they are from: [C] Mercado Pago's reference, an official SDK or a recorded
/// answer, [T] an official SDK's tests against the real API, [O] third parties' observations, [I] inference.
///
/// The event loops are the process's shared ones unless others are given: a call costs them some
/// microseconds, and a second set of threads would only compete for the same cores.
public final class MercadoPagoClient: Sendable {
    private let connections: MercadoPagoConnections
    private let accessToken: any AccessTokenSource
    private let isSharing: Bool
    /// How many results of one search are read before it counts as incomplete.
    var searchResultsMax: Int { connections.searchResultsMax }

    /// A client with connections of its own; ``shutdown()`` must be called when it isn't needed any more.
    ///
    /// - Throws: ``MercadoPagoConfigurationError`` with everything that is wrong.
    public init(
        _ configuration: MercadoPagoConfiguration,
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) throws(MercadoPagoConfigurationError) {
        let problems = configuration.problems
        guard let token = configuration.accessToken.flatMap(AccessToken.init) else {
            let missing = configuration.accessToken == nil ? ["accessToken: must be given"] : []
            throw MercadoPagoConfigurationError(problems: problems + missing)
        }
        connections = try MercadoPagoConnections(configuration, eventLoopGroup: eventLoopGroup)
        accessToken = token
        isSharing = false
    }

    /// A client of one seller on connections that others use too, and that stay the caller's to shut down.
    ///
    /// - Parameters:
    ///   - connections: The connections.
    ///   - accessToken: The seller's access token, or what has it at each call: see ``AccessTokenSource``.
    public init(sharing connections: MercadoPagoConnections, accessToken: any AccessTokenSource) {
        self.connections = connections
        self.accessToken = accessToken
        isSharing = true
    }

    /// Fails the calls that are still running, closes all connections, and waits until they are closed.
    ///
    /// A second call does nothing, and neither does one where the connections are shared.
    public func shutdown() async {
        if !isSharing { await connections.shutdown() }
    }

    /// Reads the access token again, after the gateway refused it.
    ///
    /// - Returns: Whether another one is in use now.
    public func refreshAccessToken() async -> Bool { await accessToken.refresh() }

    /// Makes the call and reads the answer as JSON.
    func answer(to call: Call) async throws(MercadoPagoError) -> MercadoPagoAnswer<JSON> {
        let raw = try await connections.transport.exchange(call, as: accessToken.current)
        guard (200..<300).contains(raw.status) else {
            throw .answered(APIError(raw))
        }
        do {
            let json = try JSON(parsing: raw.bytes)
            return MercadoPagoAnswer(json, httpStatus: raw.status, requestID: raw.requestID)
        } catch {
            throw .unreadable(.init(raw, why: "\(error)"))
        }
    }

    /// Makes the call and reads the answer as one object.
    func object<Object: GatewayObject>(
        _ type: Object.Type, from call: Call
    ) async throws(MercadoPagoError) -> MercadoPagoAnswer<Object> {
        let answer = try await answer(to: call)
        guard let object = answer.value.object.flatMap(Object.init(fields:)) else {
            throw .unreadable(answer.lacking("no \(Object.noun)"))
        }
        return answer.with(object)
    }

    /// Makes the call and reads the answer as a bare array; one element that can't be read fails it, because
    /// a list that leaves one out in silence would deny what was done.
    func list<Object: GatewayObject>(
        _ type: Object.Type, from call: Call
    ) async throws(MercadoPagoError) -> MercadoPagoAnswer<[Object]> {
        let answer = try await answer(to: call)
        guard let elements = answer.value.array else {
            throw .unreadable(answer.lacking("no array of \(Object.noun)s"))
        }
        let objects = elements.compactMap { $0.object.flatMap(Object.init(fields:)) }
        guard objects.count == elements.count else {
            throw .unreadable(answer.lacking("a \(Object.noun) that can't be read"))
        }
        return answer.with(objects)
    }

    /// Makes the call and reads the answer as one page of a search.
    func page<Object: GatewayObject>(
        _ type: Object.Type, from call: Call
    ) async throws(MercadoPagoError) -> MercadoPagoAnswer<Page<Object>> {
        let answer = try await answer(to: call)
        guard let page = Page<Object>(answer.value) else {
            throw .unreadable(answer.lacking("no page of \(Object.noun)s"))
        }
        return answer.with(page)
    }
}

extension MercadoPagoClient: CustomStringConvertible, CustomReflectable {
    /// A fixed text: the client holds the access token.
    public var description: String { "MercadoPagoClient" }
    /// A mirror without children, so that `dump` shows nothing.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// What the gateway answered to a call that succeeded.
public struct MercadoPagoAnswer<Value: Sendable>: Sendable {
    /// The answer.
    public var value: Value
    /// The HTTP status.
    ///
    /// On payments 201 means made now, 200 means made before with the same key ([T] sdk-java).
    public var httpStatus: Int
    /// The `x-request-id` header, which the gateway's support asks for.
    public var requestID: String?
    /// How many requests it took: a search is read page by page.
    public var requests: Int

    init(_ value: Value, httpStatus: Int, requestID: String?, requests: Int = 1) {
        self.value = value
        self.httpStatus = httpStatus
        self.requestID = requestID
        self.requests = requests
    }

    func with<Other>(_ value: Other) -> MercadoPagoAnswer<Other> {
        MercadoPagoAnswer<Other>(value, httpStatus: httpStatus, requestID: requestID, requests: requests)
    }

    func lacking(_ why: String) -> UnreadableAnswer {
        UnreadableAnswer(httpStatus: httpStatus, requestID: requestID, why: why)
    }
}
