import ExactJSON
import NIOCore
import PaymentJobs
import Testing

@testable import MercadoPago

/// The recorded errors, accounts and lists, and what they say.
enum RecordedOthers {
    static let all: [String: FixtureExpectation] = [
        "active_merchant/failed_capture_response.json": notAllowed,
        "active_merchant/failed_void_response.json": notAllowed,
        "active_merchant/failed_refund_response.json": notFound,
        "sdk-php/User/user_base.json": account,
        "sdk-php/PaymentMethod/payment_method_get.json": methods,
        "sdk-php/IdentificationType/identification_type_list.json": identificationTypes,
    ]

    private static func error(_ json: JSON) throws -> APIError {
        let status = try #require(json["status"]?.int64)
        return APIError(RawAnswer(status: Int(status), body: ByteBuffer(bytes: json.serialized())), now: 0)
    }

    private static let notAllowed: FixtureExpectation = { json in
        let error = try error(json)
        #expect(error.status == 405 && error.codes == ["Method not allowed"])
        #expect(error.kind == "method_not_allowed" && error.message == "Method not allowed")
        #expect(error.causes.map(\.requestID) == [nil] && error.requestID == nil && !error.mayHaveBeenDone)
        return []
    }

    private static let notFound: FixtureExpectation = { json in
        let error = try error(json)
        #expect(error.status == 404 && error.codes == [] && error.kind == "not_found")
        #expect(error.message == "Resource /payments/refunds/ not found." && error.causes.isEmpty)
        return []
    }

    private static let account: FixtureExpectation = { json in
        let account = try #require(json.object.flatMap(SellerAccount.init(fields:)))
        #expect(account.id == 1_160_535_239 && account.siteID == "MLB" && account.countryID == "BR")
        #expect(account.nickname == "TETE2893135" && account.userType == "normal")
        #expect(account.email == Secret("test_user_5001277@testuser.com") && account.isTestUser == true)
        #expect(account.tags == ["normal", "test_user", "messages_as_seller"])
        #expect(account.siteStatus == "active")
        #expect(account.registrationDate == "2022-07-14T08:05:06.000-04:00")
        #expect(account.description == "account 1160535239 MLB")
        return [account]
    }

    private static let methods: FixtureExpectation = { json in
        let methods = try #require(json.array).compactMap(\.object).compactMap(PaymentMethod.init(fields:))
        #expect(methods.map(\.id) == ["amex", "elo"] && methods.map(\.name) == ["American Express", "Elo"])
        #expect(methods.map(\.securityCodeLengths) == [[4], [3]])
        for method in methods {
            #expect(method.paymentTypeID == "credit_card" && method.status == "active")
            #expect(method.deferredCapture == "supported" && method.isSecurityCodeMandatory)
            #expect(method.minAllowedAmount?.description == "0.5")
            #expect(method.maxAllowedAmount?.description == "60000")
            #expect(method.additionalInfoNeeded.contains("cardholder_identification_number"))
        }
        return methods
    }

    private static let identificationTypes: FixtureExpectation = { json in
        let types = try #require(json.array).compactMap(\.object).compactMap(IdentificationType.init(fields:))
        #expect(types.map(\.id) == ["CPF", "CNPJ"] && types.map(\.name) == ["CPF", "CNPJ"])
        #expect(types.map(\.minLength) == [11, 14] && types.map(\.maxLength) == [11, 14])
        #expect(types.allSatisfy { $0.type == "number" })
        return types
    }
}
