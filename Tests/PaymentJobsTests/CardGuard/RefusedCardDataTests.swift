import ExactJSON
import PaymentJobs
import Testing

/// What the decoder and the dead letter do about card data.
@Suite("Jobs with card data") struct RefusedCardDataTests {
    private static let number = "4509 9535 6623 3704"
    private let origin = Origin(topic: "t", partition: 0, offset: 1, consumerGroup: "g")

    private func letter(_ message: InboundMessage) throws -> (refusal: JobRefusal, letter: OutboundMessage) {
        let refusal = try refusal(of: message)
        let letter = DeadLetter(refusal, headers: message.headers)
        return (refusal, letter.message(from: message, origin: origin, attempts: 0, at: 0))
    }

    private func text(_ message: OutboundMessage) -> String {
        String(decoding: (message.key ?? []) + (message.value ?? []), as: UTF8.self)
            + message.headers.lines.joined()
    }

    @Test(
        "wherever it stands, the job is refused and its letter is without it",
        arguments: [
            ("description", #""visa 4509 9535 6623 3704""#, "description"),
            ("metadata", #"{"notes":["x","4509-9535-6623-3704"]}"#, "metadata.notes[1]"),
            ("additional_info", #"{"payer":{"card":4509953566233704}}"#, "additional_info.payer.card"),
            ("security_code", #""1234""#, "security_code"), ("cvv", "123", "cvv"),
        ])
    func fields(field: String, literal: String, path: String) throws {
        let message = try Sample.message(Sample.charge, with: field, literal)
        let (refusal, letter) = try letter(message)
        #expect(refusal.reason == .cardData && refusal.problems.map(\.field) == [path])
        #expect(refusal.jobID == JobID("job-1"))
        #expect(letter.headers.text("cobrador-dl-reason") == "card-data")
        #expect(letter.headers.text("cobrador-dl-money") == "not-moved")
        #expect(letter.headers.text("cobrador-dl-card-data-removed") == "true")
        for secret in ["45099", "4509 9", "4509-9", #""1234""#, ":123}"] {
            #expect(!text(letter).contains(secret), "\(secret)")
        }
        let bytes = try #require(letter.value)
        let value = try #require(try JSON(parsing: bytes).object)
        #expect(value["token"]?.string == Sample.token, "everything else is as it was")
        #expect(value.names.last == field)
    }

    @Test("in headers, in the key, and in what is no JSON")
    func elsewhere() throws {
        var header = Sample.message(Sample.charge)
        header.headers.append(MessageHeader("note", Self.number))
        var key = Sample.message(Sample.charge)
        key.key = Array(Self.number.utf8)
        let garbage = Sample.message("{\"card\": 4509 9535 6623 3704")
        for (message, place) in [(header, "header note"), (key, "key"), (garbage, "")] {
            let (refusal, letter) = try letter(message)
            #expect(refusal.reason == .cardData && refusal.problems.map(\.field) == [place])
            #expect(!text(letter).contains("4509 9535"))
        }
    }

    @Test("a job id that holds a card number names no job in logs and headers")
    func jobID() throws {
        let (refusal, letter) = try letter(
            try Sample.message(Sample.charge, with: "job_id", "\"\(Self.number)\""))
        #expect(refusal.jobID == nil && letter.headers.text("cobrador-dl-job-id") == nil)
        #expect(!text(letter).contains("4509 9535"))
    }

    @Test(
        "ids that look like a card's number pass",
        arguments: ["job_id", "external_reference", "customer_id"])
    func identifiers(field: String) throws {
        let message = try Sample.message(Sample.charge, with: field, #""4509953566233704""#)
        #expect(throws: Never.self) { try JobDecoder().decode(message) }
        var keyed = Sample.message(Sample.charge)
        keyed.key = Array("4509953566233704".utf8)
        #expect(throws: Never.self) { try JobDecoder().decode(keyed) }
    }

    @Test("any other dead letter is stripped too, and a clean one says nothing of it")
    func otherLetters() throws {
        let letter = DeadLetter(reason: .conflict, detail: "d", money: .unknown, jobID: nil)
        let dirty = letter.message(
            from: Sample.message(Self.number), origin: origin, attempts: 1, at: 0)
        #expect(!text(dirty).contains("4509 9535"))
        let clean = letter.message(from: Sample.message(Sample.charge), origin: origin, attempts: 1, at: 0)
        #expect(clean.value == Array(Sample.charge.utf8))
        #expect(clean.headers.text("cobrador-dl-card-data-removed") == nil)
    }
}
