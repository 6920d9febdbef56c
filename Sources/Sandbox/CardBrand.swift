import ExactJSON

/// What a card's number says about it.
struct CardBrand: Sendable, Hashable {
    let id: String
    let name: String
    let typeID: String
    let issuerID: Int64
    var securityCodeLength = 3
    var securityCodeLocation = "back"

    /// The brand of a number; `nil` where no prefix is known.
    ///
    /// The published test cards that no scheme's prefix covers are known by their first six digits, everything
    /// else by the prefixes of the card schemes. Issuer ids 24 and 25 are recorded ones, the others are ours.
    static func of(_ number: CardNumber) -> CardBrand? {
        if let local = locals.first(where: { number.digits.hasPrefix($0.prefix) }) { return local.brand }
        let two = Int(number.digits.prefix(2)) ?? 0
        let four = Int(number.digits.prefix(4)) ?? 0
        switch (two, four) {
        case (34, _), (37, _): return amex
        case (30, _), (36, _), (38, _): return credit("diners", "Diners", 1_029)
        case (51...55, _), (_, 2221...2720): return master
        case (40...49, _): return visa
        default: return nil
        }
    }

    static let visa = credit("visa", "Visa", 25)
    static let master = credit("master", "Mastercard", 24)
    static let amex = CardBrand(
        id: "amex", name: "American Express", typeID: "credit_card", issuerID: 1_028, securityCodeLength: 4,
        securityCodeLocation: "front")

    private static let locals: [(prefix: String, brand: CardBrand)] = [
        ("503175", master), ("503143", master), ("580888", master),
        ("528733", debit("debmaster", "Mastercard Débito", 24)),
        ("557905", debit("debmaster", "Mastercard Débito", 24)),
        ("418914", debit("debvisa", "Visa Débito", 25)), ("506776", debit("debelo", "Elo Débito", 1_031)),
        ("506726", credit("elo", "Elo", 1_031)), ("606282", credit("hipercard", "Hipercard", 1_032)),
        ("589562", credit("naranja", "Naranja", 1_033)), ("603522", credit("cabal", "Cabal", 1_034)),
    ]

    private static func credit(_ id: String, _ name: String, _ issuer: Int64) -> CardBrand {
        CardBrand(id: id, name: name, typeID: "credit_card", issuerID: issuer)
    }

    private static func debit(_ id: String, _ name: String, _ issuer: Int64) -> CardBrand {
        CardBrand(id: id, name: name, typeID: "debit_card", issuerID: issuer)
    }
}

/// A card number: it never leaves this process, and nothing that prints it shows it.
struct CardNumber: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    let digits: String

    /// `nil` unless it is 13 to 19 digits.
    init?(_ digits: String) {
        guard (13...19).contains(digits.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        self.digits = digits
    }

    var firstSix: String { String(digits.prefix(6)) }
    var lastFour: String { String(digits.suffix(4)) }

    /// The check digit of ISO/IEC 7812-1.
    var isLuhnValid: Bool {
        let sum = digits.utf8.reversed().enumerated().reduce(0) { sum, digit in
            let value = Int(digit.element - 0x30) * (digit.offset.isMultiple(of: 2) ? 1 : 2)
            return sum + (value > 9 ? value - 9 : value)
        }
        return sum.isMultiple(of: 10)
    }

    var description: String { "‹card number›" }
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
