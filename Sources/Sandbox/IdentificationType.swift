import ExactJSON

/// A kind of identity document, as `GET /v1/identification_types` lists it.
struct IdentificationType: Sendable, Hashable {
    let id: String
    let name: String
    /// What the number consists of: `number` for digits alone, else `string`.
    let kind: String
    /// How many characters the number may have.
    let lengths: ClosedRange<Int>

    init(_ id: String, _ lengths: ClosedRange<Int>, name: String? = nil, kind: String = "number") {
        self.id = id
        self.name = name ?? id
        self.kind = kind
        self.lengths = lengths
    }

    /// The object of a recorded answer, field for field (fixture identification_type_list).
    var json: JSON {
        [
            "id": .string(id), "name": .string(name), "type": .string(kind),
            "min_length": JSON(lengths.lowerBound), "max_length": JSON(lengths.upperBound),
        ]
    }

    /// What a name stands for at a site, or else at any: that foreigners' documents are taken is our choice.
    static func named(_ id: String, at site: SandboxSite) -> [IdentificationType] {
        let own = site.identificationTypes.filter { $0.id == id }
        guard own.isEmpty else { return own }
        return SandboxSite.allCases.flatMap { $0.identificationTypes }.filter { $0.id == id }
    }

    func takes(_ number: String) -> Bool {
        lengths.contains(number.count)
            && (kind != "number" || number.utf8.allSatisfy { (0x30...0x39).contains($0) })
    }
}

extension SandboxSite {
    /// The documents that may be named; none in Mexico, where the documentation says the list doesn't apply.
    ///
    /// Ids are documented; the lengths of DNI (Argentina), CPF and CNPJ too, the others are ours.
    var identificationTypes: [IdentificationType] {
        let other = IdentificationType("Otro", 5...20)
        switch self {
        case .argentina:
            return [
                IdentificationType("DNI", 7...8), IdentificationType("CI", 1...9, name: "Cédula"),
                IdentificationType("LC", 6...7, name: "L.C."), IdentificationType("LE", 6...7, name: "L.E."),
                other, IdentificationType("CUIT", 11...11), IdentificationType("CUIL", 11...11),
            ]
        case .brazil: return [IdentificationType("CPF", 11...11), IdentificationType("CNPJ", 14...14)]
        case .chile:
            return [
                IdentificationType("RUT", 7...20, kind: "string"),
                IdentificationType("Otro", 5...20, kind: "string"),
            ]
        case .colombia:
            return [
                IdentificationType("CC", 5...20, name: "C.C."),
                IdentificationType("CE", 5...20, name: "C.E."),
                IdentificationType("NIT", 5...20), other,
            ]
        case .mexico: return []
        case .peru:
            return [
                IdentificationType("DNI", 8...8), IdentificationType("CE", 9...12, name: "C.E."),
                IdentificationType("RUC", 11...11),
            ]
        case .uruguay: return [IdentificationType("CI", 7...20), other]
        }
    }

    /// A document that the site's test-cards page uses; none where none is asked for.
    var testIdentification: Identification {
        switch self {
        case .brazil: Identification(type: "CPF", number: "12345678909")
        case .argentina, .peru: Identification(type: "DNI", number: "12345678")
        case .chile, .colombia, .uruguay: Identification(type: "Otro", number: "123456789")
        case .mexico: Identification(type: nil, number: nil)
        }
    }
}
