import PaymentJobs
import Testing

@Suite("Redaction of foreign text") struct RedactionTests {
    static let secrets = [
        // E-mail addresses, as people and as addresses of calls write them.
        "ana@example.com", "ANA.PEREZ+mp@sub.example.com.ar", "o'brien@example.com", "a@b", "ñandú@correo.mx",
        "ana%40example.com", "ana%2Bmp%40example.com", "ana＠example.com", "\"ana\"@example.com",
        // Card numbers.
        "4509953566233704", "4509 9535 6623 3704", "4509-9535-6623-3704", "4509.9535.6623.3704",
        "4509\u{A0}9535\u{202F}6623\u{2009}3704", "4509/9535/6623/3704", "4509 - 9535 - 6623 - 3704",
        "4509\u{200B}9535\u{200B}6623\u{200B}3704", "4509\t9535\n6623  3704", "3711 803032 57522",
        "٤٥٠٩٩٥٣٥٦٦٢٣٣٧٠٤", "４５０９９５３５６６２３３７０４", "4 5 0 9 9 5 3 5 6 6 2 3 3 7 0 4",
        "4509–9535–6623–3704", "5067 2686 5051 7446 123",
        // Tokens and keys.
        "ff8080814c11e237014c1ff593b57b4d", "4f6a0d2b9c8e7f1a3b5c6d7e8f901234",
        "APP_USR-1234567890123456-112233-0123456789abcdef0123456789abcdef-987654321",
        "TEST-1234567890123456-112233-0123456789abcdef0123456789abcdef-987654321",
        "APP_USR-6f8b7a5c-2a1d-4e3f-9b8c-7d6e5f4a3b2c",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
        "QWxhZGRpbjpvcGVuIHNlc2FtZTEyMw==", "abcdefghijklmnopqrstuvwxyzabcdefgh",
        "APP_USR-12345678-abcd", "123456789-jxOV430go9fx2e",
        // Papers and telephones.
        "12345678909", "123.456.789-09", "+5511987654321",
    ]

    static let frames = ["%", "Error: %", "% is wrong", "[%]", "{\"email\":\"%\"}", "(%).", "x:%,y", "<%>"]

    @Test("no piece of a secret survives, wherever it stands", arguments: secrets)
    func hides(secret: String) {
        for frame in Self.frames {
            let text = Redaction.scrub(frame.replacing("%", with: secret))
            #expect(text.contains("‹redacted›"))
            let pieces = secret.split { !$0.isLetter && !$0.isNumber }.map(String.init)
            // A quoted name before an address is no address.
            for piece in pieces where piece.count >= 3 && !frame.contains(piece) && piece != "ana" {
                #expect(!text.contains(piece), "\(text)")
            }
        }
    }

    @Test(
        "ordinary messages stay as they are",
        arguments: [
            "Customer not found", "Card Token not found", "invalid parameters ", "internal_server_error",
            "The name of the following parameters is wrong : [additional_info.payer.address.street_number]",
            "Header X-Idempotency-Key can't be null", "transaction_amount must be a positive number (4003)",
            "cc_rejected_bad_filled_security_code", "the customer already exist", "codes 2006, 3003, 4292",
            "HTTP 503 from /v1/payments after 3 attempts in 1200.50 ms", "Oops! Something went wrong...",
            "No se pudo procesar: tarjeta inválida, año 2030", "不支持的卡", "installments: 12 of 24",
            "date_of_expiration: 2024-11-23T12:00:00.000-04:00", "23-09-2021T17:56:16UTC;", "",
            "since 2024-11-23 12:00:00", "point_of_interaction.transaction_data.subscription_sequence.number",
            "amount 100.50 exceeds 99.99 by 0.51", "card-120", "bad_request (400)", "127.0.0.1:8080",
            "cobrador.jobs.charge-saved-card.dead-letters", "?installments=12&transaction_amount=100.50",
        ])
    func readable(message: String) { #expect(Redaction.scrub(message) == message) }

    @Test("line breaks and control characters become spaces")
    func oneLine() {
        #expect(Redaction.scrub("a\nb\r\nc\u{0}d\u{1B}[31me\u{85}f\u{2028}g") == "a b  c d [31me f g")
    }

    @Test("the result is bounded in scalars, whatever a character is made of")
    func bounded() {
        let accents = "e" + String(repeating: "\u{301}", count: 9_999)
        for text in [String(repeating: "word ", count: 9_999), accents] {
            #expect(Redaction.scrub(text).unicodeScalars.count <= 256)
            #expect(Redaction.scrub(text, maxLength: 10).unicodeScalars.count <= 10)
        }
        #expect(Redaction.scrub("123 567 9 1", maxLength: 10) == "123 567 9…")
        #expect(Redaction.scrub("123 567 90", maxLength: 10) == "123 567 90")
    }

    @Test("a secret that the limit cuts through leaves no piece behind")
    func cut() {
        for secret in ["4509 9535 6623 3704", "4509953566233704", "ana.perez@example.com"] {
            for padding in 0..<64 {
                // One long word shrinks to a mask, so that what stands at the cut is within the result.
                let word = String(repeating: "x", count: 110 + padding)
                let text = Redaction.scrub("\(word) \(secret) tail", maxLength: 40)
                #expect(!text.contains("4509") && !text.contains("ana"))
            }
        }
    }
}
