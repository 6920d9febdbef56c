import ExactJSON

/// A country in which Mercado Pago has sellers, by the id that it calls a site.
///
/// An account's site is a property of its credentials; no request names it ([C] Mercado Pago's API reference).
public enum Site: String, Sendable, Hashable, CaseIterable {
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

    /// The only currency in which a seller of the country is paid.
    public var currency: Currency {
        switch self {
        case .argentina: .argentinePeso
        case .brazil: .real
        case .chile: .chileanPeso
        case .colombia: .colombianPeso
        case .mexico: .mexicanPeso
        case .peru: .sol
        case .uruguay: .uruguayanPeso
        }
    }
}

/// A currency that Mercado Pago settles in, by its ISO 4217 code.
public enum Currency: String, Sendable, Hashable, CaseIterable {
    /// Argentina's.
    case argentinePeso = "ARS"
    /// Brazil's.
    case real = "BRL"
    /// Chile's.
    case chileanPeso = "CLP"
    /// Colombia's.
    case colombianPeso = "COP"
    /// Mexico's.
    case mexicanPeso = "MXN"
    /// Peru's.
    case sol = "PEN"
    /// Uruguay's.
    case uruguayanPeso = "UYU"

    /// How many digits an amount may have behind the point.
    ///
    /// The gateway takes whole pesos only in Chile ([C] its guides) and in Colombia ([O] the plugins of
    /// WooCommerce and Odoo).
    public var fractionDigitsMax: Int {
        switch self {
        case .chileanPeso, .colombianPeso: 0
        case .argentinePeso, .real, .mexicanPeso, .sol, .uruguayanPeso: 2
        }
    }

    /// More digits than this no currency takes.
    static let fractionDigitsMax = 2

    /// All codes, for a message to people.
    static let list = allCases.map(\.rawValue).joined(separator: ", ")
}
