/// What is committed beside an offset: how far jobs may have been attempted, and which of them are done.
///
/// As text: `cobrador/1;cluster;topic;partition;base;horizon;state;map;checksum`. Numbers are decimal, the state
/// is `held`, `given-up` or `released`, the map is an ``OffsetMap``, the checksum is the CRC-32C of everything before it. All
/// of it is ASCII: librdkafka before 2.6.1 mistreats a NUL (librdkafka#4649), and a broker may count characters
/// or bytes.
///
/// It fits a broker's default limit by construction: 10 characters for the version, 64 for the cluster, 249 for
/// the topic, 10 for the partition, 19 each for base and horizon, 8 each for state and checksum, 8 between them,
/// and ``OffsetMap/lengthMax`` for the map, which the ledger never exceeds since it doesn't let a job start that
/// the map has no room for.
struct CommitMetadata: Hashable, Sendable {
    /// A broker's default limit, `offset.metadata.max.bytes`, which counts characters.
    static let lengthMax = 4096
    static let format = Array("cobrador/".utf8)
    static let version = 1

    let place: CommitPlace
    /// The committed offset: everything below it is done.
    let base: Int64
    /// No offset from here on has ever been attempted.
    let horizon: Int64
    /// Done offsets from the base on, ascending, all below the horizon.
    let done: [Int64]
    /// Whether the writer gave the partition up with this commit, and neither a call of its own nor one of an
    /// earlier owner could be under way any more: it had found the partition released, or had let the takeover
    /// delay pass.
    var isReleased = false
    /// Whether the writer's lease had ended before, and any of an earlier owner's too.
    ///
    /// No call starts any more, though some may be under way. It isn't told of what is released, which means
    /// more.
    var isGivenUp = false

    static let states = (
        held: Array("held".utf8), givenUp: Array("given-up".utf8), released: Array("released".utf8)
    )

    private var state: [UInt8] {
        if isReleased { return Self.states.released }
        return isGivenUp ? Self.states.givenUp : Self.states.held
    }

    /// What to commit.
    var text: String {
        var bytes = Self.format + String(Self.version).utf8
        let fields = [
            place.clusterField, place.topicField, Array(String(place.partition).utf8),
            Array(String(base).utf8), Array(String(horizon).utf8),
            state, OffsetMap.text(done, base: base),
        ]
        for field in fields {
            bytes.append(UInt8(ascii: ";"))
            bytes += field
        }
        bytes.append(UInt8(ascii: ";"))
        bytes += CRC32C.text(bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
