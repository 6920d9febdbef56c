import ExactJSON
import FoundationEssentials
import Sandbox
import Testing

@Suite("3-D Secure") struct ThreeDSecureTests {
    private static func pay(
        _ bench: Bench, _ mode: JSON, number: String = "5031755734530604", holder: String = "APRO",
        _ changes: [String: JSON?] = [:]
    ) async throws -> JSON {
        let token = try await bench.token(holder, number: number)
        let body = Bench.guest(token, changes.merging(["three_d_secure_mode": mode]) { $1 })
        let answer = try await bench.post("/v1/payments", body, key: token)
        #expect(answer.status == 201)
        return answer.json
    }

    @Test(
        "a bank that asks for proof leaves the payment pending, with where to give it",
        arguments: ["optional", "mandatory"], ["5031755734530604", "5483928164574623"])
    func challenge(_ mode: String, _ number: String) async throws {
        try await Bench.run { bench in
            let made = try await Self.pay(bench, .string(mode), number: number)
            #expect(made["status"] == "pending" && made["status_detail"] == "pending_challenge")
            #expect(made["date_approved"] == .null && made["fee_details"] == [])
            let info = made["three_ds_info"]
            #expect(info?["external_resource_url"]?.string?.hasPrefix("https://") == true)
            let request = try #require(Data(base64Encoded: info?["creq"]?.string ?? ""))
            let asked = try JSON(parsing: Array(request))
            #expect(asked["messageType"] == "CReq")

            let id = try #require(made["id"]?.int64)
            #expect(try await bench.settle(id, ["status": "approved"]).status == 200)
            let paid = try await bench.read(id)
            #expect(paid["status_detail"] == "accredited" && paid["three_ds_info"] == [:])
        }
    }

    @Test("proof that fails is a rejection, and a hold waits for its proof too")
    func ends() async throws {
        try await Bench.run { bench in
            let failed = try #require(try await Self.pay(bench, "optional")["id"]?.int64)
            let record = try await bench.settle(failed, ["status": "rejected"]).json
            #expect(record["status_detail"] == "cc_rejected_3ds_challenge")
            let hold = try await Self.pay(bench, "mandatory", ["capture": false])
            let id = try #require(hold["id"]?.int64)
            #expect(hold["status_detail"] == "pending_challenge" && hold["captured"] == false)
            #expect(try await bench.put(id, ["capture": true]).code == 2_018)
            #expect(try await bench.settle(id, ["status": "authorized"]).status == 200)
            #expect(try await bench.put(id, ["capture": true]).json["status"] == "approved")
            let given = try #require(try await Self.pay(bench, "optional")["id"]?.int64)
            #expect(try await bench.put(given, ["status": "cancelled"]).json["status"] == "cancelled")
        }
    }

    @Test(
        "everything else is as without it",
        arguments: [
            ("not_supported", "5031755734530604", "APRO", "approved"),
            (nil, "5031755734530604", "APRO", "approved"),
            ("mandatory", "4509953566233704", "APRO", "approved"),
            ("mandatory", "5031755734530604", "FUND", "rejected"),
            ("mandatory", "5031755734530604", "CONT", "in_process"),
        ] as [(JSON, String, String, String)])
    func others(_ mode: JSON, _ number: String, _ holder: String, _ status: String) async throws {
        try await Bench.run { bench in
            let made = try await Self.pay(bench, mode, number: number, holder: holder)
            #expect(made["status"] == .string(status) && made["three_ds_info"] == [:])
            let binary = try await Self.pay(bench, mode, number: number, ["binary_mode": true])
            #expect(binary["status"] == "approved", "binary mode leaves nothing pending")
        }
    }
}
