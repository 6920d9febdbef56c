/// A decimal number of up to 18 digits, exactly: an integer coefficient and how many of its digits
/// stand behind the point.
///
/// It keeps the scale that it was written with (`100.50` prints as `100.50`) and compares by value
/// (`100.5 == 100.50`). Nothing is ever rounded: what doesn't fit is refused.
public struct ExactDecimal: Sendable {
    /// All digits as one integer: `10050` for `100.50`.
    public let coefficient: Int64
    /// How many of the digits stand behind the point, `0` to `18`: `2` for `100.50`.
    public let scale: Int

    /// How many digits a coefficient may have.
    public static let digitsMax = 18
    /// How many digits may stand behind the point.
    public static let scaleMax = 18
    /// Nothing, without decimal places.
    public static let zero = ExactDecimal(checkedCoefficient: 0, scale: 0)

    /// A decimal from its parts; `nil` beyond 18 digits or outside of scales `0` to `18`.
    public init?(coefficient: Int64, scale: Int) {
        self.init(wide: Int128(coefficient), scale: scale)
    }

    /// A decimal without decimal places; `nil` beyond 18 digits.
    public init?(_ integer: Int64) {
        self.init(wide: Int128(integer), scale: 0)
    }

    init?(wide coefficient: Int128, scale: Int) {
        guard (0...Self.scaleMax).contains(scale), coefficient.magnitude < Self.powers[18] else { return nil }
        self.init(checkedCoefficient: Int64(coefficient), scale: scale)
    }

    private init(checkedCoefficient coefficient: Int64, scale: Int) {
        self.coefficient = coefficient
        self.scale = scale
    }

    /// The powers of ten from 0 to 18.
    static let powers: [UInt128] = (0..<18).reduce(into: [1]) { powers, _ in
        powers.append(powers[powers.count - 1] * 10)
    }
}

extension ExactDecimal {
    /// Whether the value is below zero.
    public var isNegative: Bool { coefficient < 0 }

    /// Whether the value is zero, with whatever scale.
    public var isZero: Bool { coefficient == 0 }

    /// How many decimal places the value needs: `1` for `100.50`, `0` for `100.00`.
    public var fractionDigits: Int { normalized.scale }

    /// The value as a JSON number, with the scale that it has.
    public var asJSON: JSON { .number(JSONNumber(self)) }

    /// The same value with the smallest scale.
    public var normalized: ExactDecimal {
        var coefficient = coefficient
        var scale = scale
        while scale > 0, coefficient.isMultiple(of: 10) {
            coefficient /= 10
            scale -= 1
        }
        return ExactDecimal(checkedCoefficient: coefficient, scale: scale)
    }

    /// The same value with this scale; `nil` where digits would be lost or wouldn't fit.
    public func rescaled(to scale: Int) -> ExactDecimal? {
        guard (0...Self.scaleMax).contains(scale) else { return nil }
        let shortest = normalized
        guard scale >= shortest.scale else { return nil }
        return ExactDecimal(wide: shortest.widened(to: scale), scale: scale)
    }

    /// The coefficient at a scale not below its own: at most 36 digits, which 128 bits hold.
    func widened(to scale: Int) -> Int128 {
        Int128(coefficient) * Int128(Self.powers[scale - self.scale])
    }
}

extension ExactDecimal: Hashable, Comparable {
    /// Equal by value, whatever the scales.
    public static func == (left: ExactDecimal, right: ExactDecimal) -> Bool {
        let scale = max(left.scale, right.scale)
        return left.widened(to: scale) == right.widened(to: scale)
    }

    /// Ordered by value, whatever the scales.
    public static func < (left: ExactDecimal, right: ExactDecimal) -> Bool {
        let scale = max(left.scale, right.scale)
        return left.widened(to: scale) < right.widened(to: scale)
    }

    /// Feeds the hasher with the value, not the scale.
    public func hash(into hasher: inout Hasher) {
        let shortest = normalized
        hasher.combine(shortest.coefficient)
        hasher.combine(shortest.scale)
    }
}

extension ExactDecimal {
    /// The sum, with the larger scale where it fits; `nil` where the sum has more than 18 digits.
    public func adding(_ other: ExactDecimal) -> ExactDecimal? {
        let scale = max(scale, other.scale)
        return Self.fitting(widened(to: scale) + other.widened(to: scale), scale: scale)
    }

    /// The difference, with the larger scale where it fits; `nil` where it has more than 18 digits.
    public func subtracting(_ other: ExactDecimal) -> ExactDecimal? { adding(other.negated) }

    /// The value with the other sign.
    public var negated: ExactDecimal { ExactDecimal(checkedCoefficient: -coefficient, scale: scale) }

    /// Zeros at the end give way before a result is refused.
    private static func fitting(_ coefficient: Int128, scale: Int) -> ExactDecimal? {
        var coefficient = coefficient
        var scale = scale
        while scale > 0, coefficient.magnitude >= powers[18], coefficient.isMultiple(of: 10) {
            coefficient /= 10
            scale -= 1
        }
        return ExactDecimal(wide: coefficient, scale: scale)
    }
}
