import ExactJSON
import PaymentJobs

// What the gateway keeps of a person. Every part that tells who it is is hidden from logs; a part that is
// null there is nil here.

/// A phone number.
public struct PhoneNumber: Sendable, Hashable {
    /// The area code.
    public var areaCode: Secret<String>?
    /// The number without it.
    public var number: Secret<String>?

    /// A phone number.
    public init(areaCode: Secret<String>? = nil, number: Secret<String>?) {
        self.areaCode = areaCode
        self.number = number
    }

    /// Nil where the gateway knows neither part.
    init?(fields: JSONObject) {
        self.init(areaCode: fields.secret("area_code"), number: fields.secret("number"))
        if areaCode == nil, number == nil { return nil }
    }

    var fields: JSONObject {
        var fields = JSONObject()
        fields["area_code"] = areaCode?.json
        fields["number"] = number?.json
        return fields
    }
}

/// An identity document.
public struct Identification: Sendable, Hashable {
    /// The kind of document, such as `CPF` or `DNI`: see ``MercadoPagoClient/identificationTypes()``.
    public var type: String?
    /// The document's number.
    public var number: Secret<String>?

    /// An identity document.
    public init(type: String?, number: Secret<String>?) {
        self.type = type
        self.number = number
    }

    /// Nil where the gateway knows neither part.
    init?(fields: JSONObject) {
        self.init(type: fields.filled("type"), number: fields.secret("number"))
        if type == nil, number == nil { return nil }
    }

    var fields: JSONObject {
        var fields = JSONObject()
        fields["type"] = type.map(JSON.string)
        fields["number"] = number?.json
        return fields
    }
}

/// An address of a customer.
public struct PostalAddress: Sendable, Hashable {
    /// The gateway's id of the address.
    public var id: String?
    /// The postal code.
    public var zipCode: Secret<String>?
    /// The street without the number.
    public var streetName: Secret<String>?
    /// The number in the street; the gateway has written it as a text and as a number ([C] recorded).
    public var streetNumber: Secret<String>?
    /// The city's name.
    public var cityName: Secret<String>?

    /// An address.
    public init(
        id: String? = nil, zipCode: Secret<String>? = nil, streetName: Secret<String>? = nil,
        streetNumber: Secret<String>? = nil, cityName: Secret<String>? = nil
    ) {
        self.id = id
        self.zipCode = zipCode
        self.streetName = streetName
        self.streetNumber = streetNumber
        self.cityName = cityName
    }

    /// Nil where the gateway knows no part.
    init?(fields: JSONObject) {
        self.init(
            id: fields.filled("id"), zipCode: fields.secret("zip_code"),
            streetName: fields.secret("street_name"), streetNumber: fields.secret("street_number"),
            cityName: fields.object("city")?.secret("name"))
        if self == PostalAddress() { return nil }
    }

    var fields: JSONObject {
        var fields = JSONObject()
        fields["id"] = id.map(JSON.string)
        fields["zip_code"] = zipCode?.json
        fields["street_name"] = streetName?.json
        fields["street_number"] = streetNumber?.json
        fields["city"] = cityName.map { ["name": $0.json] }
        return fields
    }
}

extension Secret<String> {
    /// The text, for a request's body.
    var json: JSON { reveal { .string($0) } }
}

extension JSONObject {
    /// A text that has at least one character, or a number as text.
    func filled(_ name: String) -> String? {
        text(name).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// A text that has at least one character, or a number as text, hidden from logs.
    func secret(_ name: String) -> Secret<String>? { filled(name).map(Secret.init) }

    /// The elements of an array that are objects.
    func objects(_ name: String) -> [JSONObject] { (self[name]?.array ?? []).compactMap(\.object) }
}
