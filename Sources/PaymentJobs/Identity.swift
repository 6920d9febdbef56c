import Crypto

/// The key that makes the gateway answer a repeated call with the first call's payment.
///
/// Derived from account and job id alone, so every attempt, redelivery and replay of a job sends the same
/// one. 36 characters; the gateway's SDKs accept 1 to 64.
public struct IdempotencyKey: Sendable, Hashable, CustomStringConvertible {
    /// The key's text, in the form of a UUID.
    public let description: String

    /// The key of a job's first and every later attempt.
    public init(account: AccountName, job: JobID) {
        description = DerivedID.text(of: ["idempotency-key", account.description, job.description])
    }
}

/// The id of the event or dead letter that answers a job: the same for every repetition of the answer.
public struct AnswerID: Sendable, Hashable, CustomStringConvertible {
    /// Which of a job's answers is meant.
    public enum Word: String, Sendable {
        /// The one answer that every job gets.
        case result
        /// The final state of a charge that was answered as pending.
        case final
        /// The word that a pending charge has been so for too long.
        case overdue
    }

    /// The id's text, in the form of a UUID.
    public let description: String

    /// The id is made without the event's type: a crash may turn a pending charge into an approved one,
    /// and both are the same answer.
    public init(account: AccountName, job: JobID, word: Word) {
        description = DerivedID.text(of: [word.rawValue, account.description, job.description])
    }

    /// The id of what is learnt later about a payment: the same for everybody who learns of the same change.
    public init(account: AccountName, payment: PaymentFacts) {
        description = DerivedID.text(of: [
            "updated", account.description, String(payment.id), payment.status.rawValue,
            payment.dateLastUpdated.map(Self.moment) ?? "",
        ])
    }

    /// The same moment in every spelling of the gateway's.
    private static func moment(_ date: String) -> String {
        var scanner = DateScanner(date)
        return scanner.moment().map(Timestamp.text) ?? date
    }
}

enum DerivedID {
    /// A UUID of version 8 (RFC 9562 §5.8) over the SHA-256 of `parts`, each preceded by its length so that
    /// no two lists of parts share an id.
    static func text(of parts: [String]) -> String {
        var hash = SHA256()
        hash.update(data: Array("cobrador-1".utf8))
        for part in parts {
            withUnsafeBytes(of: UInt32(part.utf8.count).bigEndian) { hash.update(bufferPointer: $0) }
            hash.update(data: Array(part.utf8))
        }
        var bytes = Array(hash.finalize().prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        return hyphenated(bytes)
    }

    /// The first `count` bytes of SHA-256 over `bytes`, in lower-case hexadecimal.
    static func digest(of bytes: [UInt8], count: Int) -> String {
        String(decoding: SHA256.hash(data: bytes).prefix(count).flatMap(hexadecimal), as: UTF8.self)
    }

    private static func hyphenated(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text.append(UInt8(ascii: "-")) }
            text += hexadecimal(byte)
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func hexadecimal(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return [digits[Int(byte >> 4)], digits[Int(byte & 0xF)]]
    }
}
