/// A first look at bytes, JSON or text, that spares most of them the thorough one.
///
/// It errs on one side only: what it takes for harmless is harmless. It doesn't read escapes, which make
/// anything suspicious, and doesn't know of fields that are named for card data, where any digits count.
struct QuickLook {
    /// Whether so many digits stand together as the shortest card number has, or a number has an exponent.
    private(set) var mayHoldNumber = false
    /// Whether there is a piece of the name of a security code or of a card number.
    private(set) var mayHoldName = false
    /// Whether anything may mean something else than it says.
    private(set) var isEncoded = false

    /// At most how many digits there are since the last character that can't stand inside of a number.
    private var digits = 0
    /// How many of them are in the group that was read last.
    private var group = 0
    private var isGroupOpen = false
    /// Whether one of them may be no digit or a piece of one: groups can't be counted then.
    private var isWide = false
    /// Whether all since the last quote or comma could be one number.
    private var isNumeral = true
    private var hasExponent = false
    /// The last three letters, whatever stands between them, in small and without accents.
    private var letters: UInt32 = 0
    private var last: UInt8 = 0

    init(_ bytes: ArraySlice<UInt8>) {
        GuardSteps.add(bytes.count)
        bytes.withUnsafeBufferPointer { buffer in
            for byte in buffer {
                look(at: byte)
                last = byte
            }
        }
        endNumeral()
    }

    /// Whether the thorough look is needed, all names being harmless.
    var isSuspicious: Bool { mayHoldNumber || mayHoldName || isEncoded }

    private mutating func look(at byte: UInt8) {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit()
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): letter(byte | 0x20)
        case 0x80...: foreign(byte)
        case UInt8(ascii: "\""):
            endNumeral()
            (digits, group, isWide, letters) = (0, 0, false, 0)
        case UInt8(ascii: "\\"), UInt8(ascii: "%"):
            isEncoded = true
            isNumeral = false
        case UInt8(ascii: "-"), UInt8(ascii: "."): isGroupOpen = false
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"): punctuation()
        case 0...UInt8(ascii: " "), 0x7F:
            isGroupOpen = false
            endNumeral()
        default: punctuation(isSign: byte == UInt8(ascii: "+"))
        }
    }

    private mutating func digit() {
        digits += 1
        group = isGroupOpen ? group + 1 : 1
        isGroupOpen = true
        if digits >= CardLengths.any.lowerBound { mayHoldNumber = true }
    }

    private mutating func letter(_ letter: UInt8) {
        if letter == UInt8(ascii: "e"), group > 0 { hasExponent = true } else { isNumeral = false }
        (digits, group, isGroupOpen, isWide) = (0, 0, false, false)
        push(letter)
    }

    /// A piece of a character beyond ASCII, which may be a digit.
    private mutating func foreign(_ byte: UInt8) {
        digits += 1
        isWide = true
        isNumeral = false
        if digits >= CardLengths.any.lowerBound { mayHoldNumber = true }
        if last == 0xC3, let letter = Self.withoutAccent(byte) { push(letter) }
    }

    /// What separates groups of digits only where these are groups of four, or of four and six.
    private mutating func punctuation(isSign: Bool = false) {
        if !isWide, group != 4, group != 6 { (digits, group) = (0, 0) }
        isGroupOpen = false
        if !isSign { endNumeral() }
    }

    private mutating func endNumeral() {
        if isNumeral, hasExponent { mayHoldNumber = true }
        (isNumeral, hasExponent) = (true, false)
    }

    private mutating func push(_ letter: UInt8) {
        letters = (letters << 8 | UInt32(letter)) & 0xFF_FFFF
        switch letters {
        // cvv, cvc, cvn, cvd, csc, cod (código, security code), rif (verification)
        case 0x637676, 0x637663, 0x63766E, 0x637664, 0x637363, 0x636F64, 0x726966,
            // pan, rdn (card number), ccn, ntn (account number), rje (tarjeta), rta (cartão)
            0x70616E, 0x72646E, 0x63636E, 0x6E746E, 0x726A65, 0x727461:
            mayHoldName = true
        default: break
        }
    }

    /// The letter of the character that 0xC3 and this byte are in UTF-8; nil where no name has it.
    private static func withoutAccent(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x80...0x83, 0xA0...0xA3: UInt8(ascii: "a")
        case 0x87, 0xA7: UInt8(ascii: "c")
        case 0x89, 0x8A, 0xA9, 0xAA: UInt8(ascii: "e")
        case 0x8D, 0xAD: UInt8(ascii: "i")
        case 0x91, 0xB1: UInt8(ascii: "n")
        case 0x93...0x95, 0xB3...0xB5: UInt8(ascii: "o")
        default: nil
        }
    }
}
