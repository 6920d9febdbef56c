import ExactJSON
import Foundation
import TestSupport

@testable import PaymentJobs

/// Card numbers to look for, and ways to write them.
enum CardSample {
    /// Published by Mercado Pago for tests: its pages on test cards and on local cards, all countries.
    static let published = [
        "5031755734530604", "4509953566233704", "371180303257522", "5287338310253304", "5031433215406351",
        "5480832801033311", "4235647728025682", "375365153556885", "5067766783888311", "5416752602582580",
        "4168818844447115", "375778174461804", "5254133674403564", "4013540682746260", "374378187755283",
        "5474925432670366", "4075595716483764", "5579053461482647", "4189141221267633", "5808887774641586",
        "4157236211736486", "4009175332806176", "5483928164574623", "4074090000000004", "4000300011112220",
        "5895627823453005", "6035227716427021", "6062826786276634", "5067268650517446", "30238030180020",
        "36126735740137", "36613663340014", "30578742050528", "30141632253213", "4941337130029283",
        "5429917308212254", "5465532683840176", "5579078521025680", "5680088787271080", "5907127273855324",
        "5160033004714834", "5058665233185628", "6034880000944555", "5399782322181356", "9200675054037716",
        "6034937272862830", "5300327221513800", "5011054211206753", "4002768694395619", "6042013076608231",
        "4055167802302037", "5175622852301034", "6042012045809847", "5570390633007137", "5500732058068364",
        "5275552613640256", "4998470470658262", "5011092783317558",
    ]

    static let visa = "4509953566233704"

    /// The number with a separator between its groups of four.
    static func grouped(_ number: String, by separator: String = " ") -> String {
        stride(from: 0, to: number.count, by: 4)
            .map { String(number.dropFirst($0).prefix(4)) }
            .joined(separator: separator)
    }

    /// The number with the mask over all but its last four digits.
    static func masked(_ number: String) -> String {
        String(repeating: "*", count: number.count - 4) + number.suffix(4)
    }

    static func findings(_ text: String) -> [CardDataGuard.Finding] {
        CardDataGuard.findings(inValue: Array(text.utf8))
    }

    static func stripped(_ text: String) -> String? {
        CardDataGuard.strippedValue(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }
}

/// Numbers that issuers could have given out.
struct RandomCards {
    var random: SeededGenerator

    mutating func number(of range: IssuerRange) -> String {
        let length = range.lengths.elements.randomElement(using: &random) ?? 16
        var digits = String(Int.random(in: range.prefixes, using: &random)).compactMap(\.wholeNumberValue)
        while digits.count < length { digits.append(Int.random(in: 0...9, using: &random)) }
        guard range.checkDigit != .absent else { return digits.map(String.init).joined() }
        for last in 0...9 {
            digits[length - 1] = last
            var row = DigitRow()
            for digit in digits { row.append(UInt8(digit)) }
            let isValid =
                range.checkDigit == .luhn ? row.isLuhnValid(0..<length) : row.isNaranjaValid(0..<length)
            if isValid { break }
        }
        return digits.map(String.init).joined()
    }

    mutating func flip() -> Bool { Bool.random(using: &random) }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &random)]
    }

    mutating func digits(_ count: Int) -> String {
        String((0..<count).map { _ in pick(Array("0123456789")) })
    }

    mutating func text(_ count: Int, of alphabet: String) -> String {
        let characters = Array(alphabet)
        return String((0..<count).map { _ in pick(characters) })
    }
}

/// Recorded answers of the API; they are not part of the checkout.
enum RecordedAnswers {
    /// `COBRADOR_FIXTURES`, or the folder `shared/fixtures` beside the checkout or above it.
    static let folder: URL? = {
        if let path = ProcessInfo.processInfo.environment["COBRADOR_FIXTURES"] {
            return URL(fileURLWithPath: path)
        }
        var ancestor = URL(fileURLWithPath: #filePath)
        while ancestor.path != "/" {
            ancestor.deleteLastPathComponent()
            let candidate = ancestor.appendingPathComponent("shared/fixtures")
            if FileManager.default.fileExists(atPath: candidate.path) { return candidate }
        }
        return nil
    }()

    static func files() throws -> [(name: String, bytes: [UInt8])] {
        guard let folder else { return [] }
        return try FileManager.default.subpathsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".json") }.sorted()
            .map { ($0, Array(try Data(contentsOf: folder.appendingPathComponent($0)))) }
    }
}
