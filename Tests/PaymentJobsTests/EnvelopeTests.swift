import ExactJSON
import PaymentJobs
import Testing

@Suite("CloudEvents and plain JSON") struct EnvelopeTests {
    private let decoder = JobDecoder()

    private func structured(_ attributes: String, data: String = Sample.charge) -> String {
        "{\(attributes),\"data\":\(data)}"
    }

    @Test("plain JSON is a job of the topic's kind, without provenance")
    func plain() throws {
        let charge = try decoder.decode(Sample.message(Sample.charge))
        #expect(charge.job.kind == .chargeSavedCard && charge.provenance == Provenance())
        let register = try decoder.decode(Sample.message(Sample.register, kind: .registerCard))
        #expect(register.job.kind == .registerCard && register.provenance == Provenance())
    }

    @Test("a binary CloudEvent gives kind and provenance in headers")
    func binary() throws {
        let submission = try decoder.decode(
            Sample.message(
                Sample.register, kind: .chargeSavedCard,
                headers: [
                    "content-type": "application/json; charset=utf-8", "ce_specversion": "1.0",
                    "ce_id": "event-7", "ce_type": "register-card", "ce_source": "/shop",
                    "ce_correlationid": "order-7", "ce_traceparent": "00-trace",
                ]))
        #expect(submission.job.kind == .registerCard)
        #expect(
            submission.provenance
                == Provenance(eventID: "event-7", correlationID: "order-7", traceparent: "00-trace"))
    }

    @Test(
        "a structured CloudEvent is told by its content type, whatever case and charset",
        arguments: [
            "application/cloudevents+json", "application/cloudevents+json; charset=UTF-8",
            "Application/CloudEvents+JSON;charset=utf-8", "application/cloudevents",
        ], ["content-type", "Content-Type", "CONTENT-TYPE"])
    func structured(contentType: String, name: String) throws {
        let text = structured(
            """
            "specversion":"1.0","id":"e-1","source":"/shop","type":"charge-saved-card",
            "correlationid":"c-1","traceparent":"00-t"
            """)
        var message = Sample.message(text, kind: .registerCard)
        message.headers = [MessageHeader(name, contentType)]
        let submission = try decoder.decode(message)
        #expect(submission.job.kind == .chargeSavedCard && submission.job.id.description == "job-1")
        #expect(
            submission.provenance == Provenance(eventID: "e-1", correlationID: "c-1", traceparent: "00-t"))
    }

    @Test("a structured event without a type is of the topic's kind", arguments: ["", #","type":null"#])
    func structuredWithoutType(type: String) throws {
        let text = structured(#""specversion":"1.0""# + type)
        let message = Sample.message(text, headers: ["content-type": "application/cloudevents+json"])
        #expect(try decoder.decode(message).job.kind == .chargeSavedCard)
    }

    @Test(
        "a structured event that isn't one is undecodable, and names the attribute",
        arguments: [
            (#"{"specversion":"0.3","data":{}}"#, "specversion"), (#"{"data":{}}"#, "specversion"),
            (#"{"specversion":1.0,"data":{}}"#, "specversion"), (#"{"specversion":"1.0"}"#, "data"),
            (#"{"specversion":"1.0","data":"{}"}"#, "data"), (#"{"specversion":"1.0","data":[]}"#, "data"),
            (#"{"specversion":"1.0","data_base64":"e30="}"#, "data"),
            (#"{"specversion":"1.0","type":7,"data":{}}"#, "type"),
        ])
    func brokenStructured(text: String, field: String) throws {
        let refusal = try refusal(
            of: Sample.message(text, headers: ["content-type": "application/cloudevents+json"]))
        #expect(refusal.reason == .undecodable && refusal.problems.map(\.field) == [field])
    }

    @Test("the kind comes from ce_type even where ce_specversion is missing")
    func typeWithoutVersion() throws {
        let message = Sample.message(
            Sample.register, kind: .chargeSavedCard, headers: ["ce_type": "register-card"])
        #expect(try decoder.decode(message).job.kind == .registerCard)
    }

    @Test(
        "an unknown kind is refused and not quoted, in both modes",
        arguments: ["charge", "Charge-Saved-Card", "", "charge-saved-card ", "APP_USR-45099535"])
    func unknownKind(type: String) throws {
        let binary = Sample.message(Sample.charge, headers: ["ce_specversion": "1.0", "ce_type": type])
        let structured = Sample.message(
            structured(#""specversion":"1.0","type":"\#(type)""#),
            headers: ["content-type": "application/cloudevents+json"])
        for message in [binary, structured] {
            let refusal = try refusal(of: message)
            #expect(refusal.reason == .invalid && refusal.jobID?.description == "job-1")
            #expect(refusal.detail == "ce_type: is no kind of job that this worker does")
        }
    }

    @Test("attributes that can't be trusted to be what they say are refused, never skipped")
    func brokenBinary() throws {
        var message = Sample.message(Sample.charge, headers: ["ce_specversion": "2.0"])
        #expect(try refusal(of: message).detail == "ce_specversion: must be \"1.0\"")
        #expect(try refusal(of: message).jobID?.description == "job-1")
        message.headers = [MessageHeader(name: "ce_type", value: [0xFF])]
        #expect(try refusal(of: message).detail == "ce_type: must be UTF-8 text")
        message.headers = [MessageHeader(name: "ce_specversion", value: [0xFF])]
        #expect(try refusal(of: message).reason == .undecodable)
    }

    @Test("foreign ids that are empty, over 256 bytes, or hold control characters are left out")
    func limits() throws {
        for bad in ["", String(repeating: "é", count: 129), "a\nb", "\u{7F}"] {
            let message = Sample.message(
                Sample.charge, headers: ["ce_id": bad, "ce_correlationid": bad, "ce_traceparent": bad])
            #expect(try decoder.decode(message).provenance == Provenance())
        }
        let longest = String(repeating: "é", count: 128)
        let message = Sample.message(Sample.charge, headers: ["ce_id": longest])
        #expect(try decoder.decode(message).provenance.eventID == longest)
    }

    @Test("the last of repeated headers counts, and a bare traceparent is the fallback")
    func repeated() throws {
        let message = Sample.message(
            Sample.charge,
            headers: [
                "content-type": "application/cloudevents+json", "content-type": "application/json",
                "ce_id": "first", "ce_id": "last", "traceparent": "00-bare",
            ])
        let provenance = try decoder.decode(message).provenance
        #expect(provenance == Provenance(eventID: "last", traceparent: "00-bare"))
        var both = message
        both.headers.append(MessageHeader("ce_traceparent", "00-ce"))
        #expect(try decoder.decode(both).provenance.traceparent == "00-ce")
    }

    @Test("messages that Python's cloudevents 2.2.0 wrote are read, in both modes")
    func foreignClient() throws {
        let data = #"""
            {"job_id": "job-1", "customer_id": "c-1", "token": "t-1", "transaction_amount": "100.50", \#
            "description": "A\u00f1o"}
            """#
        let binary = Sample.message(
            data, kind: .registerCard,
            headers: [
                "ce_specversion": "1.0", "ce_id": "e-1", "ce_source": "/shop", "ce_type": "charge-saved-card",
                "ce_correlationid": "order-7", "content-type": "application/json",
                "ce_time": "2024-11-23T12:00:00Z",
            ])
        let structured = Sample.message(
            #"""
            {"specversion": "1.0", "id": "e-1", "source": "/shop", "type": "charge-saved-card", \#
            "correlationid": "order-7", "datacontenttype": "application/json", \#
            "time": "2024-11-23T12:00:00Z", "data": \#(data)}
            """#, kind: .registerCard, headers: ["content-type": "application/cloudevents+json"])
        let jobs = try [binary, structured].map { try decoder.decode($0) }
        #expect(jobs[0] == jobs[1])
        #expect(jobs[0].provenance == Provenance(eventID: "e-1", correlationID: "order-7"))
        guard case .charge(let job) = jobs[0].job else {
            Issue.record("not a charge")
            return
        }
        #expect(job.paymentDescription == "Año" && job.transactionAmount == ExactDecimal("100.50"))
    }
}
