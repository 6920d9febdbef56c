import Foundation

/// SplitMix64 (Steele, Lea, Flood 2014): the same seed gives the same values on every machine.
public struct SeededGenerator: RandomNumberGenerator {
    /// The seed, for a failure's message.
    public let seed: UInt64
    private var state: UInt64

    /// Takes `COBRADOR_TEST_SEED` where it is set, and prints the seed, so that a failure can be repeated.
    public init(_ fallback: UInt64, for test: String) {
        let override = ProcessInfo.processInfo.environment["COBRADOR_TEST_SEED"].flatMap { UInt64($0) }
        seed = override ?? fallback
        state = seed
        print("\(test): COBRADOR_TEST_SEED=\(seed)")
    }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
