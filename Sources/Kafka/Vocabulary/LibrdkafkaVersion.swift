import CLibrdkafka

/// A version of librdkafka.
public struct LibrdkafkaVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The first number.
    public let major: Int
    /// The second number.
    public let minor: Int
    /// The third number.
    public let patch: Int

    /// Makes a version to compare with.
    public init(major: Int, minor: Int, patch: Int) {
        self.major = major
        self.minor = minor
        self.patch = patch
    }

    /// Decodes `0xMMmmrrpp`, the form of `rd_kafka_version()`.
    init(packed: Int32) {
        let bits = UInt32(bitPattern: packed)
        self.init(
            major: Int(bits >> 24), minor: Int(bits >> 16 & 0xff), patch: Int(bits >> 8 & 0xff))
    }

    /// The version this process runs with, which may be newer than the one it was compiled against.
    public static var runtime: LibrdkafkaVersion { LibrdkafkaVersion(packed: rd_kafka_version()) }

    /// The version whose headers this process was compiled against.
    public static var compiled: LibrdkafkaVersion { LibrdkafkaVersion(packed: Int32(RD_KAFKA_VERSION)) }

    /// Whether `lhs` is older.
    public static func < (lhs: LibrdkafkaVersion, rhs: LibrdkafkaVersion) -> Bool {
        (lhs.major, lhs.minor, lhs.patch) < (rhs.major, rhs.minor, rhs.patch)
    }

    /// The usual spelling, `2.0.2`.
    public var description: String { "\(major).\(minor).\(patch)" }
}
