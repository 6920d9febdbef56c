import PaymentJobs
import Testing

@Suite("Security codes are found") struct SecurityCodeTests {
    static let names = [
        "cvv", "CVV", "cvv2", "cvc", "cvc2", "cvn", "csc", "security_code", "securityCode", "SecurityCode",
        "card_security_code", "card-security-code", "payer_cvv", "cardCVV", "codigo_de_seguridad",
        "codigoSeguridad", "código_seguridad", "codigo_seguranca", "códigoDeSegurança", "codigo_segurança",
        "card_verification", "verification_value", "cvv2_code", "cvc_code", "CVV2Code",
        String(repeating: "long_", count: 100) + "cvv",
    ]

    @Test("by the name of their field", arguments: names)
    func named(name: String) {
        for value in [
            "\"123\"", "\"1234\"", "123", "1234", "\" 123 \"", "\"1 2 3\"", "12", "[\"123\"]",
            "7", "0", "9999", "\" 123x\"", "\"#1234!\"", "\"c: 123\"",
        ] {
            let findings = CardSample.findings("{\"card\":{\"\(name)\":\(value)}}")
            #expect(findings.map(\.kind) == [.securityCode], "\(value)")
            #expect(findings.first?.path.hasPrefix("card.") == true)
        }
        #expect(CardSample.stripped("{\"\(name)\": \"123\", \"a\":1}") == "{\"\(name)\": \"***\", \"a\":1}")
        #expect(CardSample.stripped("{\"\(name)\":1234}") == "{\"\(name)\":\"****\"}")
        // A number has lost the zero that the code began with.
        #expect(CardSample.stripped("{\"\(name)\":12}") == "{\"\(name)\":\"***\"}")
        #expect(CardSample.stripped("{\"\(name)\":7}") == "{\"\(name)\":\"***\"}")
        #expect(CardSample.findings("{\"\(name)\":{\"value\":\"123\"}}").map(\.kind) == [.securityCode])
    }

    @Test("what is no code in such a field passes", arguments: names)
    func values(name: String) {
        for value in [
            "null", "true", "\"\"", "\"***\"", "\"12\"", "\"12345\"", "12345", "10000", "0.5", "\"3 of 4\"",
            "\"123 is not it\"", "\"mandatory\"",
            "{\"length\":3,\"card_location\":\"back\"}", "{\"mode\":\"mandatory\",\"length\":\"3\"}",
        ] {
            #expect(CardSample.findings("{\"\(name)\":\(value)}") == [], "\(value)")
        }
    }

    @Test(
        "other fields hold three digits without alarm",
        arguments: [
            "security_code_length", "code", "cid", "zip_code", "area_code", "postal_code", "cvv_length",
            "last_four_digits", "number", "street_number", "verification_code", "authorization_code", "scvv",
        ])
    func others(name: String) {
        #expect(CardSample.findings("{\"\(name)\":\"1234\"}") == [])
        #expect(CardSample.findings("{\"\(name)\":123}") == [])
    }

    @Test(
        "behind their name in a text",
        arguments: [
            ("{\"cvv\":\"123\"", "{\"cvv\":\"***\""), ("{'cvc': 1234}", "{'cvc': ****}"),
            ("card_number=x&cvv=123&a=456", "card_number=x&cvv=***&a=456"),
            ("<securityCode>123</securityCode>", "<securityCode>***</securityCode>"),
            ("cvv: 123\nzip: 456", "cvv: ***\nzip: 456"), ("a=1%26cvv%3D123", "a=1%26cvv%3D***"),
            ("Código de segurança: 123.", "Código de segurança: ***."),
            ("\u{FEFF}{\"cvv\":123}", "\u{FEFF}{\"cvv\":***}"),
            ("card 4509… exp 12/30 cvv 123", "card 4509… exp 12/30 cvv ***"), ("CVV2 1234.", "CVV2 ****."),
            ("código de seguridad 123", "código de seguridad ***"), ("cvc - 123", "cvc - ***"),
            ("{\"cvv\":{\"value\":\"123\"}", "{\"cvv\":{\"value\":\"***\"}"),
            ("{\"cvv\": {\n    \"value\": 1234\n}", "{\"cvv\": {\n    \"value\": ****\n}"),
            ("<cvv><value>123</value></cvv>", "<cvv><value>***</value></cvv>"),
            ("{\"name\":\"cvv\",\"value\":\"123\"", "{\"name\":\"cvv\",\"value\":\"***\""),
            (#"{"d":"{\"cvv\":\"123\"}"}"#, #"{"d":"{\"cvv\":\"***\"}"}"#),
        ])
    func text(text: String, expected: String) {
        #expect(CardSample.findings(text).map(\.kind) == [.securityCode])
        #expect(CardSample.stripped(text) == expected)
    }

    @Test(
        "three digits elsewhere in a text are no code",
        arguments: [
            "the code: 123", "cvv is wrong (400)", "cvv:12345", "cvv=12", "x:123", "value: 123", "cvv 12",
            "code 123 cvv", "cvv123", "sku4cvv123",
        ])
    func plainText(text: String) { #expect(CardSample.findings(text) == []) }

    @Test(
        "in one member, its name in another",
        arguments: [
            #"{"name":"cvv","value":"‹›"}"#, #"{"key":"securityCode","value":"‹›","a":{"b":"c"}}"#,
            #"{"a":[{"value":"‹›","x":{"y":[1]},"name":"card_cvv"}]}"#, #"{"field":"CVC","Value":"‹›"}"#,
        ])
    func pairs(template: String) {
        for value in ["123", "1234", " 12 3"] {
            let text = template.replacing("‹›", with: value)
            #expect(CardSample.findings(text).map(\.kind) == [.securityCode])
            let stars = value.map { $0.isNumber ? "*" : String($0) }.joined()
            #expect(CardSample.stripped(text) == template.replacing("‹›", with: stars))
        }
        let number = template.replacing("\"‹›\"", with: "7")
        #expect(CardSample.stripped(number) == template.replacing("‹›", with: "***"))
        for value in ["12", "12345", "none", "4509953566233704"] {
            let kinds = CardSample.findings(template.replacing("‹›", with: value)).map(\.kind)
            #expect(kinds == (value.count == 16 ? [.cardNumber] : []))
        }
        let pan = CardSample.findings(#"{"name":"pan","value":"1234 5678 9012 3456"}"#)
        #expect(pan == [.init(path: "value", kind: .cardNumber)])
        #expect(CardSample.findings(#"{"name":"size","value":"123"}"#) == [])
        #expect(CardSample.findings(#"[{"name":"cvv"},{"value":"123"}]"#) == [])
    }
}
