import ExactJSON
import PaymentJobs
import Testing

@Suite("Messages without card data") struct GuardedMessageTests {
    @Test("an honest job passes untouched")
    func honest() {
        for text in [Sample.charge, Sample.register] {
            let message = Sample.message(
                text,
                headers: [
                    "ce_id": "4509953566233704", "ce_type": "charge-saved-card",
                    "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-4509953566233704-01",
                ])
            #expect(message.cardData() == [] && message.withoutCardData() == nil)
        }
    }

    @Test("value, key and headers are looked at, and only what must change changes")
    func everywhere() throws {
        let message = InboundMessage(
            topicKind: .chargeSavedCard, key: Array("4509 9535 6623 3704".utf8),
            value: Array(#"{ "job_id":"j", "metadata": {"cvv":"123"} }"#.utf8),
            headers: [
                MessageHeader("x-cvv", "1234"), MessageHeader("note", "card 5031755734530604"),
                MessageHeader(name: "empty", value: nil), MessageHeader("ce_id", "4509953566233704"),
                MessageHeader("4509953566233704", "x"), MessageHeader("note", "fine"),
            ], timestamp: 7)
        #expect(
            message.cardData().map(\.description) == [
                "metadata.cvv: security code", "key: card number", "header x-cvv: security code",
                "header note: card number", "header ************3704: card number",
            ])
        let stripped = try #require(message.withoutCardData())
        #expect(stripped.value == Array(#"{ "job_id":"j", "metadata": {"cvv":"***"} }"#.utf8))
        #expect(stripped.key == Array("**** **** **** 3704".utf8) && stripped.timestamp == 7)
        #expect(
            stripped.headers.lines == [
                "x-cvv: ****", "note: card ************0604", "empty: ", "ce_id: 4509953566233704",
                "************3704: x", "note: fine",
            ])
        #expect(stripped.cardData() == [] && stripped.withoutCardData() == nil)
    }

    @Test("a value that is no JSON is looked at as text")
    func undecodable() throws {
        for text in [
            "{\"card\":\"4509953566233704\"", "{'card':4509953566233704}", "{\"a\":1,\"a\":4509953566233704}",
            "\u{FEFF}{\"a\":\"\\u00345099535\\u202f66233704\"}", "4509953566233704;123",
        ] {
            #expect(Sample.message(text).cardData().map(\.description) == ["card number"])
            let stripped = try #require(Sample.message(text).withoutCardData()?.value)
            #expect(CardDataGuard.findings(inValue: stripped) == [])
        }
        let wide = Array("4509953566233704".utf16).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        #expect(CardDataGuard.findings(inValue: wide).map(\.kind) == [.cardNumber])
        let latin = Array("4509".utf8) + [0xA0] + Array("9535".utf8) + [0xA0] + Array("6623".utf8) + [0xA0]
        #expect(CardDataGuard.findings(inText: latin + Array("3704".utf8)).map(\.kind) == [.cardNumber])
    }

    @Test("a decoded document is looked at and stripped like its text")
    func documents() throws {
        let document: JSON = ["a": ["b": [1, "4509953566233704"]], "cvv": 123, "job_id": "4509953566233704"]
        #expect(
            CardDataGuard.findings(in: document) == [
                .init(path: "a.b[1]", kind: .cardNumber), .init(path: "cvv", kind: .securityCode),
            ])
        let expected: JSON = [
            "a": ["b": [1, "************3704"]], "cvv": "***", "job_id": "4509953566233704",
        ]
        #expect(CardDataGuard.stripped(document) == expected)
        #expect(CardDataGuard.stripped(expected) == expected)
    }
}
