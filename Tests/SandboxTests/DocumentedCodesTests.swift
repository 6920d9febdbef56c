import ExactJSON
import Foundation
import Testing

/// What the two articles say of codes is what the sources do.
///
/// The articles' tables of codes are read, and so are the places in the sources where refusals are made.
@Suite("Documented codes") struct DocumentedCodesTests {
    private static let folder = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().appending(path: "../../Sources/Sandbox").standardized

    /// The rows of an article's section on codes: the API, what it answers and what it never does.
    private static func table(_ article: String) throws -> [String: (answered: [String], never: [String])] {
        let file = folder.appending(path: "Documentation.docc/\(article).md")
        let text = try String(contentsOf: file, encoding: .utf8)
        let section = try #require(text.split(separator: "# Codes\n").last?.split(separator: "\n#").first)
        var rows: [String: (answered: [String], never: [String])] = [:]
        for line in section.split(separator: "\n") where line.hasPrefix("| ") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 3, cells[0] != "API" else { continue }
            rows[cells[0]] = (codes(in: cells[1]), codes(in: cells[2]))
        }
        return rows
    }

    private static func codes(in cell: String) -> [String] {
        cell.split(separator: ", ").map(String.init)
    }

    /// The codes that the sources hand to what a pattern finds, without the underscores of their digits.
    private static func thrown(_ patterns: [String], in part: String? = nil) throws -> Set<String> {
        var found: Set<String> = []
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
        where name.hasSuffix(".swift") && part.map(name.contains) ?? true {
            let source = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
            for pattern in patterns {
                for match in source.matches(of: try Regex(pattern)) {
                    let code = try #require(match.output[1].substring)
                    found.insert(code.filter { $0 != "_" && $0 != "\"" })
                }
            }
        }
        return found
    }

    private static let literal = #"("E?\d+"|[\d_]+)"#

    @Test("every refusal has its code written where it is made, so that the sources can be searched for it")
    func literals() throws {
        let all = try Self.thrown([#"\.(?:payment|customer|card|token)\(\s*code: ([^,)]+)"#])
        // What passes a code on, or takes a refusal apart.
        let passed: Set<String> = ["code", "let code", "Int64"]
        #expect(all.subtracting(passed).allSatisfy { $0.wholeMatch(of: /E?\d+/) != nil })
    }

    static let apis: [(article: String, api: String, patterns: [String], file: String?)] = [
        (
            "Payments", "payments and refunds",
            [#"\.payment\(\s*code: \#(literal)"#, #"wrongState\(\#(literal)\)"#], nil
        ),
        ("Payments", "faults", [#""code": \#(literal)"#], "FaultReply.swift"),
        (
            "Sandbox", "customers",
            [#"\.customer\(\s*code: \#(literal)"#, #"\("\w+", ("\d{3}")\)"#], nil
        ),
        ("Sandbox", "cards", [#"\.card\(\s*code: \#(literal)"#], nil),
        (
            "Sandbox", "card tokens",
            [#"\.token\(\s*code: \#(literal)"#, #"(?:missing|invalid)\(\#(literal), "#], nil
        ),
        (
            "Sandbox", "credentials and lists", [#""code": \#(literal)"#, #"cause\(\#(literal), "#],
            "Refusal.swift"
        ),
    ]

    @Test("what is said to be answered is thrown, and what is thrown is said", arguments: apis)
    func agree(_ article: String, _ api: String, _ patterns: [String], _ file: String?) throws {
        let row = try #require(try Self.table(article)[api])
        let thrown = try Self.thrown(patterns, in: file)
        #expect(!thrown.isEmpty)
        #expect(Set(row.answered).subtracting(thrown) == [], "said, but never thrown")
        #expect(thrown.subtracting(row.answered) == [], "thrown, but not said")
        #expect(Set(row.never).isDisjoint(with: thrown), "said to be never answered")
        #expect(Set(row.answered).count == row.answered.count && Set(row.never).count == row.never.count)
    }
}
