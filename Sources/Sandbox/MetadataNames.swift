import ExactJSON

/// How metadata comes back: names in lower snake case, at every level (observed with several SDKs).
enum MetadataNames {
    static func echo(_ object: JSONObject) -> JSONObject {
        var echoed = JSONObject()
        // Of two names that become one the later wins: which of them does at Mercado Pago is unknown.
        for member in object.members { echoed[snake(member.name)] = echo(member.value) }
        return echoed
    }

    private static func echo(_ value: JSON) -> JSON {
        switch value {
        case .object(let object): .object(echo(object))
        case .array(let elements): .array(elements.map(echo))
        case .null, .bool, .number, .string: value
        }
    }

    /// `orderNumber` → `order_number`, `SKU` → `sku`.
    static func snake(_ name: String) -> String {
        var result = ""
        var wasLower = false
        for character in name {
            if character.isUppercase, wasLower { result += "_" }
            result += character.lowercased()
            wasLower = character.isLowercase || character.isNumber
        }
        return result
    }
}
