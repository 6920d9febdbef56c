/// What a field's name says about the digits in it.
enum FieldRole: Sendable, Hashable {
    /// Nothing.
    case ordinary
    /// An id, of the API or of the producer: a value that is nothing but digits is no card number.
    case identifier
    /// A card number, by whatever check digit.
    case cardNumber
    /// A security code.
    case securityCode

    /// The role of a field called `name` in an object that is the field `parent` itself.
    init(name: String, parent: String = "") {
        let words = FieldName.words(name)
        if Self.ends(words, with: FieldName.securityCodes) {
            self = .securityCode
        } else if Self.ends(words, with: FieldName.cardNumbers), FieldName.otherCards.isDisjoint(with: words)
        {
            self = .cardNumber
        } else if Self.isIdentifier(words, parent: parent) {
            self = .identifier
        } else {
            self = .ordinary
        }
    }

    /// The role of a member `value` of an object that has this role.
    var ofValue: FieldRole { self == .identifier ? .ordinary : self }

    private static func isIdentifier(_ words: [String], parent: String) -> Bool {
        guard let last = words.last else { return false }
        if last == "id" || FieldName.identifiers.contains(words.joined()) { return true }
        return words == ["number"] && FieldName.words(parent).last == "identification"
    }

    /// Whether the last words, written together, are one of `names`: `payer_card_cvv` ends with `cvv`.
    private static func ends(_ words: [String], with names: Set<String>) -> Bool {
        words.indices.contains { names.contains(words[$0...].joined()) }
    }
}

/// The names of fields, in the spellings of several languages and conventions.
enum FieldName {
    /// `cid` is not among them: it is a customer's id more often than American Express's word for the code.
    static let securityCodes: Set<String> = [
        "cvv", "cvv1", "cvv2", "cvc", "cvc1", "cvc2", "cvn", "cvn2", "cvd", "csc", "cvvcode", "cvccode",
        "cvvnumber", "cvcnumber", "securitycode", "cardcode", "verificationvalue", "cardverification",
        "cardverificationcode", "cardverificationnumber", "codigoseguridad", "codigodeseguridad",
        "codseguridad", "codigoseguranca", "codigodeseguranca", "codseguranca",
    ]

    static let cardNumbers: Set<String> = [
        "pan", "cardnumber", "cardno", "cardnum", "ccnumber", "ccno", "ccnum", "primaryaccountnumber",
        "numerotarjeta", "numerodetarjeta", "numerodelatarjeta", "nrotarjeta", "nrodetarjeta",
        "numtarjeta", "tarjetanumero", "numerocartao", "numerodocartao", "numerodecartao", "nrocartao",
        "numcartao", "cartaonumero",
    ]

    /// What cards of another kind are called by.
    static let otherCards: Set<String> = [
        "gift", "loyalty", "member", "membership", "rewards", "sim", "identity", "id", "regalo",
        "fidelidad", "fidelidade", "presente",
    ]

    /// Fields that carry ids though their last word isn't `id`.
    static let identifiers: Set<String> = [
        "externalreference", "correlationid", "causationid", "cecorrelationid", "cecausationid", "subject",
        "cesubject", "identificationnumber",
    ]

    /// The words of a name in small letters without accents: `securityCode`, `security-code` and
    /// `SECURITY_CODE` are the same two.
    static func words(_ name: String) -> [String] {
        var words: [String] = []
        var isOpen = false
        var wasSmall = false
        for scalar in name.unicodeScalars.prefix(128) {
            // Accents of their own belong to the letter before them.
            if scalar.properties.generalCategory == .nonspacingMark { continue }
            let isLarge = scalar.properties.isUppercase
            guard let letter = plain(scalar) else {
                (isOpen, wasSmall) = (false, false)
                continue
            }
            if !isOpen || isLarge && wasSmall { words.append("") }
            words[words.count - 1].append(letter)
            (isOpen, wasSmall) = (true, !isLarge)
        }
        return words
    }

    private static func plain(_ scalar: Unicode.Scalar) -> Character? {
        switch scalar {
        case "0"..."9", "a"..."z": return Character(scalar)
        case "A"..."Z": return Character(Unicode.Scalar(UInt8(scalar.value + 32)))
        case "á", "à", "â", "ã", "Á", "À", "Â", "Ã": return "a"
        case "é", "ê", "É", "Ê": return "e"
        case "í", "Í": return "i"
        case "ó", "ô", "õ", "Ó", "Ô", "Õ": return "o"
        case "ú", "ü", "Ú", "Ü": return "u"
        case "ç", "Ç": return "c"
        case "ñ", "Ñ": return "n"
        default: return nil
        }
    }
}
