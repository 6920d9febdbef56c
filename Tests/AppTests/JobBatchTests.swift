import ExactJSON
import PaymentJobs
import Testing

@testable import App

@Suite("Jobs to enqueue")
struct JobBatchTests {
    private static func batch(_ text: String, kind: JobKind = .chargeSavedCard) -> JobBatch {
        JobBatch(lines: Array(text.utf8), kind: kind)
    }

    private static func charge(_ id: String, amount: String = "10.00") -> String {
        #"{"job_id":"\#(id)","customer_id":"1-a","token":"tok-1","transaction_amount":"\#(amount)"}"#
    }

    @Test("a line is sent as it was written; empty lines and CRLF don't matter")
    func asWritten() {
        let batch = Self.batch("\r\n\(Self.charge("a"))\r\n  \n\(Self.charge("b"))")
        #expect(batch.problems.isEmpty)
        #expect(batch.ready.map(\.job.id.description) == ["a", "b"])
        #expect(batch.ready.map(\.eventID) == ["a", "b"])
        #expect(
            batch.ready.first.map { String(decoding: $0.value, as: UTF8.self) } == Self.charge("a") + "\r")
    }

    @Test("every problem of every line is listed with its line")
    func problems() {
        let batch = Self.batch(
            """
            \(Self.charge("a"))
            {"job_id":"b","customer_id":"1-a","token":"t","transaction_amount":"-1","instalments":3}

            not json
            [1]
            """)
        #expect(batch.count == 1)
        #expect(
            batch.problems.map(\.description) == [
                "line 2: transaction_amount: must be more than zero",
                "line 2: instalments: is not a field of this job",
                "line 4: not valid JSON: something that can't stand there, at byte 1",
                "line 5: the value must be a JSON object",
            ])
    }

    @Test("a token is never quoted")
    func secrets() {
        let batch = Self.batch(
            #"{"job_id":"a","customer_id":"1-a","token":"se cr et","transaction_amount":"1"}"#)
        #expect(batch.problems.count == 1)
        #expect(!batch.problems.description.contains("se cr et"))
    }

    @Test("one id with other content is refused, with the same content it is only a repetition")
    func repeats() {
        let same = Self.batch("\(Self.charge("a"))\n\(Self.charge("a"))")
        #expect(same.problems.isEmpty)
        #expect(same.count == 2)
        #expect(same.repeats == 1)
        let other = Self.batch("\(Self.charge("a"))\n\(Self.charge("a", amount: "11.00"))")
        #expect(
            other.problems.map(\.description) == [
                "line 2: job_id: is that of line 1, and the content is another"
            ])
    }

    @Test("a CloudEvent in structured mode says its kind, and is sent in binary mode under its own id")
    func structured() {
        let event = """
            {"specversion":"1.0","id":"e-1","source":"/shop","type":"register-card",\
            "data":{"job_id":"r","customer":{"email":"a@example.com"},"token":"t"}}
            """
        let batch = Self.batch(event)
        #expect(batch.problems.isEmpty)
        #expect(batch.ready.first?.job.kind == .registerCard)
        #expect(batch.ready.first?.eventID == "e-1")
        #expect(batch.ready.first?.job.messageKey.reveal { $0 } == "a@example.com")
        #expect(
            batch.ready.first.map { String(decoding: $0.value, as: UTF8.self) }
                == #"{"job_id":"r","customer":{"email":"a@example.com"},"token":"t"}"#)
        let unknown = Self.batch(event.replacing("register-card", with: "register-cards"))
        #expect(
            unknown.problems.map(\.description) == [
                "line 1: type: must be one of charge-saved-card, register-card, refund-payment, cancel-payment, "
                    + "capture-payment"
            ])
    }

    @Test("options make the same job as a line of a file")
    func options() {
        var options = JobOptions()
        #expect(options.isEmpty)
        options.jobID = "a"
        options.email = "a@example.com"
        options.firstName = "Ana"
        options.token = "t"
        #expect(
            JSON.object(options.fields(of: .registerCard))
                == [
                    "job_id": "a", "token": "t", "customer": ["email": "a@example.com", "first_name": "Ana"],
                ])
        var batch = JobBatch(kind: .registerCard)
        batch.add(JobBatch.bytes(of: options, .registerCard))
        #expect(batch.count == 1)
        batch = JobBatch(kind: .chargeSavedCard)
        batch.add(JobBatch.bytes(of: options, .chargeSavedCard))
        #expect(batch.problems.map(\.description).contains("customer_id: is required"))
    }
}
