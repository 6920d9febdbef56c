/// Why a committed offset's metadata says nothing about its jobs; each may have been attempted.
enum MetadataRefusal: Error, Hashable, Sendable {
    /// There is none: a reset group, or another program's commit.
    case absent
    /// It isn't ours, is of a later version, or belongs to another place.
    case foreign(Foreign)
    /// It is ours and of this version, and can't be trusted.
    case damaged(Damage)

    /// How metadata belongs to somebody or something else.
    enum Foreign: Hashable, Sendable {
        case otherFormat
        case otherVersion
        case otherCluster
        case otherTopic
        case otherPartition
        case otherBase
    }

    /// What is wrong with metadata of this version.
    enum Damage: Hashable, Sendable {
        case tooLong
        case checksum
        case malformed
        /// It doesn't fit itself: a horizon below the base, a done offset that is outside of both.
        case contradictory
        /// It calls offsets done that the log doesn't have: the topic is another one, or was cut.
        case doneBeyondLogEnd
    }
}

extension CommitMetadata {
    private static let fieldCount = 9
    private static let checksumLength = 8

    /// Reads the metadata of a committed offset.
    ///
    /// Nothing in it can make a job be skipped except what this version has written for this very place and
    /// offset. The cost is linear in the text's length, and memory is bounded.
    ///
    /// - Parameters:
    ///   - text: What the group's coordinator has for the offset.
    ///   - place: Where it was found.
    ///   - committed: The offset beside it.
    /// - Throws: Why it says nothing.
    init(
        reading text: String?, at place: CommitPlace, committed: Int64
    ) throws(MetadataRefusal) {
        guard let text, !text.isEmpty else { throw .absent }
        let fields = try Self.fields(of: text)
        try Self.checkPlace(fields, is: place, committed: committed)
        guard let horizon = Decimal.value(fields[5]) else { throw .damaged(.malformed) }
        guard horizon >= committed else { throw .damaged(.contradictory) }
        let isReleased = fields[6].elementsEqual(Self.states.released)
        let isGivenUp = fields[6].elementsEqual(Self.states.givenUp)
        guard isReleased || isGivenUp || fields[6].elementsEqual(Self.states.held) else {
            throw .damaged(.malformed)
        }
        guard let done = OffsetMap.done(in: fields[7], base: committed) else { throw .damaged(.malformed) }
        guard done.allSatisfy({ $0 < horizon }) else { throw .damaged(.contradictory) }
        self.init(
            place: place, base: committed, horizon: horizon, done: done, isReleased: isReleased,
            isGivenUp: isGivenUp)
    }

    /// The fields of a text of this version whose checksum is right.
    private static func fields(of text: String) throws(MetadataRefusal) -> [ArraySlice<UInt8>] {
        let bytes = Array(text.utf8)
        guard bytes.starts(with: format) else { throw .foreign(.otherFormat) }
        let version = bytes[format.count...].prefix { $0 != UInt8(ascii: ";") }
        guard version.elementsEqual(String(Self.version).utf8) else { throw .foreign(.otherVersion) }
        guard bytes.count <= lengthMax else { throw .damaged(.tooLong) }
        guard bytes.dropLast(checksumLength).last == UInt8(ascii: ";"),
            CRC32C.text(bytes.dropLast(checksumLength)).elementsEqual(bytes.suffix(checksumLength))
        else { throw .damaged(.checksum) }
        let fields = bytes.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
        guard fields.count == fieldCount else { throw .damaged(.malformed) }
        return fields
    }

    private static func checkPlace(
        _ fields: [ArraySlice<UInt8>], is place: CommitPlace, committed: Int64
    ) throws(MetadataRefusal) {
        guard fields[1].elementsEqual(place.clusterField) else { throw .foreign(.otherCluster) }
        guard fields[2].elementsEqual(place.topicField) else { throw .foreign(.otherTopic) }
        guard let partition = Decimal.value(fields[3]), let base = Decimal.value(fields[4]) else {
            throw .damaged(.malformed)
        }
        guard partition == Int64(place.partition) else { throw .foreign(.otherPartition) }
        guard base == committed else { throw .foreign(.otherBase) }
    }
}
