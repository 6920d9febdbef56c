import ExactJSON
import Testing

@testable import App

@Suite("What a check makes of the gateway's answer", .timeLimit(.minutes(1)))
struct GatewayCheckTests {
    private static let json = ["Content-Type: application/json", "x-request-id: 5f0c9b1e"]
    private static let page = ["Content-Type: text/html"]

    private static func finding(
        _ status: Int, _ headers: [String], _ body: String
    ) async throws -> Finding {
        let server = try CannedServer(status: status, headers: headers, body: body)
        let configuration = try await ConfigurationTests.load(["COBRADOR_GATEWAY_BASE_URL": server.baseURL])
        defer { server.close() }
        let findings = await GatewayCheck(configuration, timeout: .seconds(30)).findings()
        return try #require(findings.first)
    }

    @Test(
        "each status has an exit code that is documented",
        arguments: [
            (400, Finding.Level.failed, App.ExitStatus.unavailable), (401, .failed, .noPermission),
            (403, .failed, .noPermission), (404, .failed, .unavailable), (409, .failed, .unavailable),
            (418, .failed, .unavailable), (422, .failed, .unavailable), (429, .warning, .done),
            (500, .failed, .unavailable), (503, .failed, .unavailable),
        ])
    func statuses(_ status: Int, _ level: Finding.Level, _ exit: App.ExitStatus) async throws {
        let body = #"{"message": "Some words", "error": "some_kind", "status": \#(status), "cause": []}"#
        let finding = try await Self.finding(status, Self.json, body)
        #expect(finding.level == level)
        #expect(finding.status == exit)
        #expect(finding.message.contains("(HTTP \(status), Some words, request 5f0c9b1e)"))
    }

    @Test("an error page is somebody else's answer, whatever its status", arguments: [401, 403, 404, 502])
    func pages(_ status: Int) async throws {
        let finding = try await Self.finding(status, Self.page, "<html><body>Blocked</body></html>")
        #expect(finding.status == .unavailable)
        #expect(
            finding.message
                == "didn't answer itself: something in between, or in its place, did (HTTP \(status))")
        #expect(finding.hint?.contains("gateway.base-url") == true)
        #expect(finding.hint?.contains("proxy") == true)
    }

    @Test("an envelope without words but with a request's id is the gateway's, and could be a proxy's")
    func wordless() async throws {
        let body = #"{"message": null, "error": null, "status": 403, "cause": []}"#
        let finding = try await Self.finding(403, Self.json, body)
        #expect(finding.status == .noPermission)
        #expect(finding.message.hasSuffix("(HTTP 403, request 5f0c9b1e)"))
        #expect(finding.hint?.contains("proxy") == true)
    }
}
