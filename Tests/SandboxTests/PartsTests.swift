import ExactJSON
import Testing

@testable import Sandbox

@Suite("Parts") struct PartsTests {
    @Test("dates are written and read as Python's datetime does it")
    func dates() {
        for row in DateOracle.rows.split(separator: "\n") {
            let fields = row.split(separator: " ").map(String.init)
            let instant = Instant(milliseconds: Int64(fields[0]) ?? -1)
            #expect(instant.iso == fields[1])
            #expect(instant.stamp == fields[5])
            for text in fields[1...4] { #expect(DateText.instant(text, now: instant) == instant) }
        }
    }

    @Test("a date before 1970 is a date too")
    func before() {
        #expect(Instant(milliseconds: -1).stamp == "31-12-1969T23:59:59UTC")
        #expect(
            DateText.instant("1969-12-31T23:59:59.999Z", now: Instant(milliseconds: 0))?.milliseconds == -1)
    }

    @Test(
        "what is no date is none",
        arguments: [
            "", "2026", "2026-11-23", "2026-11-23T10:00:00", "2026-13-01T00:00:00Z", "2026-11-23T24:00:00Z",
            "2026-11-23T10:00:00.Z", "2026-11-23T10:00:00Z ", "2026-11-23 10:00:00Z", "NOW+1DAYS",
            "NOW-61MINUTES",
            "2026-02-29T00:00:00Z", "2026-02-31T00:00:00Z", "2026-04-31T00:00:00Z", "1900-02-29T00:00:00Z",
            "2026-12-32T00:00:00Z", "2026-01-00T00:00:00Z", "NOW-0DAYS", "NOW-DAYS", "NOW-1YEARS", "now",
        ])
    func notDates(_ text: String) {
        #expect(DateText.instant(text, now: Instant(milliseconds: 0)) == nil)
    }

    @Test("a month has its last day", arguments: ["01-31", "02-28", "04-30", "12-31"])
    func lastDays(_ day: String) {
        #expect(DateText.isDate("2026-\(day)"))
        #expect(DateText.isDate("2028-02-29") && DateText.isDate("2000-02-29"))
    }

    @Test("an id is digits and nothing else")
    func digits() {
        #expect(Int64(digits: "0") == 0 && Int64(digits: "20000000001") == 20_000_000_001)
        for text in ["", "+1", "-1", " 1", "1.0", "٣", "9223372036854775808"] {
            #expect(Int64(digits: text) == nil)
        }
    }

    @Test("a query is decoded as a form")
    func query() {
        let query = Query(
            "email=a%2Bb%40c.com&x=a+b&empty=&flag&email=second&bad=%zz%4&sign=%+1%-1&%C3%A9=1")
        #expect(query["email"] == "a+b@c.com" && query["x"] == "a b" && query["empty"] == "")
        #expect(query["flag"] == "" && query["bad"] == "%zz%4" && query["é"] == "1" && query["none"] == nil)
        #expect(query["sign"] == "% 1%-1")
    }

    @Test("a bounded store forgets the oldest, and only that")
    func store() {
        var store = BoundedStore<Int, Int>(max: 3)
        for number in 0..<1_000 {
            let forgotten = store.insert(number * 10, for: number)
            #expect(forgotten == (number < 3 ? nil : (number - 3) * 10))
            #expect(Array(store.all) == (max(0, number - 2)...number).map { $0 * 10 })
        }
        store[998] = 7
        #expect(store.count == 3 && store.evicted == 997 && store[998] == 7 && store[5] == nil)
    }

    @Test("a late answer isn't noted on the arrival that took its place")
    func ring() {
        let log = ArrivalLog(requestsMax: 1)
        let call = Call(
            method: "GET", path: "/v1/x", query: Query(""), authorization: nil, idempotencyKey: nil, body: [],
            stamp: Stamp(requestID: "id", now: Instant(milliseconds: 5)))
        let admission = AdmissionControl.Admission(account: nil, inFlight: nil, refusal: nil)
        let first = log.arrived(call, template: "/first", at: 7_900, admission: admission)
        let second = log.arrived(call, template: "/second", at: 8_000, admission: admission)
        log.answered(first, status: 200, fault: nil, at: 9_000)
        #expect(log.json(from: 0, limit: 9)["requests"]?[0]?["status"] == .null)
        log.answered(second, status: nil, fault: "hang", at: 20_000)
        let line = log.json(from: 0, limit: 9)["requests"]?[0]
        #expect(line?["path"] == "/second" && line?["fault"] == "hang" && line?["at_ms"] == 5)
        #expect(line?["at_us"] == 8 && line?["took_us"] == 12 && line?["account"] == .null)
        #expect(log.summary["answers"] == ["GET /first": ["200": 1], "GET /second": ["cut": 1]])
    }

    @Test("a date is written as HTTP writes it")
    func httpDates() {
        #expect(Instant(milliseconds: 784_111_777_999).httpDate == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(Instant(milliseconds: 1_795_435_200_000).httpDate == "Mon, 23 Nov 2026 12:00:00 GMT")
        #expect(Instant(milliseconds: 0).httpDate == "Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(Instant(milliseconds: -1).httpDate == "Wed, 31 Dec 1969 23:59:59 GMT")
    }

    @Test("what is forgotten leaves no index behind")
    func indexes() async throws {
        var settings = SandboxConfiguration()
        (settings.customersMax, settings.paymentsMax) = (2, 2)
        let seller = Seller(settings.accounts[0], settings: settings, seed: 1)
        let now = Instant(milliseconds: 1_795_435_200_000)
        for index in 0..<10 {
            let made = try await seller.seed(SeedRequest([:]), now: now)
            let customer = try #require(made["customers"]?[0])
            let body: JSONObject = [
                "transaction_amount": 1, "token": customer["token"] ?? nil, "installments": 1,
                "payer": ["type": "customer", "id": customer["customer_id"] ?? nil],
                "external_reference": .string(index < 5 ? "same" : "r\(index)"),
            ]
            #expect(await seller.begin("k\(index)", body: []) == .fresh)
            _ = try await seller.charge("k\(index)", body, now: now)
        }
        #expect(await seller.paymentsByReference.keys.sorted() == ["r8", "r9"])
        #expect(await seller.cards.count == 2)
        #expect(await seller.customersByEmail.count == 2)
        #expect(await seller.begin("k0", body: []) == .fresh)
        #expect(await seller.begin("k9", body: []) != .fresh)
    }

    @Test("every endpoint is matched by its own template, and by no other method")
    func endpoints() {
        for endpoint in Endpoint.allCases {
            let path = endpoint.template.replacing("{id}", with: "7-x")
            let match = Endpoint.match(method: String(endpoint.method), path: String(path))
            guard case .endpoint(let found, let foundIDs) = match else {
                Issue.record("\(endpoint.rawValue) isn't matched")
                continue
            }
            #expect(found == endpoint && foundIDs.count == endpoint.template.count { $0 == "{" })
            #expect(foundIDs.allSatisfy { $0 == "7-x" })
            #expect(
                Endpoint.match(method: "PATCH", path: String(path))
                    == .otherMethod(template: String(endpoint.template)))
        }
        #expect(Endpoint.match(method: "GET", path: "/v1") == .nothing)
        #expect(Endpoint.match(method: "GET", path: "/v1/payments/1/") == .nothing)
        #expect(
            Endpoint.match(method: "PUT", path: "/v1/payments/") == .otherMethod(template: "/v1/payments"))
    }

    @Test(
        "the published test cards have their brands",
        arguments: [
            ("5031755734530604", "master"), ("5031433215406351", "master"), ("5480832801033311", "master"),
            ("5808887774641586", "master"), ("4509953566233704", "visa"), ("4009175332806176", "visa"),
            ("371180303257522", "amex"), ("5287338310253304", "debmaster"), ("5579053461482647", "debmaster"),
            ("4189141221267633", "debvisa"), ("5067766783888311", "debelo"), ("5067268650517446", "elo"),
            ("6062826786276634", "hipercard"), ("5895627823453005", "naranja"), ("6035227716427021", "cabal"),
        ])
    func brands(_ digits: String, _ brand: String) throws {
        let number = try #require(CardNumber(digits))
        #expect(CardBrand.of(number)?.id == brand)
        #expect(number.isLuhnValid == (brand != "naranja"))
        #expect(!"\(number) \(String(reflecting: number))".contains(digits))
    }

    @Test(
        "metadata names become snake case",
        arguments: [
            ("orderNumber", "order_number"), ("order_number", "order_number"), ("SKU", "sku"),
            ("line1Item", "line1_item"),
            ("cobrador_job_id", "cobrador_job_id"), ("A", "a"), ("", ""),
        ])
    func snake(_ name: String, _ echoed: String) {
        #expect(MetadataNames.snake(name) == echoed)
    }

    @Test("a part of an amount is rounded down, or not given at all")
    func parts() throws {
        let amount = try #require(ExactDecimal("10.00"))
        #expect(amount.part(1, of: 3, decimals: 2)?.description == "3.33")
        #expect(ExactDecimal("99").flatMap { $0.part(5, of: 100, decimals: 0) }?.description == "4")
        #expect(amount.part(1, of: 0, decimals: 2) == nil)
        #expect(ExactDecimal("0.001").flatMap { $0.part(1, of: 1, decimals: 2) } == nil)
        #expect(ExactDecimal("999999999999999999").flatMap { $0.part(Int64.max, of: 2, decimals: 0) } == nil)
    }
}
