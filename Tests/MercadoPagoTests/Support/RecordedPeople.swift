import ExactJSON
import PaymentJobs
import Testing

@testable import MercadoPago

/// The recorded customers, cards and tokens, and what they say.
enum RecordedPeople {
    static let all: [String: FixtureExpectation] = [
        "sdk-php/Customer/customer_base.json": customer,
        "sdk-php/Customer/customer_search.json": search,
        "sdk-php/Customer/customer_card_base.json": card,
        "sdk-php/Customer/customer_card_list.json": cards,
        "sdk-php/CardToken/card_token_get.json": token,
    ]

    private static let customer: FixtureExpectation = { json in
        let customer = try #require(json.object.flatMap(Customer.init(fields:)))
        #expect(customer.id.description == "1469979538-52qKdADBYeloaX" && customer.status == "active")
        #expect(customer.email == Secret("test_cust_1693832456@testuser.com") && customer.cards.isEmpty)
        #expect(customer.firstName == Secret("Test") && customer.lastName == Secret("Customer"))
        #expect(customer.phone == PhoneNumber(areaCode: Secret("11"), number: Secret("999990101")))
        #expect(
            customer.identification == Identification(type: "CPF", number: Secret("19119119100")))
        #expect(customer.defaultCard == nil && customer.customerDescription == "Customer description")
        #expect(customer.isLive == true && customer.dateRegistered == nil && customer.metadata.isEmpty)
        #expect(customer.dateCreated == "2023-09-04T09:00:57.374-04:00")
        #expect(customer.dateLastUpdated == customer.dateCreated)
        #expect(customer.userID == 1_469_979_538 && customer.merchantID == 471_763_966)
        #expect(customer.clientID == 558_881_221_729_581 && customer.defaultAddress == "1322811505")
        // The main address has its number as a text, the list has another one as a number.
        #expect(
            customer.address
                == PostalAddress(
                    id: "1322811505", zipCode: Secret("02675031"),
                    streetName: Secret("Av. das Nações Unidas"), streetNumber: Secret("3000")))
        #expect(
            customer.addresses == [
                PostalAddress(
                    id: "1322811505", zipCode: Secret("02675031"),
                    streetName: Secret("Av. das Nações Unidas"), streetNumber: Secret("3003"),
                    cityName: Secret("Osasco"))
            ])
        return [customer]
    }

    private static let search: FixtureExpectation = { json in
        let page = try #require(Page<Customer>(json))
        #expect(page.total == 2 && page.limit == 10 && page.offset == 0)
        let ids = page.results.map(\.id.description)
        #expect(ids == ["1469979538-52qKdADBYeloaX", "1439324851-zk2BeFiet6otYD"])
        #expect(page.results.map { $0.cards.count } == [1, 1])
        let card = try #require(page.results.first?.cards.first)
        #expect(card.id == "9267060453" && card.firstSixDigits == "503143" && card.lastFourDigits == "6351")
        #expect(card.userID == "1466743052" && card.customerID == page.results.first?.id)
        #expect(card.isLive == nil && card.paymentMethodName == "Mastercard")
        #expect(card.dateCreated.flatMap(GatewayDate.milliseconds) == 1_693_506_118_000)
        return page.results + [card]
    }

    private static let card: FixtureExpectation = { json in
        let card = try #require(json.object.flatMap(CustomerCard.init(fields:)))
        #expect(card.id == "1562188766852" && card.firstSixDigits == "423564")
        #expect(card.lastFourDigits == "5682" && card.expirationMonth == 6 && card.expirationYear == 2023)
        #expect(card.paymentMethodID == "visa" && card.paymentMethodName == "visa")
        #expect(card.paymentTypeID == "credit_card" && card.issuerID == "25" && card.issuerName == "Visa")
        #expect(card.securityCodeLength == 3 && card.securityCodeLocation == "back")
        #expect(card.cardholderName == Secret("APRO") && card.userID == "448870796" && card.isLive == true)
        #expect(
            card.cardholderIdentification == Identification(type: "CPF", number: Secret("19119119100")))
        #expect(card.customerID?.description == "448870796-7ZjwhKGxILixxN")
        #expect(card.dateCreated == "2019-07-03T21:15:35.000Z")
        #expect(card.dateLastUpdated == "2019-07-03T21:19:18.000Z")
        return [card]
    }

    private static let cards: FixtureExpectation = { json in
        let cards = try #require(json.array).compactMap(\.object).compactMap(CustomerCard.init(fields:))
        #expect(cards.map(\.id) == ["1562188766851", "1562188766852"])
        #expect(cards.map(\.paymentMethodID) == ["master", "visa"])
        #expect(cards.map(\.expirationYear) == [2023, 2024] && cards.map(\.issuerID) == ["24", "25"])
        return cards
    }

    private static let token: FixtureExpectation = { json in
        let token = try #require(json.object.flatMap(CardTokenInfo.init(fields:)))
        #expect(token.id == CardToken("60aca73f30e817f") && token.status == "active" && token.cardID == nil)
        #expect(token.firstSixDigits == "123456" && token.lastFourDigits == "2580")
        #expect(token.expirationMonth == 11 && token.expirationYear == 2025 && token.cardNumberLength == 16)
        #expect(token.securityCodeLength == 3 && token.passesLuhn == true && token.isLive == true)
        #expect(token.cardholderName == Secret("APRO") && token.requiresESC == false)
        #expect(token.dateLastUpdated == token.dateCreated)
        let created = try #require(token.dateCreated.flatMap(GatewayDate.milliseconds))
        #expect(token.expiresAt == created + 8 * 86_400_000)
        return [token]
    }
}
