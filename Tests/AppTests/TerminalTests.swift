import Logging
import Testing

@testable import App

@Suite("Tables, bars and logs")
struct TerminalTests {
    private let plain = Style(isColoured: false)

    @Test("columns are as wide as their widest cell, numbers stand to the right")
    func table() {
        var table = Table("event", ">jobs", "of which")
        table.add("charge.approved", "1,204", "accredited")
        table.add("card.registered", "7", "newly saved")
        #expect(
            table.lines(style: plain) == [
                "  event             jobs  of which",
                "  charge.approved  1,204  accredited",
                "  card.registered      7  newly saved",
            ])
    }

    @Test("the last column is cut, so that a line never wraps")
    func cut() {
        var table = Table("job", "why")
        table.add("demo-1", String(repeating: "x", count: 200))
        let lines = table.lines(style: plain, width: 40)
        #expect(lines.allSatisfy { $0.count <= 40 })
        #expect(lines.last?.hasSuffix("…") == true)
    }

    @Test("colours only where they are wanted")
    func colours() {
        #expect(plain.red("x") == "x")
        #expect(Style(isColoured: true).red("x") == "\u{1B}[31mx\u{1B}[0m")
        #expect(Terminal(descriptor: -1, environment: [:]).style.isColoured == false)
    }

    @Test("a bar redraws itself on a terminal, and is a line now and then elsewhere")
    func bar() {
        let drawn = Recorder()
        let start = ContinuousClock.now
        var bar = ProgressBar(
            total: 4, label: "jobs", terminal: Terminal(isTerminal: true, isColoured: false),
            write: drawn.write)
        bar.update(0, at: start)
        bar.update(1, at: start + .milliseconds(1))
        bar.update(2, at: start + .milliseconds(60))
        bar.update(4, at: start + .milliseconds(61))
        bar.finish()
        #expect(drawn.texts.count == 4)
        #expect(drawn.texts[1].hasPrefix("\r\u{1B}[2Kjobs"))
        #expect(drawn.texts[1].hasSuffix("2/4"))
        #expect(drawn.texts.last == "\n")

        let lines = Recorder()
        bar = ProgressBar(
            total: 4, label: "jobs", terminal: Terminal(isTerminal: false, isColoured: false),
            write: lines.write)
        bar.update(0, note: "waiting", at: start)
        bar.update(2, at: start + .seconds(1))
        bar.update(4, at: start + .seconds(1))
        bar.finish()
        #expect(lines.texts == ["jobs  0/4  waiting\n", "jobs  4/4\n"])
    }

    @Test("a JSON log line is one object on one line, whatever the message holds")
    func jsonLog() throws {
        let sink = RecordingSink()
        var logger = LogSetup(level: .info, format: .json, sink: sink).logger("test")
        logger[metadataKey: "job.id"] = "a\nb"
        logger.info("said \"so\"\n", metadata: ["n": .dictionary(["x": "1"]), "list": .array(["a"])])
        logger.debug("not this")
        let line = try #require(sink.lines.first)
        #expect(sink.lines.count == 1)
        #expect(!line.contains("\n"))
        #expect(
            line.hasSuffix(
                #""level":"info","logger":"test","message":"said \"so\"\n","job.id":"a\nb","list":["a"],"n":{"x":"1"}}"#
            ))
    }

    @Test("a log line for people can't be forged, nor move the cursor")
    func textLog() throws {
        let sink = RecordingSink()
        let logger = LogSetup(level: .info, format: .text(isColoured: false), sink: sink).logger("test")
        logger.warning("one\ntwo", metadata: ["x": "\u{1B}[2Jy"])
        let line = try #require(sink.lines.first)
        #expect(line.hasSuffix("warning  one two x= [2Jy"))
    }
}
