import TestSupport
import Testing

@testable import Worker

@Suite struct CommitMetadataTests {
    static let place = CommitPlace(
        cluster: "MkU3OEVBNTcwNTJENDM2Qg", topic: "cobrador.jobs.charge-saved-card", partition: 3)

    /// A text of this version and what it says: later versions must read it so, too.
    struct Golden: Sendable {
        let text: String
        let metadata: CommitMetadata
    }

    private func read(
        _ text: String?, at place: CommitPlace = place, committed: Int64 = 1200
    ) -> Result<CommitMetadata, MetadataRefusal> {
        do throws(MetadataRefusal) {
            return .success(try CommitMetadata(reading: text, at: place, committed: committed))
        } catch {
            return .failure(error)
        }
    }

    /// `body` with the checksum that belongs to it, as only somebody who means to can write it.
    private func signed(_ body: String) -> String {
        let bytes = Array("\(body);".utf8)
        return String(decoding: bytes + CRC32C.text(bytes), as: UTF8.self)
    }

    private let valid = CommitMetadata(
        place: place, base: 1200, horizon: 2200, done: [1201, 1202, 1300] + Array(1400..<1460))

    @Test(arguments: goldens)
    func textsOfTheFirstVersionStayReadable(_ golden: Golden) {
        let metadata = golden.metadata
        #expect(read(golden.text, at: metadata.place, committed: metadata.base) == .success(metadata))
        #expect(metadata.text == golden.text)
    }

    @Test func nothingIsAbsentAndOthersAreForeign() {
        #expect(read(nil) == .failure(.absent))
        #expect(read("") == .failure(.absent))
        let others = [
            " ", "\u{0}", "{}", "null", "NDAwMDA=", "bAgKTAQ=", "AAAADAAAAAAAAAAB", "spring-kafka",
            "Committed by Karafka", "cobrador", "COBRADOR/1;", String(repeating: "x", count: 40_000),
            "cobrädor/1",
        ]
        for other in others {
            #expect(read(other) == .failure(.foreign(.otherFormat)), "\(other.prefix(40))")
        }
    }

    @Test func otherVersionsAreForeign() {
        let rest = valid.text.dropFirst("cobrador/1".count)
        for version in ["2", "10", "0", "01", "", "-1", "1.1", "9999999999999999999999"] {
            #expect(read("cobrador/\(version)\(rest)") == .failure(.foreign(.otherVersion)))
        }
        #expect(read("cobrador/2;whatever, and as long as it likes") == .failure(.foreign(.otherVersion)))
    }

    @Test func aMapOfAnotherPlaceIsForeign() {
        let here = Self.place
        func elsewhere(_ cluster: String?, _ topic: String?, _ partition: Int32?) -> CommitPlace {
            CommitPlace(
                cluster: cluster ?? here.cluster, topic: topic ?? here.topic,
                partition: partition ?? here.partition)
        }
        let text = valid.text
        #expect(read(text) == .success(valid))
        #expect(read(text, at: elsewhere("other", nil, nil)) == .failure(.foreign(.otherCluster)))
        #expect(read(text, at: elsewhere("", nil, nil)) == .failure(.foreign(.otherCluster)))
        #expect(read(text, at: elsewhere(nil, "mirror.jobs", nil)) == .failure(.foreign(.otherTopic)))
        #expect(read(text, at: elsewhere(nil, nil, 4)) == .failure(.foreign(.otherPartition)))
        #expect(read(text, committed: 1199) == .failure(.foreign(.otherBase)))
        #expect(read(text, committed: 1201) == .failure(.foreign(.otherBase)))
    }

    @Test func longAndOddNamesAreToldApart() {
        let names = [
            "", "a", "a;b", "~", "ü", "a b", String(repeating: "k", count: 65),
            String(repeating: "k", count: 66), String(repeating: "l", count: 65), "a\u{0}b",
        ]
        for name in names {
            let place = CommitPlace(cluster: name, topic: "t", partition: 0)
            let metadata = CommitMetadata(place: place, base: 5, horizon: 6, done: [])
            #expect(metadata.text.utf8.allSatisfy { (0x21...0x7E).contains($0) })
            for other in names {
                let result = read(
                    metadata.text, at: CommitPlace(cluster: other, topic: "t", partition: 0), committed: 5)
                #expect(result == (other == name ? .success(metadata) : .failure(.foreign(.otherCluster))))
            }
        }
    }

    private func valid(isReleased: Bool) -> CommitMetadata {
        var metadata = valid
        metadata.isReleased = isReleased
        return metadata
    }

    @Test(arguments: [false, true])
    func whatIsCutIsRefused(_ isReleased: Bool) {
        let text = valid(isReleased: isReleased).text
        for length in 0..<text.utf8.count {
            guard case .failure = read(String(text.prefix(length))) else {
                Issue.record("\(length) characters of \(text) were believed")
                continue
            }
        }
        #expect(read(text + "0") == .failure(.damaged(.checksum)))
        #expect(read(text + "\n") == .failure(.damaged(.checksum)))
        #expect(read(text + String(repeating: "A", count: 4096)) == .failure(.damaged(.tooLong)))
    }

    @Test(arguments: [false, true])
    func whatIsEditedIsRefused(_ isReleased: Bool) {
        let bytes = Array(valid(isReleased: isReleased).text.utf8)
        for index in bytes.indices {
            for replacement: UInt8 in 0x20...0x7E where replacement != bytes[index] {
                var edited = bytes
                edited[index] = replacement
                if case .success = read(String(decoding: edited, as: UTF8.self)) {
                    Issue.record("believed with \(replacement) at \(index)")
                }
            }
        }
    }

    /// A new owner waits unless the text says in so many letters that it needn't.
    @Test func onlyTheWordReleasedReleases() {
        let place = "cobrador/1;\(Self.place.cluster);\(Self.place.topic);3;1200;1300"
        #expect(read(signed("\(place);held;B")).map(\.isReleased) == .success(false))
        #expect(read(signed("\(place);released;B")).map(\.isReleased) == .success(true))
        #expect(read(signed("\(place);given-up;B")).map(\.isReleased) == .success(false))
        let givenUp = ["held", "given-up", "released"].map {
            read(signed("\(place);\($0);B")).map(\.isGivenUp)
        }
        #expect(givenUp == [.success(false), .success(true), .success(false)])
        var others: Set<String> = [
            "", "h", "r", "HELD", "Released", " released", "released ", "heldreleased", "held,released", "0",
            "1", "true", "released\u{0}", "r\u{435}leased",
        ]
        for word in ["held", "given-up", "released"] {
            for length in 0..<word.utf8.count { others.insert(String(word.prefix(length))) }
            for index in 0..<word.utf8.count {
                for byte: UInt8 in 0x21...0x7E where byte != UInt8(ascii: ";") {
                    var letters = Array(word.utf8)
                    letters[index] = byte
                    others.insert(String(decoding: letters, as: UTF8.self))
                }
            }
        }
        for other in others.subtracting(["held", "given-up", "released"]) {
            #expect(read(signed("\(place);\(other);B")) == .failure(.damaged(.malformed)), "\(other)")
        }
        #expect(read(signed("\(place);B")) == .failure(.damaged(.malformed)), "without a state")
        #expect(read(signed("\(place);released;held;B")) == .failure(.damaged(.malformed)))
        #expect(read(signed("\(place);B;released")) == .failure(.damaged(.malformed)))
    }

    /// What is beside the map, with the longest names and numbers, leaves room for the longest map.
    @Test func theLongestMetadataFits() {
        let place = CommitPlace(
            cluster: String(repeating: "c", count: 64), topic: String(repeating: "t", count: 249),
            partition: .max)
        let rest = CommitMetadata(
            place: place, base: .max, horizon: .max, done: [], isReleased: true
        ).text.utf8.count
        #expect(rest == 10 + 64 + 249 + 10 + 19 + 19 + 8 + 8 + 8)
        #expect(rest + OffsetMap.lengthMax <= CommitMetadata.lengthMax)
        let oddNames = CommitPlace(
            cluster: String(repeating: "\u{FC}", count: 999), topic: String(repeating: "t", count: 9999),
            partition: .max)
        let odd = CommitMetadata(place: oddNames, base: .max, horizon: .max, done: [], isReleased: true)
        #expect(odd.text.utf8.count < rest)
    }

    /// With a checksum that is right, the text must still make sense.
    @Test func whatIsForgedSkipsNothingThatItCannotMean() {
        let place = "cobrador/1;\(Self.place.cluster);\(Self.place.topic);3"
        #expect(read(signed("\(place);1200;1200;held;")).map(\.done) == .success([]))
        #expect(read(signed("\(place);1200;1199;held;")) == .failure(.damaged(.contradictory)))
        #expect(read(signed("\(place);1200;1203;held;P")) == .failure(.damaged(.contradictory)))
        let four = read(signed("\(place);1200;1204;released;P")).map(\.done)
        #expect(four == .success([1200, 1201, 1202, 1203]))
        let malformed = [
            "1200;;held;", "1200;-1;held;", "1200;+1300;held;", "1200;01300;held;",
            "1200;9223372036854775808;held;", "1200;1300", "1200", "1200;1300;", "1200;1300;held",
            "1200;1300;held;;", "1200;1300;held;A", "1200;1300;released;A", "1200;1300;held;[2731]",
            "1200;1300;held;[", "1200;1300;held; B", ";1300;held;", "1 200;1300;held;",
        ]
        for body in malformed {
            #expect(read(signed("\(place);\(body)")) == .failure(.damaged(.malformed)), "\(body)")
        }
        #expect(read(signed("\(place);1200;1300;held;(99999999)B")) == .failure(.damaged(.contradictory)))
        let claim = signed("\(place);1200;9223372036854775807;released;[2000000000]")
        #expect(read(claim) == .failure(.damaged(.malformed)), "a claim of 12 billion jobs done")
    }

    /// Texts made of pieces of texts, half of them with a right checksum: none crashes the reader, and what is
    /// believed is what a ledger would have written.
    @Test func randomTextsAreRefusedOrMeanWhatTheySay() {
        var chance = SeededGenerator(20_261_123, for: #function)
        let seed = chance.seed
        var believed: [Bool: Int] = [:]
        for round in 0..<30_000 {
            let text = randomText(&chance)
            guard case .success(let metadata) = read(text) else { continue }
            believed[metadata.isReleased, default: 0] += 1
            let offsets = metadata.done
            #expect(metadata.text == text, "seed \(seed), round \(round)")
            #expect(offsets.count <= OffsetMap.countMax && offsets == offsets.sorted())
            #expect(offsets.allSatisfy { $0 >= 1200 && $0 < metadata.horizon }, "seed \(seed), \(round)")
        }
        for isReleased in [false, true] {
            #expect(believed[isReleased, default: 0] > 1000, "\(believed) texts were well-formed")
        }
    }

    private func randomText(_ chance: inout SeededGenerator) -> String {
        let pieces = [
            "A", "B", "/", "k", "(", ")", "[", "]", "4", "12", "(5)", "[4]", "[9]", "(123456)", ";", "é",
            "held", "released", "given-up", ";held;", "lease",
        ]
        let state = Bool.random(using: &chance) ? "held" : "released"
        var map = ""
        for _ in 0..<Int.random(in: 0...5, using: &chance) {
            map += pieces.randomElement(using: &chance) ?? ""
        }
        var fields = [
            "cobrador/1", Self.place.cluster, Self.place.topic, "3", "1200", "1000000000", state, map,
        ]
        if Int.random(in: 0..<4, using: &chance) == 0 {
            let index = Int.random(in: fields.indices, using: &chance)
            fields[index] = pieces.randomElement(using: &chance) ?? ""
        }
        let body = fields.joined(separator: ";")
        if Bool.random(using: &chance) { return signed(body) }
        var bytes = Array(signed(body).utf8)
        bytes[Int.random(in: bytes.indices, using: &chance)] = UInt8.random(in: .min ... .max, using: &chance)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Made by another program from the format's description, which is why they are worth something.
    static let goldens = [
        Golden(
            text: "cobrador/1;MkU3OEVBNTcwNTJENDM2Qg;cobrador.jobs.charge-saved-card;3;12"
                + "00;2200;held;G(15)Q(16)8[9]D;0a6d1421",
            metadata: CommitMetadata(
                place: place, base: 1200, horizon: 2200, done: [1201, 1202, 1300] + Array(1400..<1460))),
        Golden(
            text: "cobrador/1;MkU3OEVBNTcwNTJENDM2Qg;cobrador.jobs.charge-saved-card;3;12"
                + "00;2200;released;G(15)Q(16)8[9]D;00492ae2",
            metadata: CommitMetadata(
                place: place, base: 1200, horizon: 2200, done: [1201, 1202, 1300] + Array(1400..<1460),
                isReleased: true)),
        Golden(
            text: "cobrador/1;;jobs;0;0;0;held;;602945d6",
            metadata: CommitMetadata(
                place: CommitPlace(cluster: "", topic: "jobs", partition: 0), base: 0, horizon: 0, done: [])),
        Golden(
            text: "cobrador/1;;jobs;0;0;0;released;;651555cd",
            metadata: CommitMetadata(
                place: CommitPlace(cluster: "", topic: "jobs", partition: 0), base: 0, horizon: 0, done: [],
                isReleased: true)),
        Golden(
            text: "cobrador/1;;jobs;0;0;1000;held;+[4]B;15cd2960",
            metadata: CommitMetadata(
                place: CommitPlace(cluster: "", topic: "jobs", partition: 0), base: 0, horizon: 1000,
                done: Array(1...30))),
        Golden(
            text: "cobrador/1;~24d92db2.65;~3eb5bbf7.5;2147483647;9007199254740993;922337"
                + "2036854775807;released;I(99)I;c4b6e351",
            metadata: CommitMetadata(
                place: CommitPlace(
                    cluster: String(repeating: "k", count: 65), topic: "j\u{FC}bs", partition: .max),
                base: 9_007_199_254_740_993, horizon: .max,
                done: [9_007_199_254_740_993, 9_007_199_254_741_593], isReleased: true)),
        Golden(
            text: "cobrador/1;c.1;a_b-c;12;41;5000;released;gjB(157)Q[5]H;cd58219f",
            metadata: CommitMetadata(
                place: CommitPlace(cluster: "c.1", topic: "a_b-c", partition: 12), base: 41, horizon: 5000,
                done: [41, 42, 43, 47, 48, 1000] + Array(1002..<1035), isReleased: true)),
    ]
}
