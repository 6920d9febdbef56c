import Testing

@testable import App

@Suite("Text for people")
struct TextTests {
    @Test(
        "durations",
        arguments: [
            ("250ms", Duration.milliseconds(250)), ("5s", .seconds(5)), ("2m", .seconds(120)),
            ("1h", .seconds(3600)),
            ("1.5s", .milliseconds(1500)), ("0s", .zero), ("10us", .microseconds(10)),
            ("0.25h", .seconds(900)), ("180d", .seconds(15_552_000)), ("0.000000125d", .microseconds(10_800)),
        ])
    func duration(_ text: String, _ duration: Duration) {
        #expect(DurationText.parse(text) == duration)
        #expect(DurationText.parse(DurationText.text(duration)) == duration)
    }

    @Test(
        "what is no duration",
        arguments: [
            "999999999h", "2562048h", "106752d", "0.999999999d",
            "", "5", "s", "-5s", "5 s", "5S", "1,5s", "1.s", ".5s", "1.2.3s", "5D", "1e3s", "9999999999s",
            "٣s",
        ])
    func noDuration(_ text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test("a duration's text is the shortest")
    func shortest() {
        #expect(DurationText.text(.seconds(90)) == "90s")
        #expect(DurationText.text(.seconds(7200)) == "2h")
        #expect(DurationText.text(.seconds(36 * 3600)) == "36h")
        #expect(DurationText.text(.seconds(48 * 3600)) == "2d")
        #expect(DurationText.text(.milliseconds(3500)) == "3500ms")
    }

    @Test("the nearest word, where one is near")
    func spelling() {
        let words = ["worker.window", "worker.concurrency", "kafka.group-id"]
        #expect(Spelling.nearest(to: "worker.widnow", in: words) == "worker.window")
        #expect(Spelling.nearest(to: "worker.concurency", in: words) == "worker.concurrency")
        #expect(Spelling.nearest(to: "gateway.colour", in: words) == nil)
        #expect(Spelling.distance("ab", "ba") == 1)
        #expect(Spelling.distance("", "abc") == 3)
    }

    @Test("numbers", arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567")])
    func groups(_ number: Int, _ text: String) {
        #expect(grouped(number) == text)
    }

    @Test(
        "decimals",
        arguments: [
            (0.05, 1, "0.1"), (1.005, 0, "1"), (12.345, 2, "12.35"), (9.999, 2, "10.00"), (-0.001, 1, "0.0"),
        ])
    func decimals(_ number: Double, _ digits: Int, _ text: String) {
        #expect(decimal(number, digits: digits) == text)
    }

    @Test("percentiles by nearest rank")
    func percentiles() {
        let hundred = Percentiles((1...100).shuffled().map { .milliseconds($0) })
        #expect(hundred[0.5] == .milliseconds(50))
        #expect(hundred[0.95] == .milliseconds(95))
        #expect(hundred[0.99] == .milliseconds(99))
        #expect(hundred[1] == .milliseconds(100))
        #expect(hundred[0] == .milliseconds(1))
        #expect(Percentiles([.seconds(1)])[0.99] == .seconds(1))
        #expect(Percentiles([])[0.5] == nil)
        #expect(readable(nil) == "–")
        #expect(readable(.milliseconds(340)) == "340 ms")
        #expect(readable(.microseconds(999_600)) == "1.00 s")
    }
}
