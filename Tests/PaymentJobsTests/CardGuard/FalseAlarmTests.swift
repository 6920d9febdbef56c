import ExactJSON
import Foundation
import TestSupport
import Testing

@testable import PaymentJobs

@Suite("What is no card data passes") struct FalseAlarmTests {
    @Test(
        "everyday values",
        arguments: [
            "4509953566233705", "1234567890123456", "5031755734530605", "45099535662337", "450995", "3704",
            "14509953566233704", "45099535662337041", "00004509953566233704", "99994509953566233704999",
            "4509 9535 6623 370", "4509,9535,66233704", "4509x9535x6623x3704", "4509****3704",
            "123e4567-e89b-12d3-a456-426614174000", "45099535-6623-3704-8123-426614174000",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-4509953566233704-01", "01HQ3V5Y8E4509953566233704",
            "ff8080814c11e237014c1ff593b57b4d", "4f6a0d2b9c4509953566233704c5d6e7",
            "abc4509953566233704def1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f", "x1y2z3w4509953566233704v5",
            "2026-01-31 12:00:00 0001",
            "2026-01-31T12:00:00.000-04:00", "123456789-jxOV430go9fx2e", "+54 9 11 4509-9535",
            "12.345.678/0001-95",
            "D_NQ_NP_2X_635129-MLA31239994076_062019-F.jpg", "1790000000000", "100.50",
            "23-09-2021T17:56:16UTC",
        ])
    func everyday(text: String) throws {
        let document = JSON.object(["description": .string(text)]).serialized()
        #expect(CardDataGuard.findings(inValue: document) == [])
        #expect(CardDataGuard.strippedValue(document) == nil)
        #expect(CardDataGuard.findings(inText: Array(text.utf8)) == [])
    }

    @Test("amounts, coordinates and other fractions are no card numbers")
    func fractions() {
        for literal in ["4509953566233.704", "0.4509953566233704", "45099535662337045e-1", "1e300", "-0.0"] {
            #expect(CardSample.findings("{\"amount\":\(literal)}") == [])
        }
    }

    @Test(
        "nothing in the recorded answers is card data",
        .enabled(if: RecordedAnswers.folder != nil, "no folder shared/fixtures beside the checkout"))
    func recorded() throws {
        let files = try RecordedAnswers.files()
        #expect(files.count >= 30)
        for file in files {
            #expect(CardDataGuard.findings(inValue: file.bytes) == [], "\(file.name)")
            #expect(CardDataGuard.strippedValue(file.bytes) == nil, "\(file.name)")
        }
    }

    @Test("random ids and references, by kind", arguments: RandomValue.all)
    func rates(value: RandomValue) {
        let count = ProcessInfo.processInfo.environment["COBRADOR_GUARD_SAMPLES"].flatMap { Int($0) } ?? 3_000
        var cards = RandomCards(random: SeededGenerator(0xCA2D, for: "false alarms, \(value.kind)"))
        var alarms = 0
        for _ in 0..<count where !CardSample.findings(value.make(&cards)).isEmpty { alarms += 1 }
        print("false alarms, \(value.kind): \(alarms) of \(count)")
        // The expected number, with room for six times its spread.
        let expected = value.rate * Double(count)
        #expect(Double(alarms) <= expected + 6 * expected.squareRoot())
    }
}
