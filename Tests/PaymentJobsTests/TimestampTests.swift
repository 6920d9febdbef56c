import Foundation
import PaymentJobs
import TestSupport
import Testing

@Suite("Timestamps") struct TimestampTests {
    private static let earliest: Int64 = -62_167_219_200_000
    private static let latest: Int64 = 253_402_300_799_999

    private func foundation(_ milliseconds: Int64) -> String {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true, timeZone: .gmt)
        // Half a millisecond keeps the fraction of a second from being cut below its own value.
        let date = Date(timeIntervalSince1970: (Double(milliseconds) + 0.5) / 1000)
        return date.formatted(style)
    }

    @Test("random instants from 1970 to 9999 are those of Foundation")
    func random() {
        var random = SeededGenerator(1_970, for: "timestamps")
        for _ in 0..<20_000 {
            let instant = Int64.random(in: 0...Self.latest, using: &random)
            #expect(Timestamp.text(instant) == foundation(instant))
        }
    }

    @Test("random instants before 1970, back to the calendar's reform, are those of Foundation")
    func negative() {
        var random = SeededGenerator(1_582, for: "negative timestamps")
        for _ in 0..<5_000 {
            let instant = Int64.random(in: -12_000_000_000_000..<0, using: &random)
            #expect(Timestamp.text(instant) == foundation(instant))
        }
    }

    @Test(
        "instants that formatters get wrong",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (1_732_363_200_123, "2024-11-23T12:00:00.123Z"), (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"), (951_868_800_000, "2000-03-01T00:00:00.000Z"),
            (1_709_164_800_000, "2024-02-29T00:00:00.000Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"), (1_735_689_599_999, "2024-12-31T23:59:59.999Z"),
            (latest, "9999-12-31T23:59:59.999Z"), (earliest, "0000-01-01T00:00:00.000Z"),
            (-62_162_035_200_000, "0000-03-01T00:00:00.000Z"),
        ] as [(Int64, String)])
    func edges(instant: Int64, text: String) { #expect(Timestamp.text(instant) == text) }

    @Test("each day of four hundred years follows the one before")
    func calendar() {
        let leapYears = 97
        var days = Set<String>()
        for day in Int64(10_957)..<(10_957 + 146_097) {
            days.insert(String(Timestamp.text(day * 86_400_000).prefix(10)))
        }
        #expect(days.count == 146_097 && days.count { $0.hasSuffix("-02-29") } == leapYears)
    }

    @Test("an instant that RFC 3339 can't write is the nearest that it can")
    func clamped() {
        for instant in [Int64.min, Self.earliest - 1] {
            #expect(Timestamp.text(instant) == "0000-01-01T00:00:00.000Z")
        }
        for instant in [Int64.max, Self.latest + 1] {
            #expect(Timestamp.text(instant) == "9999-12-31T23:59:59.999Z")
        }
    }
}
