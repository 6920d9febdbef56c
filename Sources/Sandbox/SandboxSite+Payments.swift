import ExactJSON

/// How payments differ from country to country.
extension SandboxSite {
    /// How long a hold lasts before it lapses.
    ///
    /// Argentina, Mexico, Brazil and Peru are documented (capture guide of 2022); Uruguay's seven days are our
    /// choice. Chile and Colombia have no holds.
    var captureWindow: Duration {
        switch self {
        case .argentina, .mexico, .uruguay, .chile, .colombia: .days(7)
        case .brazil: .days(5)
        case .peru: .days(22)
        }
    }

    /// Whether less than the authorised amount may be captured.
    ///
    /// Argentina's brands are documented, Brazil's is what the products table and a live test of the official
    /// Node SDK show; that nobody else allows it is our choice.
    func allowsPartialCapture(brandID: String) -> Bool {
        switch self {
        case .argentina: ["visa", "cabal", "master", "amex"].contains(brandID)
        case .brazil: true
        case .chile, .colombia, .mexico, .peru, .uruguay: false
        }
    }

    /// Whether a payment may be refunded in parts; where not, a part is error 3024.
    ///
    /// All sources agree on Peru. They disagree on Colombia and Uruguay, where the guides that allow it win.
    var allowsPartialRefund: Bool {
        switch self {
        case .peru: false
        case .argentina, .brazil, .chile, .colombia, .mexico, .uruguay: true
        }
    }

    /// Whether a seller can be allowed payments without a security code at all.
    ///
    /// The products table of 2022 has it for every country here but Chile.
    var allowsMissingSecurityCode: Bool {
        switch self {
        case .chile: false
        case .argentina, .brazil, .colombia, .mexico, .peru, .uruguay: true
        }
    }

    /// The least and the most that one payment may be.
    ///
    /// Brazil's are recorded, Colombia's least was observed; every other limit is our choice.
    func amountRange(brandID: String) -> ClosedRange<ExactDecimal> {
        switch self {
        case .brazil: Self.range("0.5", brandID == "debvisa" ? "50000" : "60000")
        case .colombia: Self.range("1100", "1000000000")
        case .chile: Self.range("1", "1000000000")
        case .argentina, .mexico, .peru, .uruguay: Self.range("0.01", "100000000")
        }
    }

    private static func range(_ least: String, _ most: String) -> ClosedRange<ExactDecimal> {
        (ExactDecimal(least) ?? .zero)...(ExactDecimal(most) ?? .zero)
    }

    /// Whether a document's number has the digits that its type has in this country.
    ///
    /// Only the types whose length is documented are looked at.
    func isValid(_ identification: Identification) -> Bool {
        let lengths: ClosedRange<Int>
        switch (self, identification.type) {
        case (.argentina, "DNI"): lengths = 7...8
        case (.brazil, "CPF"): lengths = 11...11
        case (.brazil, "CNPJ"): lengths = 14...14
        default: return true
        }
        guard let number = identification.number else { return true }
        return lengths.contains(number.utf8.count) && number.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}

extension Duration {
    static func days(_ count: Int) -> Duration { .seconds(count * 86_400) }
}
