import ExactJSON
import PaymentJobs
import Testing

@Suite("Messages that are no jobs") struct UndecodableTests {
    private func detail(_ text: String) throws -> String {
        let refusal = try refusal(of: Sample.message(text))
        #expect(refusal.reason == .undecodable && refusal.jobID == nil)
        return refusal.detail
    }

    @Test("a tombstone is undecodable")
    func tombstone() throws {
        var message = Sample.message("")
        message.value = nil
        let refusal = try refusal(of: message)
        #expect(refusal.reason == .undecodable && refusal.detail == "the message has no value (a tombstone)")
    }

    @Test(
        "what isn't JSON is undecodable, with the place and without the content",
        arguments: [
            "", " ", "hello APP_USR-45099535", "{\"token\":\"secret-abc", "{'job_id':1}", "{}{}",
            "{\"job_id\":01}", "\u{FEFF}{}", "{\"a\":NaN}", "{\"a\":Infinity}", "{\"a\":1,}",
        ])
    func notJSON(text: String) throws {
        let detail = try detail(text)
        #expect(detail.hasPrefix("not valid JSON: ") && detail.contains(" at byte "))
        #expect(!detail.contains("4509") && !detail.contains("secret"))
    }

    @Test("bytes that aren't UTF-8 are undecodable")
    func notText() throws {
        var message = Sample.message("")
        message.value = Array("{\"job_id\":\"".utf8) + [0xC3, 0x28] + Array("\"}".utf8)
        #expect(try refusal(of: message).detail.contains("not UTF-8"))
    }

    @Test("a document that is no object is undecodable", arguments: ["null", "1", "\"x\"", "[{}]", "true"])
    func notObject(text: String) throws {
        #expect(try detail(text) == "the value must be a JSON object")
    }

    @Test("a name that occurs twice is undecodable, at every depth")
    func duplicates() throws {
        #expect(try detail(#"{"job_id":"a","job_id":"b"}"#).contains("stands there twice"))
        #expect(try detail(#"{"job_id":"a","\u006aob_id":"b"}"#).contains("stands there twice"))
        #expect(try detail(#"{"metadata":{"a":1,"a":1}}"#).contains("stands there twice"))
    }

    @Test("a value of exactly the limit is read, one byte more is not")
    func tooLarge() throws {
        let message = Sample.message(Sample.charge)
        let size = Sample.charge.utf8.count
        #expect(try JobDecoder(maxValueSize: size).decode(message).job.id.description == "job-1")
        let refusal = try refusal(of: message, by: JobDecoder(maxValueSize: size - 1))
        #expect(refusal.reason == .undecodable)
        #expect(refusal.detail == "the value of \(size) bytes is over the limit of \(size - 1)")
    }

    @Test("nesting deeper than the parser takes is undecodable, not a crash")
    func tooDeep() throws {
        let deep = String(repeating: "[", count: 100_000)
        #expect(try detail("{\"additional_info\":\(deep)").contains("nested too deep"))
    }
}
