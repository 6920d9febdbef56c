import ExactJSON
import Testing

@testable import Sandbox

@Suite("Parts of cards and customers") struct CardPartsTests {
    @Test("every published test card has its published brand", arguments: SandboxSite.allCases)
    func cards(_ site: SandboxSite) throws {
        for card in site.testCards {
            let number = try #require(CardNumber(card.number))
            let brand = try #require(CardBrand.of(number))
            #expect(brand.id == card.methodID && number.digits.count == brand.numberLength)
            #expect(number.isLuhnValid == brand.hasCheckDigit)
            #expect(site.methodIDs.contains(brand.id) || brand.id == "debmaster")
        }
    }

    @Test("every method that a site lists is in the catalogue, once")
    func catalogue() {
        let ids = CardBrand.catalogue.map(\.id)
        #expect(Set(ids).count == ids.count)
        #expect(SandboxSite.allCases.allSatisfy { Set($0.methodIDs).isSubset(of: ids) })
        let prefixes = CardBrand.catalogue.flatMap(\.prefixes)
        #expect(Set(prefixes).count == prefixes.count && prefixes.allSatisfy { (1...6).contains($0.count) })
    }

    @Test(
        "Mastercard's second series is all of 2221 to 2720, and nothing beside it",
        arguments: [
            (2_220, false), (2_221, true), (2_299, true), (2_500, true), (2_720, true), (2_721, false),
        ])
    func secondSeries(_ first: Int, _ isMaster: Bool) throws {
        let number = try #require(CardNumber("\(first)000000000000"))
        #expect((CardBrand.of(number)?.id == "master") == isMaster)
    }

    @Test(
        "a holder's name decides by its prefix, in either case",
        arguments: [
            ("APRO", "accredited"), ("CONT", "pending_contingency"), ("OTHE", "cc_rejected_other_reason"),
            ("CALL", "cc_rejected_call_for_authorize"), ("FUND", "cc_rejected_insufficient_amount"),
            ("SECU", "cc_rejected_bad_filled_security_code"), ("EXPI", "cc_rejected_bad_filled_date"),
            ("FORM", "cc_rejected_bad_filled_other"), ("CARD", "cc_rejected_bad_filled_card_number"),
            ("INST", "cc_rejected_invalid_installments"), ("DUPL", "cc_rejected_duplicated_payment"),
            ("LOCK", "cc_rejected_card_disabled"), ("CTNA", "cc_rejected_card_type_not_allowed"),
            ("ATTE", "cc_rejected_max_attempts"), ("BLAC", "cc_rejected_blacklist"),
            ("UNSU", "cc_rejected_other_reason"),
        ])
    func holders(_ name: String, _ detail: String) async throws {
        let number = try #require(CardNumber("5031755734530604"))
        for holder in [name, name + " Ana Lovelace", name.lowercased() + "x"] {
            let outcome = CardOutcome.of(holder: holder, number: number, capture: true, binaryMode: false)
            #expect(outcome.detail == detail)
        }
        let behind = CardOutcome.of(
            holder: "Ana " + name, number: number, capture: true, binaryMode: false)
        #expect(behind == .approved, "a prefix, not a part")
        try await Bench.run { bench in
            let holders = try await bench.get("/_sandbox/test-cards").json["holders"]?.array
            let shown = try #require(holders?.first { $0["name"] == .string(name) })
            let charge = Bench.guest(try await bench.token(name))
            let paid = try await bench.post("/v1/payments", charge, key: "1").json
            #expect(paid["status"] == shown["status"] && paid["status_detail"] == .string(detail))
            #expect(shown["status_detail"] == .string(detail))
        }
    }

    @Test("what is removed makes room, and may come again in its turn")
    func removal() {
        var store = BoundedStore<Int, Int>(max: 3)
        for number in 0..<3 { store.insert(number, for: number) }
        #expect(store.remove(1) == 1 && store.remove(1) == nil && store[1] == nil && store.count == 2)
        #expect(store.insert(3, for: 3) == nil && Array(store.all) == [0, 2, 3])
        #expect(store.remove(0) == 0)
        #expect(store.insert(10, for: 0) == nil && Array(store.all) == [2, 3, 10])
        #expect(store.insert(4, for: 4) == 2 && Array(store.all) == [3, 10, 4])
        #expect(store.evicted == 1)
    }

    @Test("a store that is filled and emptied for long keeps its order and its limit")
    func churn() {
        var store = BoundedStore<Int, Int>(max: 8)
        var model: [Int] = []
        var random = Identifiers(seed: 7)
        for number in 0..<5_000 {
            if random.next().isMultiple(of: 3), let gone = model.randomElement(by: &random) {
                #expect(store.remove(gone) == gone)
                model.removeAll { $0 == gone }
            }
            let forgotten = store.insert(number, for: number)
            model.append(number)
            #expect(forgotten == (model.count > 8 ? model.removeFirst() : nil))
            #expect(Array(store.all) == model && store.count == model.count)
        }
    }

    @Test("the index keeps no more than it may, and nothing without a lag")
    func index() {
        func customer(_ id: Int) -> Customer {
            let time = Instant(milliseconds: 0)
            return Customer(
                id: "\(id)-x", userID: 1, email: "\(id)@b.com", fields: [:], created: time, updated: time)
        }
        let now = Instant(milliseconds: 10_000)
        var index = CustomerIndex(lag: .seconds(5), max: 3)
        for id in 0..<10 { index.changed(customer(id), now: now) }
        #expect(index.seen([], now: now).map(\.id) == ["7-x", "8-x", "9-x"])
        index.changed(customer(10), now: now.advanced(by: .seconds(5)))
        #expect(index.seen([], now: now.advanced(by: .seconds(5))).map(\.id) == ["10-x"])
        var none = CustomerIndex(lag: .zero, max: 3)
        none.changed(customer(1), now: now)
        #expect(none.seen([], now: now).isEmpty)
    }
}

extension Array {
    fileprivate func randomElement(by random: inout Identifiers) -> Element? {
        isEmpty ? nil : self[Int(random.next() % UInt64(count))]
    }
}
