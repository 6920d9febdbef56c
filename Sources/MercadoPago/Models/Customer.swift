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
    /// `active`, since about 2023.
    public var status: String? { fields.text("status") }
    /// The id of the card that was saved first, or that was made the default later.
    public var defaultCard: String? { fields.text("default_card") }
    /// The seller's own text about the customer.
    public var customerDescription: String? { fields.text("description") }
    /// False with test credentials.
    public var isLive: Bool? { fields.flag("live_mode") }
    /// When it was made, as written.
    public var dateCreated: String? { fields.date("date_created") }
    /// When it last changed, as written.
    public var dateLastUpdated: String? { fields.date("date_last_updated") }
    /// The cards that came with the customer; ``MercadoPagoClient/cards(of:)`` is the complete list.
    public var cards: [CustomerCard] {
        (fields["cards"]?.array ?? []).compactMap(\.object).compactMap(CustomerCard.init(fields:))
    }
}
