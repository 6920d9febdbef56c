import Foundation
import Logging
import MercadoPago
import PaymentJobs
import Synchronization
import Testing

@testable import App

@Suite("Files of access tokens", .timeLimit(.minutes(1)))
struct AccessTokenFileTests {
    /// A file, what watches it, and what that logs.
    private final class Bench {
        let folder: TemporaryFolder
        let path: String
        let sink = RecordingSink()
        let file: AccessTokenFile

        init(_ text: String = "TEST-before") throws {
            folder = try TemporaryFolder()
            path = try folder.write("accounts-shop-1-access-token", text)
            let logs = LogSetup(level: .trace, format: .text(isColoured: false), sink: sink)
            file = AccessTokenFile(
                path, of: try #require(AccountName("shop-1")), try #require(AccessToken(Secret(text))),
                logger: logs.logger("credentials"))
        }

        func write(_ text: String) throws { _ = try folder.write("accounts-shop-1-access-token", text) }

        func remove() throws { try FileManager.default.removeItem(atPath: path) }

        var isBefore: Bool { file.current == AccessToken(Secret("TEST-before")) }
        var isAfter: Bool { file.current == AccessToken(Secret("TEST-after")) }
    }

    @Test("a file with another token: that is in force, and the log says so without it")
    func replaced() throws {
        let bench = try Bench()
        #expect(!bench.file.look())
        try bench.write("TEST-after\n")
        #expect(bench.file.look())
        #expect(bench.isAfter)
        #expect(!bench.file.look())
        try #require(bench.sink.lines.count == 1)
        #expect(bench.sink.lines[0].contains("notice"))
        #expect(bench.sink.lines[0].contains("the access token was replaced"))
        #expect(bench.sink.lines[0].contains("account=shop-1"))
        #expect(bench.sink.lines[0].contains(bench.path))
        #expect(!bench.sink.lines[0].contains("TEST"))
    }

    @Test("a swap of links, as Kubernetes replaces secrets, is seen")
    func links() throws {
        let folder = try TemporaryFolder()
        for (version, text) in [("..1", "TEST-before"), ("..2", "TEST-after")] {
            _ = try folder.folder(version)
            _ = try folder.write("\(version)/token", text)
        }
        let manager = FileManager.default
        let data = folder.url.appending(path: "..data").path()
        let path = folder.url.appending(path: "token").path()
        try manager.createSymbolicLink(atPath: data, withDestinationPath: "..1")
        try manager.createSymbolicLink(atPath: path, withDestinationPath: "..data/token")
        let file = AccessTokenFile(
            path, of: .standard, try #require(AccessToken(Secret("TEST-before"))),
            logger: Logger(label: "credentials") { _ in SwiftLogNoOpLogHandler() })
        #expect(!file.look())
        let next = folder.url.appending(path: "..next").path()
        try manager.createSymbolicLink(atPath: next, withDestinationPath: "..2")
        #expect(rename(next, data) == 0)
        #expect(file.look())
        #expect(file.current == AccessToken(Secret("TEST-after")))
    }

    @Test(
        "a file that is gone, empty or no token leaves the one before in force, and is told once",
        arguments: [
            (nil, "is missing"), (" \n", "is empty"), ("two TEST-words", "without spaces"),
            (String(repeating: "x", count: 600), "must be 1 to 512"), ("nul\0", "isn't text"),
        ] as [(String?, String)])
    func unusable(_ text: String?, _ reason: String) throws {
        let bench = try Bench()
        if let text { try bench.write(text) } else { try bench.remove() }
        for _ in 0..<3 { #expect(!bench.file.look()) }
        #expect(bench.isBefore)
        try #require(bench.sink.lines.count == 1)
        #expect(bench.sink.lines[0].contains("warning"))
        #expect(bench.sink.lines[0].contains("the token before stays in force"))
        #expect(bench.sink.lines[0].contains(reason))
        #expect(!bench.sink.lines[0].contains("TEST"))

        try bench.write("TEST-before")
        #expect(!bench.file.look())
        #expect(bench.sink.lines.last?.contains("can be used again") == true)
        try bench.write("TEST-after")
        #expect(bench.file.look())
        #expect(bench.isAfter)
    }

    @Test("after a refusal it is looked at once more; what was seen before counts, once")
    func refresh() async throws {
        let bench = try Bench()
        #expect(await !bench.file.refresh())
        try bench.write("TEST-after")
        #expect(await bench.file.refresh())
        #expect(bench.isAfter)
        #expect(await !bench.file.refresh())
        // A call that was on its way while the token was replaced is refused with the one before.
        try bench.write("TEST-before")
        #expect(bench.file.look())
        #expect(await bench.file.refresh())
        #expect(await !bench.file.refresh())
    }

    @Test("a watch looks over and over, tells whose token was replaced, and ends when it is cancelled")
    func watch() async throws {
        let bench = try Bench()
        let watch = AccessTokenWatch(files: [bench.file], pause: .milliseconds(1))
        let (names, name) = AsyncStream.makeStream(of: AccountName.self)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await watch.run { name.yield($0) } }
            do { try bench.write("TEST-after") } catch { Issue.record(error) }
            for await name in names {
                #expect(name.description == "shop-1")
                break
            }
            group.cancelAll()
        }
        #expect(bench.isAfter)
        await AccessTokenWatch(files: [], pause: .seconds(3600)).run { _ in }
    }

    @Test("a worker whose token's file is replaced says so while it runs")
    func worker() async throws {
        let folder = try TemporaryFolder()
        _ = try folder.write("gateway-access-token", "TEST-before")
        let bench = try WorkerBench([
            "COBRADOR_GATEWAY_ACCESS_TOKEN": nil, "COBRADOR_SECRETS_DIRECTORY": folder.url.path(),
        ])
        let process = try await bench.process(tokenPause: .milliseconds(10))
        let (signals, signal) = AsyncStream.makeStream(of: String.self)
        async let status = process.run(obeying: signals)
        _ = await bench.sink.line(with: "assigned")
        _ = try folder.write("gateway-access-token", "TEST-after")
        let line = await bench.sink.line(with: "the access token was replaced")
        #expect(line.contains("account=default"))
        signal.yield("SIGTERM")
        #expect(try await status == .done)
        #expect(!bench.sink.lines.contains { $0.contains("TEST-") })
    }
}
