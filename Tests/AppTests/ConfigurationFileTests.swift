import ExactJSON
import Foundation
import Kafka
import Testing

@testable import App

@Suite("A configuration file")
struct ConfigurationFileTests {
    private static func values(_ text: String) throws -> [String: String] {
        let file = try ConfigurationFile(parsing: Array(text.utf8))
        #expect(file.problems.isEmpty)
        return file.values
    }

    @Test("comments go to the end of their line, and strings keep their slashes")
    func comments() throws {
        let text = #"""
            // before // twice
            { // { "log.level": "debug",
              "gateway.base-url": "https://a//b", // after
              "a\"//": "\\", "b": "//" //, "c": 1
            }// no line end
            """#
        #expect(
            try Self.values(text) == ["gateway.base-url": "https://a//b", "a\"//": "\\", "b": "//"])
    }

    @Test("a member whose name begins with slashes is a comment too")
    func members() throws {
        #expect(
            try Self.values(#"{"//": "a note", "// 2": {"x": 1}, "a": {"// b": 1, "c": 2}}"#) == ["a.c": "2"])
    }

    @Test("what comments leave is JSON and nothing else, and its mistakes keep their places")
    func strict() {
        for (text, place) in [("{/* a */}", 1), ("{ / }", 2), ("// a\n{\"a\": 1,}", 13), ("# a\n{}", 0)] {
            let error = #expect(throws: JSONError.self) {
                try ConfigurationFile(parsing: Array(text.utf8))
            }
            #expect(error.map { "\($0)".hasSuffix("at byte \(place)") } == true, "\(text)")
        }
    }

    @Test("null and lists of objects are no values")
    func kinds() throws {
        let file = try ConfigurationFile(parsing: Array(#"{"a": null, "b": [{}], "c": ["x,y"]}"#.utf8))
        #expect(
            file.problems == [
                "a: null is no value; leave the setting out", "b: a list may hold text and numbers only",
                "c: a list may hold text and numbers only",
            ])
        #expect(file.values.isEmpty)
    }
}

@Suite("The example of a configuration file")
struct ConfigurationExampleTests {
    private static let file = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Config/cobrador.example.jsonc")

    @Test("is what `cobrador config-reference --example` prints")
    func generated() throws {
        let text = try String(contentsOf: Self.file, encoding: .utf8)
        #expect(
            text == ConfigurationExample.text + "\n",
            "cobrador config-reference --example > Config/cobrador.example.jsonc")
    }

    @Test("loads without a problem, has every setting that is no secret, and each at its default")
    func loads() async throws {
        let configuration = try await AppConfiguration.load(
            ConfigurationSources(
                environment: ["COBRADOR_GATEWAY_ACCESS_TOKEN": "TEST-sandbox"], file: Self.file.path()))
        let entries = Dictionary(uniqueKeysWithValues: Catalogue.all.map { ($0.key, $0) })
        for setting in configuration.summary {
            let entry = try #require(entries[setting.key])
            #expect((setting.source == Self.file.path()) == !entry.isSecret, "\(setting.key)")
            guard let text = entry.defaultText, !entry.isSecret else { continue }
            #expect(setting.text == text, "\(setting.key)")
        }
        #expect(configuration.consumer.kafka.bootstrapServers == ["localhost:9092"])
    }

    @Test("explains each setting with its help, its rule and its variable, and each secret with its file")
    func explains() throws {
        let words = ConfigurationExample.text.split(separator: "\n")
            .map { $0.trimmingCharacters(in: ["/", " "]) }.joined(separator: " ")
        for entry in ConfigurationReference.documented {
            #expect(words.contains(entry.help), "\(entry.key)")
            #expect(words.lowercased().contains(entry.rule.lowercased()), "\(entry.key)")
            #expect(words.contains(entry.variable), "\(entry.key)")
            if entry.isSecret { #expect(words.contains("or the file \(entry.secretFile).")) }
        }
    }
}
