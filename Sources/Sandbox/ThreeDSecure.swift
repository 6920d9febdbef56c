import ExactJSON
import FoundationEssentials

/// 3-D Secure: whether a payer has to prove to the bank who they are before a payment goes on.
enum ThreeDSecure {
    /// `three_d_secure_mode` of a payment.
    enum Mode: String {
        case notSupported = "not_supported"
        case optional, mandatory
    }

    /// The published test cards whose bank asks for proof, where the mode lets it.
    ///
    /// The second is also Argentina's ordinary Mastercard.
    private static let challenged: Set<String> = ["5483928164574623", "5031755734530604"]

    /// Whether the bank asks for proof; only what it would have said yes to, and never in binary mode, which
    /// leaves nothing pending: both are our choices.
    static func challenges(_ number: CardNumber, _ mode: Mode, binaryMode: Bool) -> Bool {
        mode != .notSupported && !binaryMode && challenged.contains(number.digits)
    }

    /// What a payer's browser posts where, to be asked for proof.
    ///
    /// Nobody answers there: `POST /_sandbox/payments/{id}` says how the proof went.
    static func info(paymentID: Int64) -> JSON {
        let request: JSON = [
            "threeDSServerTransID": .string(String(paymentID)), "messageType": "CReq",
            "messageVersion": "2.2.0",
        ]
        return [
            "external_resource_url": "https://challenge.invalid/3ds",
            "creq": .string(Data(request.serialized()).base64EncodedString()),
        ]
    }
}
