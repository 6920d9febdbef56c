/// Where a commit belongs: a map that was copied to another place (by a mirror, by hand) must not be taken for
/// one of that place.
struct CommitPlace: Hashable, Sendable {
    /// The cluster's id; empty where the broker gives none.
    let cluster: String
    let topic: String
    let partition: Int32

    private static let clusterLengthMax = 64
    private static let topicLengthMax = 249

    /// The cluster's id as metadata has it.
    var clusterField: [UInt8] { Self.field(cluster, lengthMax: Self.clusterLengthMax) }

    /// The topic's name as metadata has it.
    var topicField: [UInt8] { Self.field(topic, lengthMax: Self.topicLengthMax) }

    /// A name of letters, digits, `.`, `_` and `-` as it is; of any other, its checksum and length.
    private static func field(_ name: String, lengthMax: Int) -> [UInt8] {
        let bytes = Array(name.utf8)
        if bytes.count <= lengthMax, bytes.allSatisfy(isPlain) { return bytes }
        return [UInt8(ascii: "~")] + CRC32C.text(bytes) + [UInt8(ascii: ".")] + String(bytes.count).utf8
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
