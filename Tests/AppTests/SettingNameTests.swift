import Foundation
import Testing

@testable import App

@Suite("Names with empty parts")
struct SettingNameTests {
    private static let problem = "a setting's name has no empty parts; did you mean "

    private static func problems(file text: String) async throws -> (found: [String], file: String) {
        let folder = try TemporaryFolder()
        let file = try folder.write("c.json", text)
        return (await ConfigurationTests.problems(file: file), file)
    }

    @Test("in a file: the name beside the right one is a problem, and no crash")
    func file() async throws {
        let (found, file) = try await Self.problems(file: #"{"log.level": "info", "log..level": "debug"}"#)
        #expect(found == ["log..level in \(file): \(Self.problem)log.level?"])
    }

    @Test("in a file: nothing but a dot, and nothing at all")
    func nothing() async throws {
        let (found, file) = try await Self.problems(file: #"{".": 1, "": 2}"#)
        let text = "a setting's name has no empty parts"
        #expect(found == ["\"\" in \(file): \(text)", ". in \(file): \(text)"])
    }

    @Test("in a file: raw settings too")
    func raw() async throws {
        let (found, file) = try await Self.problems(file: #"{"kafka.raw.a..b": 1, "kafka.raw.a.b": 2}"#)
        #expect(
            found == [
                "kafka.raw.a..b in \(file): \(Self.problem)kafka.raw.a.b?",
                "kafka.raw.a.b: librdkafka refuses it: No such configuration property: \"a.b\" (\(file))",
            ])
    }

    @Test("on the command line")
    func commandLine() async {
        let found = await ConfigurationTests.problems(arguments: ["log.level": "info", "log.level.": "debug"])
        #expect(found == ["log.level.: \(Self.problem)log.level?"])
    }

    @Test("among secret files, and among variables")
    func filesAndVariables() async throws {
        let folder = try TemporaryFolder()
        _ = try folder.write("kafka-raw-client-rack", "a")
        _ = try folder.write("kafka-raw-client--rack", "b")
        var path = folder.url.path()
        while path.hasSuffix("/") { path.removeLast() }
        let found = await ConfigurationTests.problems([
            "COBRADOR_SECRETS_DIRECTORY": path, "COBRADOR_KAFKA_RAW_CLIENT__RACK": "c",
        ])
        #expect(
            found == [
                "COBRADOR_KAFKA_RAW_CLIENT__RACK: \(Self.problem)COBRADOR_KAFKA_RAW_CLIENT_RACK?",
                "\(path)/kafka-raw-client--rack: \(Self.problem)kafka-raw-client-rack?",
            ])
    }
}
