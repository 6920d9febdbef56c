import Foundation
import Testing

@testable import PaymentJobs

/// What the article on reasons and advice says is what the sources do.
@Suite("The article on reasons and advice") struct AnswersArticleTests {
    /// The rows of the article's tables, cell by cell.
    private func rows() throws -> [[String]] {
        let folder = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        let path = "../../Sources/PaymentJobs/Documentation.docc/Answers.md"
        let text = try String(contentsOf: folder.appending(path: path).standardized, encoding: .utf8)
        return text.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    private func words(_ cell: String) -> [String] {
        cell.matches(of: /`([^`]+)`/).map { String($0.output.1) }
    }

    @Test("every detail stands in the row of its advice")
    func advice() throws {
        var seen: [String: RejectionAdvice] = [:]
        for row in try rows() {
            guard row.count >= 3, let word = words(row[1]).first, Advice(rawValue: word) != nil else {
                continue
            }
            for detail in words(row[0]) {
                let advice = RejectionAdvice(statusDetail: detail)
                #expect(advice.advice.rawValue == word, "\(detail)")
                #expect("\(advice.allowsSameCard)" == row[2], "\(detail)")
                let pause = advice.retryAfter.map { "\($0.components.seconds)" } ?? ""
                #expect(pause == (row.count > 3 ? row[3] : ""), "\(detail)")
                seen[detail] = advice
            }
        }
        #expect(seen == RejectionAdvice.table)
        let sameCard = seen.values.count { $0.allowsSameCard }
        print("\(seen.count) details, each with advice; \(sameCard) allow the same card")
    }

    @Test("every reason has one row, and no other word has one")
    func reasons() throws {
        let named = try rows().filter { $0.count == 5 && $0[1] != "Meaning" }.flatMap { words($0[0]) }
        #expect(named.sorted() == RefusalReason.allCases.map(\.rawValue).sorted())
    }
}
