/// Where ids come from; repeatable with a seed.
struct Identifiers: Sendable {
    private var state: UInt64
    private var customer: Int64
    private var card: Int64
    private var payment: Int64
    private var refund: Int64

    init(seed: UInt64?) {
        state = seed ?? UInt64.random(in: .min ... .max)
        // A restarted sandbox mustn't hand out the ids of the one before it: a worker may remember them.
        customer = 0
        card = 0
        payment = 0
        refund = 0
        customer = 200_000_000 + Int64(next() % 100_000_000)
        card = 1_490_000_000_000 + Int64(next() % 1_000_000_000)
        payment = 20_000_000_000 + Int64(next() % 100_000_000_000)
        refund = 1_000_000_000 + Int64(next() % 1_000_000_000)
    }

    /// SplitMix64 (Steele, Lea, Flood 2014).
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// The customer's own user id and the customer id made of it: `123456789-jxOV430go9fx2e`.
    mutating func nextCustomer() -> (userID: Int64, id: String) {
        customer += 1
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
        let tail = String((0..<14).map { _ in alphabet[Int(next() % UInt64(alphabet.count))] })
        return (customer, "\(customer)-\(tail)")
    }

    /// Thirteen digits.
    mutating func nextCard() -> String {
        card += 1
        return String(card)
    }

    /// Ten digits.
    mutating func nextAddress() -> String { String(1_000_000_000 + next() % 1_000_000_000) }

    /// Eleven or twelve digits.
    mutating func nextPayment() -> Int64 {
        payment += 1
        return payment
    }

    /// Ten digits.
    mutating func nextRefund() -> Int64 {
        refund += 1
        return refund
    }

    /// Thirty-two hexadecimal digits.
    mutating func nextToken() -> String {
        Self.hexadecimal(next()) + Self.hexadecimal(next())
    }

    /// Six digits.
    mutating func nextAuthorization() -> String { String(100_000 + next() % 900_000) }

    private static func hexadecimal(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
