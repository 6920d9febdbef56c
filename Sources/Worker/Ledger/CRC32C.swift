/// The checksum CRC-32C (Castagnoli; RFC 3720, appendix B.4), as Kafka's own record batches carry it.
enum CRC32C {
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0x82F6_3B78 : sum >> 1 }
    }

    static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var sum = UInt32.max
        for byte in bytes { sum = sum >> 8 ^ table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] }
        return ~sum
    }

    /// The checksum as eight lower-case hexadecimal digits.
    static func text(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        let sum = checksum(bytes)
        return stride(from: 28, through: 0, by: -4).map { shift in
            let digit = UInt8(truncatingIfNeeded: sum >> UInt32(shift) & 15)
            return digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
        }
    }
}
