import ExactJSON
import PaymentJobs
import Pipeline
import Testing

@testable import MercadoPago

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite("A search is read to its end, and each result checked")
struct SearchTests {
    private static let window = SearchWindow(begin: 0, end: 1000)

    private static func offset(_ request: ScriptedServer.Request) -> Int {
        request.target.firstRange(of: "&offset=").flatMap { Int(request.target[$0.upperBound...]) } ?? -1
    }

    private static func page(_ results: [String], total: Int) -> [ScriptedServer.Step] {
        let elements = results.joined(separator: ",")
        let body = #"{"paging":{"total":\#(total),"limit":50,"offset":0},"results":[\#(elements)]}"#
        return [.send(response("200 OK", body, headers: "x-request-id: last\r\n"))]
    }

    private static func payment(_ id: Int, reference: String = "r") -> String {
        #"{"id":\#(id),"status":"approved","external_reference":"\#(reference)"}"#
    }

    private func payments(
        limit: Int = 1000, _ script: @escaping @Sendable (Int) -> [ScriptedServer.Step]
    ) async throws -> (ids: [Int64], offsets: [Int], requests: Int) {
        try await ScriptedServer.run(.onRequest { script(Self.offset($0)) }) { server in
            try await withClient(port: server.port) {
                $0.searchResultsMax = limit
            } _: { client in
                let answer = try await client.payments(externalReference: "r", window: Self.window)
                return (answer.value.map(\.id), server.requests.map(Self.offset), answer.requests)
            }
        }
    }

    @Test("three pages, of which the last is short")
    func pages() async throws {
        let found = try await payments { offset in
            Self.page((offset..<min(offset + 50, 120)).map { Self.payment($0) }, total: 120)
        }
        #expect(found.ids == (0..<120).map(Int64.init) && found.offsets == [0, 50, 100])
        #expect(found.requests == 3, "each page is paid for")
    }

    @Test("a payment that moves to the next page meanwhile counts once; other references don't count")
    func moving() async throws {
        let found = try await payments { offset in
            offset == 0
                ? Self.page([Self.payment(1), Self.payment(2)], total: 4)
                : Self.page([Self.payment(2), Self.payment(3, reference: "R")], total: 4)
        }
        #expect(found.ids == [1, 2] && found.offsets == [0, 2])
    }

    @Test("nothing found is one page")
    func none() async throws {
        let found = try await payments { _ in Self.page([], total: 0) }
        #expect(found.ids == [] && found.offsets == [0])
    }

    @Test("more than is read is an error, not a short answer")
    func bounded() async throws {
        await #expect(
            throws: MercadoPagoError.incomplete(IncompleteSearch(resultsRead: 100, resultsTotal: 151))
        ) {
            try await payments(limit: 100) { offset in
                Self.page((offset..<offset + 50).map { Self.payment($0) }, total: 151)
            }
        }
    }

    @Test("results that are withheld, unreadable or without paging are an error, not a short answer")
    func withheld() async throws {
        for steps in [
            Self.page([], total: 3), Self.page([#"{"id":1}"#], total: 1),
            Self.page([Self.payment(1), "null"], total: 2),
            [.send(response("200 OK", #"{"results":[]}"#))], [.send(response("200 OK", "[]"))],
        ] {
            do {
                _ = try await payments { _ in steps }
                Issue.record("an answer")
            } catch MercadoPagoError.unreadable(let answer) {
                #expect(answer.httpStatus == 200)
            }
        }
    }

    @Test("an ignored filter doesn't make a stranger the customer")
    func customers() async throws {
        let results = [
            #"{"id":"1-a","email":"other@example.com"}"#, #"{"id":"2-b","email":"canary+buyer@EXAMPLE.com"}"#,
            #"{"id":"3-c","email":null}"#, #"{"id":"4-d"}"#, #"{"id":"5-e","email":"buyer@example.com"}"#,
        ]
        try await ScriptedServer.run(.onRequest { _ in Self.page(results, total: 5) }) { server in
            try await withClient(port: server.port) { client in
                let found = try await MercadoPagoGateway(client).customers(email: Secret(Canary.email))
                #expect(found.value.map(\.description) == ["2-b"] && found.requestID == "last")
            }
        }
    }

    @Test("the window is the year before now and the hour after")
    func trailingYear() {
        let window = SearchWindow.trailingYear(now: 1_732_363_200_000)
        #expect(window.begin == "2023-11-24T12:00:00.000Z" && window.end == "2024-11-23T13:00:00.000Z")
        #expect(abs(WallClock.milliseconds() / 1000 - Int64(time(nil))) <= 1)
    }
}
