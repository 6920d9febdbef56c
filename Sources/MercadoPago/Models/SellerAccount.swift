import ExactJSON
import PaymentJobs

/// The account that an access token belongs to.
///
/// Source of its fields: [C] recording of sdk-php.
public struct SellerAccount: GatewayObject {
    /// What one is called in messages.
    public static let noun = "account"
    /// The seller's user id, the collector of its payments.
    public let id: Int64
    /// All fields, as the gateway wrote them.
    public let fields: JSONObject

    /// Nil without an id.
    public init?(fields: JSONObject) {
        guard let id = fields.integer("id") else { return nil }
        self.id = id
        self.fields = fields
    }

    /// The id and the site.
    public var description: String { "account \(id) \(siteID ?? "?")" }
}

extension SellerAccount {
    /// The site, such as `MLB`: it decides currency, brands and documents.
    public var siteID: String? { fields.filled("site_id") }
    /// The country, such as `BR`.
    public var countryID: String? { fields.filled("country_id") }
    /// The name that others see.
    public var nickname: String? { fields.filled("nickname") }
    /// The e-mail address.
    public var email: Secret<String>? { fields.secret("email") }
    /// `normal`, or another word.
    public var userType: String? { fields.filled("user_type") }
    /// Such as `test_user`; empty where the gateway tells none.
    public var tags: [String] { (fields["tags"]?.array ?? []).compactMap(\.string) }
    /// Whether it is one of Mercado Pago's test users; nil where the gateway tells no tags.
    public var isTestUser: Bool? { fields["tags"]?.array == nil ? Bool?.none : tags.contains("test_user") }
    /// Whether the site lets it act: `active`, or another word.
    public var siteStatus: String? { fields.object("status")?.filled("site_status") }
    /// When it was made, as written.
    public var registrationDate: String? { fields.date("registration_date") }
}
