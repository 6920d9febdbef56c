import PaymentJobs
import Testing

@Suite("Dead letters") struct DeadLetterTests {
    private let origin = Origin(
        topic: "cobrador.jobs.charge-saved-card", partition: 3, offset: 42, consumerGroup: "cobrador")
    private let noon: Int64 = 1_732_363_200_000

    private func letter(_ detail: String = "details") -> DeadLetter {
        DeadLetter(reason: .outcomeUnknown, detail: detail, money: .unknown, jobID: JobID("job-1"))
    }

    private var inbound: InboundMessage {
        InboundMessage(
            topicKind: .chargeSavedCard, key: [0, 0xFF], value: [0xC3, 0x28, 0],
            headers: [
                MessageHeader("ce_id", "e-1"), MessageHeader(name: "raw", value: [0xFF, 0]),
                MessageHeader("twice", "1"), MessageHeader("twice", "2"), MessageHeader("", ""),
            ], timestamp: noon - 1_000)
    }

    @Test("the headers are exactly the contract's, behind the original ones")
    func headers() {
        let message = letter().message(from: inbound, origin: origin, attempts: 5, at: noon)
        #expect(message.destination == .deadLetters)
        #expect(message.key == inbound.key && message.value == inbound.value)
        #expect(Array(message.headers.prefix(5)) == inbound.headers)
        #expect(
            message.headers.dropFirst(5).map {
                "\($0.name)=\(String(decoding: $0.value ?? [], as: UTF8.self))"
            }
                == [
                    "cobrador-dl-reason=outcome-unknown", "cobrador-dl-detail=details",
                    "cobrador-dl-money=unknown", "cobrador-dl-job-id=job-1",
                    "cobrador-dl-original-topic=cobrador.jobs.charge-saved-card",
                    "cobrador-dl-original-partition=3", "cobrador-dl-original-offset=42",
                    "cobrador-dl-original-timestamp=2024-11-23T11:59:59.000Z",
                    "cobrador-dl-consumer-group=cobrador", "cobrador-dl-attempts=5",
                    "cobrador-dl-first-failed-at=2024-11-23T12:00:00.000Z",
                    "cobrador-dl-failed-at=2024-11-23T12:00:00.000Z", "cobrador-dl-replays=0",
                    "cobrador-dl-version=1", "kafka_dlt-original-topic=cobrador.jobs.charge-saved-card",
                ])
    }

    @Test("what isn't known has no header, and a record without key or value stays without")
    func unknown() {
        var bare = inbound
        (bare.key, bare.value, bare.headers, bare.timestamp) = (nil, nil, [], nil)
        let letter = DeadLetter(JobRefusal(.undecodable, [.init("", "no value")]), headers: [])
        let message = letter.message(from: bare, origin: origin, attempts: 0, at: noon)
        #expect(message.key == nil && message.value == nil && message.headers.count == 13)
        #expect(message.headers.text("cobrador-dl-job-id") == nil)
        #expect(message.headers.text("cobrador-dl-original-timestamp") == nil)
        #expect(message.headers.text("cobrador-dl-money") == "not-moved")
        #expect(message.headers.text("cobrador-dl-reason") == "undecodable")
    }

    @Test("a second failure sets the headers again, appends none, and keeps its first time and replays")
    func again() {
        var replayed = inbound
        let first = letter("first").message(from: inbound, origin: origin, attempts: 5, at: noon)
        replayed.headers = first.headers.filter { $0.name != "cobrador-dl-replays" }
        replayed.headers.append(MessageHeader("cobrador-dl-replays", "2"))
        replayed.headers.append(MessageHeader("cobrador-dl-truncated", "9"))
        replayed.headers.append(MessageHeader("kafka_dlt-original-topic", "theirs"))
        var later = origin
        later.offset = 77
        let second = letter("second").message(
            from: replayed, origin: later, attempts: 1, at: noon + 60_000)
        #expect(second.headers.map(\.name) == first.headers.map(\.name))
        #expect(second.headers.text("cobrador-dl-first-failed-at") == "2024-11-23T12:00:00.000Z")
        #expect(second.headers.text("cobrador-dl-failed-at") == "2024-11-23T12:01:00.000Z")
        #expect(second.headers.text("cobrador-dl-replays") == "2")
        #expect(second.headers.text("cobrador-dl-detail") == "second")
        #expect(second.headers.text("cobrador-dl-original-offset") == "77")
        #expect(second.headers.text("kafka_dlt-original-topic") == origin.topic)
    }

    @Test(
        "earlier headers that aren't in our form are not taken over",
        arguments: ["", "yesterday", "-3", "2024-11-23", "99999999999", "2024-11-23T12:00:00.000Z\n"])
    func forged(text: String) {
        var message = inbound
        message.headers = [
            MessageHeader("cobrador-dl-first-failed-at", text), MessageHeader("cobrador-dl-replays", text),
        ]
        let headers = letter().message(from: message, origin: origin, attempts: 1, at: noon).headers
        #expect(headers.text("cobrador-dl-first-failed-at") == "2024-11-23T12:00:00.000Z")
        #expect(headers.text("cobrador-dl-replays") == "0")
    }

    @Test("any record timestamp can be a dead letter's", arguments: [Int64.min, -62_167_219_200_001, .max])
    func timestamps(timestamp: Int64) {
        var message = inbound
        message.timestamp = timestamp
        let headers = letter().message(from: message, origin: origin, attempts: 1, at: noon).headers
        #expect(headers.text("cobrador-dl-original-timestamp")?.utf8.count == 24)
    }

    @Test("the detail is one line of at most 256 scalars, however it is put together")
    func detail() {
        let whole = String(repeating: "é", count: 256)
        #expect(letter(whole).detail == whole)
        #expect(letter(whole + "x").detail == String(repeating: "é", count: 255) + "…")
        #expect(letter("a\r\nb\u{0}c\u{2028}d").detail == "a  b c d")
        let oneCharacter = "e" + String(repeating: "\u{301}", count: 10_000)
        #expect(letter(oneCharacter).detail.unicodeScalars.count == 256)
    }

    @Test("every header of ours is text")
    func text() throws {
        let message = letter("a\nb").message(from: inbound, origin: origin, attempts: 1, at: noon)
        for header in message.headers.dropFirst(5) {
            let text = try #require(String(validating: header.value ?? [], as: UTF8.self))
            #expect(!text.isEmpty && text.unicodeScalars.allSatisfy { $0.value >= 0x20 })
        }
    }

    @Test("a refusal's reason, detail and job id become the letter's, and no money moved")
    func refusals() {
        let id = JobID("job-1")
        let refusal = JobRefusal(.invalid, [.init("a", "x"), .init("", "y")], jobID: id)
        #expect(
            DeadLetter(refusal, headers: [])
                == DeadLetter(reason: .invalid, detail: "a: x; y", money: .notMoved, jobID: id))
    }

    @Test("the reasons are a closed set of words that operators filter by")
    func reasons() {
        #expect(
            DeadLetter.Reason.allCases.map(\.rawValue) == [
                "undecodable", "invalid", "card-data", "conflict", "retries-exhausted",
                "account-misconfigured", "outcome-unknown",
            ])
        #expect(MoneyState.notMoved.rawValue == "not-moved" && MoneyState.unknown.rawValue == "unknown")
    }

    /// What `sha256sum` says of the three bytes `abc`.
    private static let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    @Test("one that is too large keeps key and headers, and its value says where the whole one is")
    func truncated() throws {
        var message = inbound
        message.value = Array("abc".utf8)
        let whole = letter().message(from: message, origin: origin, attempts: 1, at: noon)
        let short = whole.truncated(origin: origin)
        #expect(short.key == whole.key && short.headers.dropLast() == whole.headers[...])
        #expect(short.headers.last == MessageHeader("cobrador-dl-truncated", "3"))
        #expect(
            short.value.map { String(decoding: $0, as: UTF8.self) }
                == "sha256=\(Self.digest) bytes=3 origin=cobrador.jobs.charge-saved-card/3/42")
        #expect(short.truncated(origin: origin) == short)
    }
}
