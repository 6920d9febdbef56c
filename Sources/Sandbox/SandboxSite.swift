/// A country as Mercado Pago names it; it is a property of the seller's account.
public enum SandboxSite: String, Sendable, CaseIterable {
    /// Argentina.
    case argentina = "MLA"
    /// Brazil.
    case brazil = "MLB"
    /// Chile.
    case chile = "MLC"
    /// Colombia.
    case colombia = "MCO"
    /// Mexico.
    case mexico = "MLM"
    /// Peru.
    case peru = "MPE"
    /// Uruguay.
    case uruguay = "MLU"

    /// The only currency that the site charges in (ISO 4217).
    public var currency: String {
        switch self {
        case .argentina: "ARS"
        case .brazil: "BRL"
        case .chile: "CLP"
        case .colombia: "COP"
        case .mexico: "MXN"
        case .peru: "PEN"
        case .uruguay: "UYU"
        }
    }

    /// How many decimal places an amount may have.
    ///
    /// Chile's 0 is documented; Colombia's is what Mercado Pago's own WooCommerce plugin does.
    public var decimals: Int {
        switch self {
        case .chile, .colombia: 0
        case .argentina, .brazil, .mexico, .peru, .uruguay: 2
        }
    }

    /// Whether a payment may be authorised now and captured later; elsewhere `capture: false` is error 2077.
    var allowsDeferredCapture: Bool {
        switch self {
        case .chile, .colombia: false
        case .argentina, .brazil, .mexico, .peru, .uruguay: true
        }
    }

    /// The site's published Mastercard test number (Mercado Pago's test-cards pages).
    var testCardNumber: String {
        switch self {
        case .argentina, .uruguay, .peru: "5031755734530604"
        case .brazil: "5031433215406351"
        case .chile: "5416752602582580"
        case .colombia: "5254133674403564"
        case .mexico: "5474925432670366"
        }
    }

    /// A document that the site's test-cards page uses.
    var testIdentification: Identification {
        switch self {
        case .brazil: Identification(type: "CPF", number: "12345678909")
        case .argentina: Identification(type: "DNI", number: "12345678")
        case .chile, .colombia, .mexico, .peru, .uruguay: Identification(type: "Otro", number: "123456789")
        }
    }
}
