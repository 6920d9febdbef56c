import ExactJSON
import Testing

@testable import PaymentJobs

@Suite("Card numbers are found") struct CardNumberTests {
    private func expectCardNumber(
        _ text: String, at path: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(
            CardSample.findings(text) == [.init(path: path, kind: .cardNumber)],
            sourceLocation: sourceLocation)
    }

    @Test(
        "every published number, as a string, a number, in groups and in free text",
        arguments: CardSample.published)
    func published(number: String) {
        expectCardNumber("{\"note\":\"\(number)\"}", at: "note")
        expectCardNumber("{\"note\":\(number)}", at: "note")
        expectCardNumber("{\"note\":\"\(CardSample.grouped(number))\"}", at: "note")
        expectCardNumber("{\"a\":[{\"b\":\"tel 11 \(CardSample.grouped(number)) 12/27\"}]}", at: "a[0].b")
        expectCardNumber("card \(number), no JSON", at: "")
        #expect(CardSample.stripped("{\"n\":\"\(number)\"}") == "{\"n\":\"\(CardSample.masked(number))\"}")
        #expect(CardSample.stripped("{\"n\":\(number)}") == "{\"n\":\"\(CardSample.masked(number))\"}")
    }

    @Test(
        "however it is written",
        arguments: [
            "4509 9535 6623 3704", "4509-9535-6623-3704", "4509.9535.6623.3704", "4509 - 9535 - 6623 - 3704",
            "4509\u{A0}9535\u{202F}6623\u{2009}3704", "4509\u{200B}9535\u{FEFF}6623\u{2060}3704",
            "4509–9535—6623−3704", "4509_9535_6623_3704", "4509/9535/6623/3704", "4509, 9535, 6623, 3704",
            "4509\\t9535\\n6623\\r\\n3704", "4 5 0 9 9 5 3 5 6 6 2 3 3 7 0 4", "450995 3566 233704",
            "٤٥٠٩٩٥٣٥٦٦٢٣٣٧٠٤", "４５０９ ９５３５ ６６２３ ３７０４", "\\u00345\\u0030\\u0039953566233704",
            "\\ud835\\udfd2509953566233704", "4509%209535%206623%203704", "%34509953566233704",
            "4509%C2%A09535%C2%A06623%C2%A03704",
            "https:\\/\\/shop.example\\/?n=4509%2D9535%2D6623%2D3704&x=1",
            "4509+9535+6623+3704", "visa4509953566233704", "4509953566233704visa",
            "tarjeta4509 9535 6623 3704vto12/30", "PAN4509953566233704CVC", "卡号4509953566233704。",
            "**4509953566233704**", "%B4509953566233704^PEREZ/ANA^2711101", ";4509953566233704=27111010000?",
            "4509953566233704@example.com", "11-4509953566233704 12",
            "4509953566233704.0",
            "{\\\"n\\\":\\\"4509953566233704\\\"}", "45099535\\u00ad66233704", "4️⃣5️⃣0️⃣9️⃣9️⃣5️⃣3️⃣5️⃣6️⃣6️⃣2️⃣3️⃣3️⃣7️⃣0️⃣4️⃣",
            "10%4509953566233704", "pan4509953566233704exp1230cvv9zip90210",
            "a1b2c3 x9pan4509953566233704exp1230x",
        ])
    func spellings(text: String) throws {
        let document = "{\"job_id\":\"j\",\"description\":\"\(text)\"}"
        #expect((try? JSON(parsing: document)) != nil)
        expectCardNumber(document, at: "description")
        expectCardNumber("no JSON: \(text)", at: "")
        let stripped = try #require(CardSample.stripped(document))
        #expect(CardSample.findings(stripped) == [])
        #expect((try? JSON(parsing: stripped)) != nil)
    }

    @Test(
        "a JSON number by its value",
        arguments: [
            "4509953566233704", "-4509953566233704", "4.509953566233704e15", "45099535662337040e-1",
            "4509953566233704.00", "4509953566233704E+0",
        ])
    func numerals(literal: String) {
        expectCardNumber("{\"a\":[1,\(literal)]}", at: "a[1]")
        #expect(CardSample.stripped("{\"a\":[1, \(literal) ]}") == "{\"a\":[1, \"************3704\" ]}")
        expectCardNumber(literal, at: "")
        expectCardNumber("{\"a\":\"\(literal)\"}", at: "a")
    }

    @Test("in names, and two names stay two")
    func names() {
        expectCardNumber(#"{"a":{"4509953566233704":1}}"#, at: "a.************3704")
        #expect(
            CardSample.stripped(#"{"4509953566233704":1,"4509 9535 6623 3704":2,"************3704":3}"#)
                == ##"{"************3704 #2":1,"**** **** **** 3704":2,"************3704":3}"##)
        let twins = #"{"4509953566233704":1,"4157236211736486":2,"a4157236211736486":2,"\u00344509":0}"#
        #expect(
            CardSample.stripped(twins)
                == #"{"************3704":1,"************6486":2,"a************6486":2,"\u00344509":0}"#)
    }

    @Test("the path never quotes what was found, nor what else a name may hold")
    func paths() {
        let text = #"{"45099535":{"66233704":{"ana@example.com":["4509953566233704"]}}}"#
        let path = CardSample.findings(text).first?.path ?? ""
        #expect(path.hasSuffix(".‹redacted›[0]") && !path.contains("6623") && !path.contains("ana"))
    }

    @Test(
        "a field named for it needs neither prefix nor check digit",
        arguments: [
            "card_number", "cardNumber", "pan", "PAN", "payer_card_number", "numero_tarjeta",
            "numeroDeTarjeta", "número_cartão", "numero_do_cartao", "cc-number",
        ])
    func named(name: String) {
        for value in [
            "\"1234567890123\"", "\"1234 5678 9012 3456\"", "1234567890123456", "[\"123456789012\"]",
        ] {
            #expect(CardSample.findings("{\"\(name)\":\(value)}").map(\.kind) == [.cardNumber])
        }
        #expect(CardSample.stripped("{\"\(name)\":\"1234 5678 9012 3456\"}")?.contains("5678") == false)
        for value in ["\"************3456\"", "\"12345678901\"", "null", "16", "\"\"", "{\"length\":16}"] {
            #expect(CardSample.findings("{\"\(name)\":\(value)}") == [])
        }
    }

    @Test("ids may be any row of digits, and nothing else")
    func exemptions() {
        let visa = CardSample.visa
        for name in [
            "id", "job_id", "external_reference", "card_id", "payment_id", "customer_id", "cardId",
            "issuer_id",
            "after_payment_id", "ce_id", "correlationid", "order_ids", "ids", "orderIds", "orderid",
            "OrderID",
            "shop_transactionid", "CUSTOMERID",
        ] {
            #expect(CardSample.findings("{\"\(name)\":\"\(visa)\"}") == [])
            #expect(CardSample.findings("{\"\(name)\":\(visa)}") == [])
            #expect(CardSample.findings("{\"\(name)\":[\"\(visa)\",\(visa)]}") == [])
            expectCardNumber("{\"\(name)\":\"\(CardSample.grouped(visa))\"}", at: name)
            expectCardNumber("{\"\(name)\":\"order \(visa)\"}", at: name)
        }
        #expect(CardSample.findings("{\"identification\":{\"number\":\"\(visa)\"}}") == [])
        #expect(CardSample.findings("{\"data\":{\"job_id\":\"\(visa)\"}}") == [])
        for name in ["number", "token", "card", "reference", "order", "valid", "kids", "paid", "description"]
        {
            expectCardNumber("{\"\(name)\":\"\(visa)\"}", at: name)
        }
    }

    @Test("a word that holds everything about a card loses its number and its code")
    func crammed() {
        #expect(
            CardSample.stripped("pan4509953566233704exp1230cvv123zip90210")
                == "pan************3704exp1230cvv***zip90210")
    }

    @Test("several numbers in one text go, and what remains of them makes no new one")
    func several() {
        #expect(
            CardSample.stripped("a 4509953566233704, b 5031 7557 3453 0604; c")
                == "a ************3704, b **** **** **** 0604; c")
        // The last four digits of the one and the eleven behind them are an American Express card.
        let tail = "1803032575"
        let last = (0...9).first { last in
            var row = DigitRow()
            for digit in "3704\(tail)\(last)" { row.append(UInt8(digit.wholeNumberValue ?? 0)) }
            return row.isLuhnValid(0..<15)
        }
        let eleven = "\(tail)\(last ?? 0)"
        #expect(CardSample.findings("3704 \(eleven)").map(\.kind) == [.cardNumber])
        #expect(
            CardSample.stripped("4509953566233704 \(eleven)") == "**************** \(eleven)")
    }
}
