/// Prefixes of card numbers with the lengths and the check digit that go with them.
///
/// No list of issuers is complete in public: ISO/IEC 7812-2 keeps the register closed. Taken together here:
/// - the schemes' own tables, as Wikipedia's *Payment card number* and the Discover Global Network's IIN guide
///   (Discover, Diners, JCB, UnionPay) repeat them;
/// - Mastercard's *Mastercard Rules*: 51–55, 2221–2720, and of Maestro's very broad ranges only those prefixes
///   that every public list names, since most numbers that begin with 50, 56–58 or 60–69 are no cards;
/// - the `settings[].bin.pattern` of Mercado Pago's `GET /v1/payment_methods` for the brands of each country, and
///   the card numbers that its pages on test cards publish;
/// - OCA's prefix outside of Mastercard's ranges, from VTEX's help page *Information about Uruguay custom payments*
///   (repository `vtexdocs/help-center-content`), which lists it for payments through Mercado Pago.
///
/// Brands that Mercado Pago takes nowhere (Mir, RuPay, Troy, Dankort) are not looked for.
struct IssuerRange: Sendable {
    /// How the last digit follows from the others.
    enum CheckDigit: Sendable {
        /// The Luhn formula of ISO/IEC 7812-1.
        case luhn
        /// Naranja's own: weights 4 3 2 7 6 5 4 3 2 7 6 5 4 3 2, modulo 11.
        case naranja
        /// There is none (`"validation": "none"` in Mercado Pago's list).
        case absent
    }

    let brand: String
    /// The first six digits.
    let prefixes: ClosedRange<Int>
    let lengths: CardLengths
    let checkDigit: CheckDigit

    /// Everything that is known, widest first.
    static let all: [IssuerRange] =
        international + maestro + argentina + brazil + mexico + otherCountries + testCards

    private static let international = [
        rows("Visa", [13, 16, 19], 400_000...499_999),
        rows("Mastercard", [16], 510_000...559_999, 222_100...272_099),
        rows("American Express", [15], 340_000...349_999, 370_000...379_999),
        rows(
            "Diners Club", [14, 16, 17, 18, 19], 300_000...305_999, 309_500...309_599, 360_000...369_999,
            380_000...399_999),
        rows("Discover", [16, 17, 18, 19], 601_100...601_199, 644_000...659_999),
        rows("JCB", [16, 17, 18, 19], 352_800...358_999),
        rows("UnionPay", [16, 17, 18, 19], 620_000...629_999, 810_000...817_199),
    ].flatMap { $0 }

    /// Twelve digits are as many as the gateway's payment ids have: only the oldest prefixes may be so short.
    private static let maestro =
        rows(
            "Maestro", [12, 13, 14, 15, 16, 17, 18, 19], 501_800...501_899, 502_000...502_099,
            503_800...503_899, 589_300...589_399, 630_400...630_499, 675_900...675_999, 676_100...676_399)
        + rows("Maestro", [16, 17, 18, 19], 639_000...639_099, 670_000...679_999)

    private static let argentina =
        rows("Naranja", [16], 589_562...589_562, checkDigit: .naranja)
        + rows("Naranja", [16], 589_562...589_562)
        + rows(
            "Cabal", [16], 589_657...589_657, 603_522...603_522, 604_201...604_400, 627_170...627_170,
            650_272...650_272)
        + rows("Argencard", [16], 501_105...501_105)
        + rows("Cencosud", [16], 603_493...603_493)
        + rows("Tarjeta Shopping", [16], 603_488...603_488)
        + rows("Tarjeta Shopping", [13], 279_950...279_959, checkDigit: .absent)

    private static let brazil =
        rows("Hipercard", [16, 19], 606_282...606_282)
        + rows(
            "Hiper", [16], 637_095...637_095, 637_568...637_568, 637_599...637_600, 637_609...637_609,
            637_612...637_612)
        + rows(
            "Elo", [16], 504_175...504_175, 506_699...506_778, 509_000...509_999, 627_780...627_780,
            636_297...636_297, 636_368...636_368)

    /// Carnet's, which Mercado Pago lists under `debmaster`.
    private static let mexico = rows(
        "Carnet", [16], 502_275...502_275, 506_199...506_499, 588_772...588_772, 606_333...606_333,
        627_535...627_535, 636_318...636_318, 636_379...636_379, 639_388...639_388, 639_484...639_484,
        639_559...639_559)

    private static let otherCountries =
        rows("Magna", [16], 568_008...568_009)
        + rows("Presto", [16], 920_067...920_067)
        + rows("Codensa", [16], 590_712...590_712)
        + rows("OCA", [16], 589_892...589_892)
        + rows("Lider", [16], 501_109...501_109, 505_866...505_866)

    /// Published as Mastercards though no range of that scheme holds them.
    private static let testCards = rows(
        "Mastercard", [16], 503_143...503_143, 503_175...503_175, 580_888...580_888)

    private static func rows(
        _ brand: String, _ lengths: CardLengths, _ prefixes: ClosedRange<Int>...,
        checkDigit: CheckDigit = .luhn
    ) -> [IssuerRange] {
        prefixes.map {
            IssuerRange(brand: brand, prefixes: $0, lengths: lengths, checkDigit: checkDigit)
        }
    }
}

/// Which lengths card numbers may have, in digits.
struct CardLengths: Sendable, Hashable, ExpressibleByArrayLiteral {
    /// What any card number has: 12 to 19 digits (ISO/IEC 7812-1 allows at most 19).
    static let any = 12...19

    private var bits: UInt32 = 0

    init(arrayLiteral lengths: Int...) {
        for length in lengths { bits |= 1 << UInt32(length) }
    }

    func contains(_ length: Int) -> Bool { length < 32 && bits & 1 << UInt32(length) != 0 }

    var elements: [Int] { (0..<32).filter(contains) }

    static func += (left: inout CardLengths, right: CardLengths) { left.bits |= right.bits }
}

/// The lengths that card numbers of one prefix may have, by the check digit they need.
struct IssuerMatch {
    private var luhn: CardLengths = []
    private var naranja: CardLengths = []
    private var unchecked: CardLengths = []

    /// Nil where no issuer has the prefix, which is the first six digits.
    init?(prefix: Int) {
        var isKnown = false
        for range in IssuerRange.all where range.prefixes.contains(prefix) {
            isKnown = true
            switch range.checkDigit {
            case .luhn: luhn += range.lengths
            case .naranja: naranja += range.lengths
            case .absent: unchecked += range.lengths
            }
        }
        guard isKnown else { return nil }
    }

    func accepts(_ window: Range<Int>, of row: DigitRow) -> Bool {
        luhn.contains(window.count) && row.isLuhnValid(window)
            || naranja.contains(window.count) && row.isNaranjaValid(window)
            || unchecked.contains(window.count)
    }
}
