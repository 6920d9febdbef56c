extension ExactDecimal: LosslessStringConvertible {
    /// Reads the grammar of a JSON number, exponents included: `100.50`, `1e2`, `-1.5E-3`.
    ///
    /// `nil` for every other text, beyond 18 digits, and beyond 18 decimal places: never rounded.
    public init?(_ text: String) {
        self.init(bytes: text.utf8)
    }

    /// Reads the grammar of a JSON number from UTF-8 bytes; see ``init(_:)``.
    public init?(bytes: some Collection<UInt8>) {
        guard let parts = NumberParts(Array(bytes)), let exponent = parts.exponent else { return nil }
        let significant = parts.digits.drop { $0 == 0 }
        // Zero stays zero whatever the power of ten; its scale still has to be one that we hold.
        let zeros = significant.isEmpty ? 0 : max(0, exponent)
        guard exponent >= -Self.scaleMax, significant.count + zeros <= Self.digitsMax else { return nil }
        let size = significant.reduce(Int128(0)) { $0 * 10 + Int128($1) } * Int128(Self.powers[zeros])
        self.init(wide: parts.isNegative ? -size : size, scale: max(0, -exponent))
    }
}

extension ExactDecimal: CustomStringConvertible {
    /// Plain notation with the scale that the number has: `100.50`, `0.1`, `-3`; never an exponent.
    public var description: String {
        let digits = String(coefficient.magnitude)
        let sign = isNegative ? "-" : ""
        guard scale > 0 else { return sign + digits }
        let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
        return sign + padded.dropLast(scale) + "." + padded.suffix(scale)
    }
}
