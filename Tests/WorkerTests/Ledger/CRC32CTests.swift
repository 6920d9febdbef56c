import Testing

@testable import Worker

@Suite struct CRC32CTests {
    /// The catalogue's check value, and the examples of RFC 3720, B.4.
    @Test func publishedValuesAreMet() {
        #expect(CRC32C.checksum("123456789".utf8) == 0xE306_9283)
        #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(CRC32C.checksum(0..<32) == 0x46DD_794E)
        #expect(CRC32C.checksum((0..<32).reversed()) == 0x113F_DB5C)
        #expect(CRC32C.checksum([]) == 0)
    }

    @Test func theTextHasEightDigits() {
        #expect(CRC32C.text([]) == Array("00000000".utf8))
        #expect(CRC32C.text("123456789".utf8) == Array("e3069283".utf8))
    }
}
