import Foundation
import Testing

@testable import App

@Suite("The catalogue of settings")
struct CatalogueTests {
    @Test("keys, variables and secret files are unique")
    func unique() {
        let entries = Catalogue.all
        #expect(Set(entries.map(\.key)).count == entries.count)
        #expect(Set(entries.map(\.variable)).count == entries.count)
        #expect(Set(entries.map(\.secretFile)).count == entries.count)
        for prefix in Catalogue.rawPrefixes {
            #expect(!entries.contains { $0.variable.hasPrefix(SettingEntry.variable(for: prefix)) })
        }
    }

    @Test("everything in the catalogue is read, and nothing else is")
    func complete() async throws {
        let configuration = try await ConfigurationTests.load()
        #expect(Set(configuration.summary.map(\.key)) == Set(Catalogue.all.map(\.key)))
        #expect(configuration.summary.map(\.key) == Catalogue.all.map(\.key))
    }

    @Test("every key is reachable from the environment")
    func variables() async throws {
        for entry in Catalogue.all {
            guard let text = entry.defaultText else { continue }
            let configuration = try await ConfigurationTests.load([entry.variable: text])
            #expect(configuration.summary.first { $0.key == entry.key }?.source == "environment")
        }
    }

    @Test("README's table is the catalogue's")
    func readme() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../README.md")
        guard let text = try? String(contentsOf: path, encoding: .utf8) else { return }
        #expect(
            text.contains(ConfigurationReference.markdown),
            "paste the output of `cobrador config-reference` into README.md")
    }

    @Test("help fits a terminal line's worth of words, and ends as a sentence")
    func help() {
        for entry in ConfigurationReference.documented {
            #expect(entry.help.hasSuffix("."), "\(entry.key)")
            #expect(entry.help.count <= 90, "\(entry.key)")
        }
    }
}
