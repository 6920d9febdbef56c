/// Kafka's rule for topic names (`org.apache.kafka.common.internals.Topic`).
///
/// It is checked here because librdkafka takes a leading `^` for a regular expression and cuts a
/// name at its first NUL.
enum TopicName {
    static let lengthMax = 249

    static func isLegal(_ name: String) -> Bool {
        let bytes = name.utf8
        guard !bytes.isEmpty, bytes.count <= lengthMax, name != ".", name != ".." else { return false }
        return bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
            default: false
            }
        }
    }
}
