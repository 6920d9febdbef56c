import ExactJSON
import PaymentJobs

/// A customer.
///
/// Source of its fields: [C] spec, seed, recordings of sdk-php.
public struct Customer: GatewayObject {
    /// What one is called in messages.
    public static let noun = "customer"
    /// The gateway's id, such as `123456789-jxOV430go9fx2e`.
    public let id: CustomerID
    /// All fields, as the gateway wrote them.
    public let fields: JSONObject

    /// Nil without an id that can be part of an address.
    public init?(fields: JSONObject) {
        guard let id = fields["id"]?.string.flatMap(CustomerID.init) else { return nil }
        self.id = id
        self.fields = fields
    }

    /// The id.
    public var description: String { "customer \(id)" }
}

extension Customer {
    /// The address by which the gateway tells customers apart.
    public var email: Secret<String>? { fields.text("email").map(Secret.init) }
    /// The given name.
    public var firstName: Secret<String>? { fields.text("first_name").map(Secret.init) }
    /// The family name.
    public var lastName: Secret<String>? { fields.text("last_name").map(Secret.init) }
    /// The phone number; nil where its parts are null.
    public var phone: PhoneNumber? { fields.object("phone").flatMap(PhoneNumber.init(fields:)) }
    /// The identity document; nil where its parts are null.
    public var identification: Identification? {
        fields.object("identification").flatMap(Identification.init(fields:))
    }
    /// The main address; nil where its parts are null.
    public var address: PostalAddress? { fields.object("address").flatMap(PostalAddress.init(fields:)) }
    /// All addresses; what else the gateway keeps of them is in ``fields``.
    public var addresses: [PostalAddress] {
        fields.objects("addresses").compactMap(PostalAddress.init(fields:))
    }
    /// The id of the main address.
    public var defaultAddress: String? { fields.text("default_address") }
    /// `active`, since about 2023.
    public var status: String? { fields.text("status") }
    /// The id of the card that was saved first, or that was made the default later.
    public var defaultCard: String? { fields.text("default_card") }
    /// The seller's own text about the customer.
    public var customerDescription: String? { fields.text("description") }
    /// The seller's metadata; newer answers leave it out.
    public var metadata: JSONObject { fields.object("metadata") ?? JSONObject() }
    /// The customer's own user id, with which ``id`` begins.
    public var userID: Int64? { fields.integer("user_id") }
    /// The seller's user id.
    public var merchantID: Int64? { fields.integer("merchant_id") }
    /// The id of the seller's application.
    public var clientID: Int64? { fields.integer("client_id") }
    /// False with test credentials.
    public var isLive: Bool? { fields.flag("live_mode") }
    /// When the person became the seller's customer, as the seller wrote it.
    public var dateRegistered: String? { fields.date("date_registered") }
    /// When it was made, as written.
    public var dateCreated: String? { fields.date("date_created") }
    /// When it last changed, as written.
    public var dateLastUpdated: String? { fields.date("date_last_updated") }
    /// The cards that came with the customer; ``MercadoPagoClient/cards(of:)`` is the complete list.
    public var cards: [CustomerCard] { fields.objects("cards").compactMap(CustomerCard.init(fields:)) }
}

/// What changes about a customer; nil leaves a field as it is.
///
/// The e-mail address isn't among them: the gateway refuses to change it, code `126` ([C] spec).
public struct CustomerChanges: Sendable, Hashable {
    /// The given name.
    public var firstName: Secret<String>?
    /// The family name.
    public var lastName: Secret<String>?
    /// The phone number.
    public var phone: PhoneNumber?
    /// The identity document.
    public var identification: Identification?
    /// The main address.
    public var address: PostalAddress?
    /// The id of the main address.
    public var defaultAddress: String?
    /// The id of the card that becomes the default.
    public var defaultCard: String?
    /// When the person became the seller's customer, as text.
    public var dateRegistered: String?
    /// The seller's own text about the customer.
    public var customerDescription: String?
    /// The seller's metadata.
    public var metadata: JSONObject?

    /// Changes of nothing yet.
    public init() {}

    /// The body, in a fixed order.
    var fields: JSONObject {
        var fields = JSONObject()
        fields["first_name"] = firstName?.json
        fields["last_name"] = lastName?.json
        fields["phone"] = phone.map { .object($0.fields) }
        fields["identification"] = identification.map { .object($0.fields) }
        fields["address"] = address.map { .object($0.fields) }
        fields["default_address"] = defaultAddress.map(JSON.string)
        fields["default_card"] = defaultCard.map(JSON.string)
        fields["date_registered"] = dateRegistered.map(JSON.string)
        fields["description"] = customerDescription.map(JSON.string)
        fields["metadata"] = metadata.map(JSON.object)
        return fields
    }
}

extension CustomerChanges: CustomStringConvertible, CustomReflectable {
    /// The names of what changes; the rest is the person's.
    public var description: String { "changes of \(fields.names.joined(separator: ", "))" }
    /// A mirror without children, so that `dump` shows no personal data.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
