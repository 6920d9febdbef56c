import Testing

@testable import Kafka

@Suite("A delivery report's meaning")
struct DeliveryTests {
    private static let codes: [KafkaErrorCode] = [
        .init(rawValue: 0), .messageTimedOut, .messageTooLarge, .unknownTopic, .fatal, .transport,
    ]

    @Test(
        "never calls a record lost that may be in the log, nor written one that isn't",
        arguments: codes, Delivery.Persistence.allCases)
    func exhaustive(code: KafkaErrorCode, persistence: Delivery.Persistence) {
        for isFatal in [false, true] {
            let delivery = Delivery(code: code, persistence: persistence, partition: 3, offset: 7)
            switch delivery.result(isFatal: isFatal) {
            case .success(let metadata):
                #expect(!code.isError || persistence == .certain)
                #expect(metadata == RecordMetadata(partition: 3, offset: 7))
            case .failure(let error):
                #expect(code.isError && persistence != .certain)
                #expect(error.mayHaveBeenWritten == (persistence == .possible))
                if case .fatal = error { #expect(isFatal || code == .fatal) } else { #expect(!isFatal) }
            }
        }
    }

    @Test("of a recognised repetition has no offset")
    func repetition() throws {
        let delivery = Delivery(
            code: .init(rawValue: 0), persistence: .certain, partition: 1, offset: -1001)
        #expect(try delivery.result(isFatal: false).get() == RecordMetadata(partition: 1, offset: nil))
    }
}
