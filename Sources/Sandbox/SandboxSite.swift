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

    /// The country's code (ISO 3166-1 alpha-2).
    var countryID: String {
        switch self {
        case .argentina: "AR"
        case .brazil: "BR"
        case .chile: "CL"
        case .colombia: "CO"
        case .mexico: "MX"
        case .peru: "PE"
        case .uruguay: "UY"
        }
    }

    /// The country's name in its own language, as addresses spell it.
    var countryName: String {
        switch self {
        case .argentina: "Argentina"
        case .brazil: "Brasil"
        case .chile: "Chile"
        case .colombia: "Colombia"
        case .mexico: "México"
        case .peru: "Perú"
        case .uruguay: "Uruguay"
        }
    }
}
