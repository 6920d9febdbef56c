import Foundation
import Testing

@testable import Kafka

@Suite("The version of librdkafka")
struct VersionTests {
    @Test("is decoded from its packed form")
    func decodes() {
        #expect(LibrdkafkaVersion(packed: 0x0200_02ff).description == "2.0.2")
        #expect(LibrdkafkaVersion(packed: 0x020a_01ff) == LibrdkafkaVersion(major: 2, minor: 10, patch: 1))
    }

    @Test("is ordered by numbers, not by text")
    func orders() {
        #expect(
            LibrdkafkaVersion(major: 2, minor: 10, patch: 0) > LibrdkafkaVersion(major: 2, minor: 9, patch: 9)
        )
    }

    @Test("is at least the one whose headers were compiled against")
    func runtime() {
        print("running with librdkafka \(LibrdkafkaVersion.runtime)")
        #expect(LibrdkafkaVersion.runtime >= LibrdkafkaVersion.compiled)
        #expect(LibrdkafkaVersion.compiled >= LibrdkafkaVersion(major: 2, minor: 0, patch: 2))
    }

    /// `deploy/test-newer-librdkafka` says which one it has put before the system's.
    @Test("is the one that was asked for")
    func asked() {
        let asked = ProcessInfo.processInfo.environment["COBRADOR_TEST_LIBRDKAFKA"]
        #expect(asked == nil || asked == LibrdkafkaVersion.runtime.description)
    }
}
