import ExactJSON
import TestSupport

/// Random documents and decimals, to put every corner of the grammar into one property.
enum RandomJSON {
    static func value(_ random: inout SeededGenerator, depth: Int) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2, 3: return number(&random)
        case 4: return .string(text(&random))
        case 5:
            return .array(
                (0..<Int.random(in: 0...4, using: &random)).map { _ in value(&random, depth: depth - 1) }
            )
        default:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                object[text(&random)] = value(&random, depth: depth - 1)
            }
            return .object(object)
        }
    }

    static func text(_ random: inout SeededGenerator) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...12, using: &random) {
            let bits = [0x7F, 0x7FF, 0xFFFF, 0x10FFFF].randomElement(using: &random) ?? 0
            if let scalar = Unicode.Scalar(UInt32.random(in: 0...UInt32(bits), using: &random)) {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    static func number(_ random: inout SeededGenerator) -> JSON {
        var literal = Bool.random(using: &random) ? "-" : ""
        literal +=
            Bool.random(using: &random)
            ? "0" : "\(Int.random(in: 1...9, using: &random))" + digits(&random, 0...20)
        if Bool.random(using: &random) { literal += "." + digits(&random, 1...20) }
        if Bool.random(using: &random) {
            literal += ["e", "E", "e+", "E-"].randomElement(using: &random) ?? "e"
            literal += digits(&random, 1...3)
        }
        return JSONNumber(literal).map(JSON.number) ?? "a generator that makes no numbers"
    }

    static func decimal(_ random: inout SeededGenerator) -> ExactDecimal {
        let digits = Int.random(in: 0...18, using: &random)
        let bound = (0..<digits).reduce(Int64(1)) { power, _ in power * 10 } - 1
        let scale = Int.random(in: 0...18, using: &random)
        return ExactDecimal(coefficient: Int64.random(in: -bound...bound, using: &random), scale: scale)
            ?? .zero
    }

    private static func digits(_ random: inout SeededGenerator, _ count: ClosedRange<Int>) -> String {
        (0..<Int.random(in: count, using: &random)).map { _ in
            "\(Int.random(in: 0...9, using: &random))"
        }.joined()
    }
}
