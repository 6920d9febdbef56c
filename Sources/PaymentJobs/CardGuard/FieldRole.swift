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
    init(name: String, parent: @autoclosure () -> String = "") {
        let words = FieldName.words(name)
        if Self.ends(words, with: FieldName.securityCodes) {
            self = .securityCode
        } else if Self.ends(words, with: FieldName.cardNumbers), FieldName.otherCards.isDisjoint(with: words)
        {
            self = .cardNumber
        } else if Self.isIdentifier(words, parent: parent()) {
            self = .identifier
        } else {
            self = .ordinary
        }
    }

    /// The role of a field whose name, and its parent's, stand in a JSON document so.
    init(name: ArraySlice<UInt8>, parent: ArraySlice<UInt8>) {
        let end = FieldName.end(name)
        let look = QuickLook(end)
        guard look.mayHoldName || look.isEncoded || FieldName.mayBeIdentifier(end) else {
            self = .ordinary
            return
        }
        self.init(name: FieldName.text(end), parent: FieldName.text(FieldName.end(parent)))
    }

    /// The role of a member `value` of an object that has this role.
    var ofValue: FieldRole { self == .identifier ? .ordinary : self }

    private static func isIdentifier(_ words: [String], parent: @autoclosure () -> String) -> Bool {
        guard let last = words.last else { return false }
        if last == "id" || last == "ids" || FieldName.oneWordIdentifiers.contains(last) { return true }
        if FieldName.identifiers.contains(words.joined()) { return true }
        return words == ["number"] && FieldName.words(parent()).last == "identification"
    }

    /// Whether the last words, written together, are one of `names`: `payer_card_cvv` ends with `cvv`.
    private static func ends(_ words: [String], with names: Set<String>) -> Bool {
        var joined = ""
        for word in words.reversed() {
            GuardSteps.add(1)
            joined = word + joined
            guard joined.utf8.count <= FieldName.lengthMax else { return false }
            if names.contains(joined) { return true }
        }
        return false
    }
}

/// The names of fields, in the spellings of several languages and conventions.
enum FieldName {
    /// No name that says anything is longer, in letters.
    static let lengthMax = 32

    /// `cid` is not among them: it is a customer's id more often than American Express's word for the code.
    static let securityCodes: Set<String> = [
        "cvv", "cvv1", "cvv2", "cvc", "cvc1", "cvc2", "cvn", "cvn2", "cvd", "csc", "cvvcode", "cvccode",
        "cvvnumber", "cvcnumber", "cvv2code", "cvc2code", "cvv2number", "cvc2number", "cvvvalue", "cvcvalue",
        "securitycode", "cardcode", "verificationvalue", "cardverification",
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

    /// Ids whose last two words are often written as one.
    static let oneWordIdentifiers: Set<String> = [
        "orderid", "customerid", "paymentid", "userid", "clientid", "transactionid", "invoiceid",
        "subscriptionid",
    ]

    /// The end of a name that stands so in a JSON document: what a field is called by comes last.
    static func end(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        // Enough for the longest name with every letter escaped and something between them.
        let bytesMax = 8 * lengthMax
        return bytes.suffix(bytesMax)
    }

    static func text(_ bytes: ArraySlice<UInt8>) -> String { ScannedText(Array(bytes), .escapes).string }

    /// Whether the last two letters are those of an id; true where the last two aren't plain letters.
    static func mayBeIdentifier(_ bytes: ArraySlice<UInt8>) -> Bool {
        let last = bytes.suffix(2).map { $0 | 0x20 }
        guard last.count == 2, last.allSatisfy((UInt8(ascii: "a")...UInt8(ascii: "z")).contains) else {
            return true
        }
        return ["id", "ds", "ce", "ct", "er"].contains(String(decoding: last, as: UTF8.self))
    }

    /// The words of a name in small letters without accents: `securityCode`, `security-code` and
    /// `SECURITY_CODE` are the same two.
    static func words(_ name: String) -> [String] {
        let scalarsMax = 128
        var words: [String] = []
        var isOpen = false
        var wasSmall = false
        for scalar in name.unicodeScalars.suffix(scalarsMax) {
            GuardSteps.add(1)
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
