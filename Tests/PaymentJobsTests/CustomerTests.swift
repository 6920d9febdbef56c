import ExactJSON
import PaymentJobs
import Testing

@Suite("Whose card it is") struct CustomerTests {
    private func problems(_ fields: String) throws -> [String] {
        let text = "{\"job_id\":\"r\",\"token\":\"t\"\(fields.isEmpty ? "" : ",")\(fields)}"
        return try refusal(of: Sample.message(text, kind: .registerCard)).problems.map(\.description)
    }

    @Test("exactly one of customer_id and customer is needed, and a wrong one still counts as given")
    func exactlyOne() throws {
        let both = "customer: give either customer_id or customer, not both"
        #expect(try problems("") == ["customer_id: either customer_id or customer is required"])
        #expect(
            try problems(#""customer_id":null,"customer":null"#)
                == ["customer_id: either customer_id or customer is required"])
        #expect(try problems(#""customer_id":"c-1","customer":{"email":"a@b.c"}"#) == [both])
        #expect(
            try problems(#""customer_id":"a b","customer":{"email":"a@b.c"}"#)
                == [both, "customer_id: " + ChargeFieldTests.customerRule])
        #expect(
            try problems(#""customer_id":"c-1","customer":7"#) == [both, "customer: must be an object"])
    }

    @Test(
        "an e-mail address has one @, something on either side and no space",
        arguments: [
            "1", #""""#, #""a""#, #""@b""#, #""a@""#, #""a@b@c""#, #""a b@c""#, #""a@b\n""#,
            "\"a@\u{A0}b\"", "\"" + String(repeating: "x", count: 253) + "@b\"",
        ])
    func badEmail(literal: String) throws {
        let rule = "customer.email: must be an e-mail address of at most 254 characters"
        #expect(try problems("\"customer\":{\"email\":\(literal)}") == [rule])
    }

    @Test("an e-mail address is kept as it was written", arguments: ["a@b", "Ana+x@Example.COM", "ñ@ü.mx"])
    func goodEmail(email: String) throws {
        let text = #"{"job_id":"r","token":"t","customer":{"email":"\#(email)"}}"#
        let job = try decodeRegister(Sample.message(text, kind: .registerCard))
        #expect(job.owner == .person(CustomerDetails(email: Secret(email))))
        let isKey = Job.register(job).messageKey.reveal { $0 == email }
        #expect(isKey)
    }

    @Test("a customer's own fields have rules too, and problems name their path")
    func particulars() throws {
        let fields = #"""
            "customer":{"first_name":"","last_name":7,"description":"a\nb","phone":"1","identification":[],
            "address":1,"emial":"x@y.z"}
            """#
        #expect(
            try problems(fields) == [
                "customer.email: is required",
                "customer.first_name: must be 1 to 256 characters",
                "customer.last_name: must be a string",
                "customer.description: must hold no control characters",
                "customer.phone: must be an object",
                "customer.identification: must be an object",
                "customer.address: must be an object",
                "customer.emial: is not a field of this job",
            ])
    }

    @Test("phone, identification and address pass through untouched")
    func passThrough() throws {
        let customer = #"""
            {"email":"a@b.c","first_name":"Ana","phone":{"area_code":"11","number":1e2},
            "address":{"street_number":1.50,"city":{"name":"São Paulo"}}}
            """#
        let text = #"{"job_id":"r","token":"t","customer":\#(customer)}"#
        let job = try decodeRegister(Sample.message(text, kind: .registerCard))
        #expect(try job.fields["customer"] == JSON(parsing: customer))
    }

    @Test("the e-mail address can't be replaced through the particulars")
    func oneEmail() {
        let details = CustomerDetails(email: Secret("a@b.c"), particulars: ["email": "x@y.z"])
        #expect(details.fields == ["email": "a@b.c"])
    }

    @Test("the key is the customer's id where there is one")
    func key() throws {
        let text = #"{"job_id":"r","token":"t","customer_id":"c-1"}"#
        let register = try decodeRegister(Sample.message(text, kind: .registerCard))
        let charge = try decodeCharge(Sample.message(Sample.charge))
        #expect(Job.register(register).messageKey == Secret("c-1"))
        #expect(Job.charge(charge).messageKey == Secret(Sample.customer))
    }
}
