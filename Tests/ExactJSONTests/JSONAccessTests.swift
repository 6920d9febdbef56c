import ExactJSON
import Testing

@Suite("Reading and changing values") struct JSONAccessTests {
    @Test("an accessor answers for its own kind only")
    func kinds() {
        let values: [JSON] = [nil, true, 1, "1", [1], ["a": 1]]
        #expect(values.map(\.isNull) == [true, false, false, false, false, false])
        #expect(values.map(\.bool) == [nil, true, nil, nil, nil, nil])
        #expect(values.map(\.int64) == [nil, nil, 1, nil, nil, nil])
        #expect(values.map(\.decimal) == [nil, nil, ExactDecimal("1"), nil, nil, nil])
        #expect(values.map(\.string) == [nil, nil, nil, "1", nil, nil])
        #expect(values.map(\.array) == [nil, nil, nil, nil, [1], nil])
        #expect(values.map(\.object) == [nil, nil, nil, nil, nil, ["a": 1]])
        #expect(values.map { $0["a"] } == [nil, nil, nil, nil, nil, 1])
        #expect(values.map { $0[0] } == [nil, nil, nil, nil, 1, nil])
        #expect(values[4][1] == nil && values[4][-1] == nil)
    }

    @Test(
        "an integer is an integer however it is written",
        arguments: [
            ("1e2", 100), ("100.0", 100), ("-0", 0), ("0.0", 0), ("1500e-2", 15), ("0.015e3", 15),
            ("1.5", nil), ("1e-1", nil),
            ("9223372036854775807", .max), ("9223372036854775808", nil), ("-9223372036854775808", .min),
            ("-9223372036854775809", nil), ("9223372036854775807.000", .max),
            ("9e18", 9_000_000_000_000_000_000),
            ("1e19", nil), ("92233720368547758070e-1", .max), ("0e-5", 0),
        ] as [(String, Int64?)]
    )
    func integers(_ literal: String, _ value: Int64?) throws {
        #expect(try JSON(parsing: literal).int64 == value)
    }

    @Test(
        "a number is made from exactly one literal",
        arguments: ["", " 1", "1 ", "01", "1.", "--1", "1,0", "é", "NaN"]
    )
    func notNumbers(_ text: String) {
        #expect(JSONNumber(text) == nil)
        #expect(ExactDecimal(text) == nil)
    }

    @Test("members keep their order through replacing, appending and removing")
    func editing() {
        var object: JSONObject = ["a": 1, "b": 2]
        object["c"] = 3
        object["a"] = nil
        object["b"] = .null
        object["missing"] = nil
        #expect(object.names == ["b", "c"])
        #expect(object["b"] == .null)
        #expect(object.removeValue(forName: "b") == .null)
        #expect(object.removeValue(forName: "b") == nil)
        #expect(object == ["c": 3] && object.count == 1 && !object.isEmpty)
    }

    @Test("documents are equal member for member, in order")
    func equality() {
        let value: JSON = ["a": 1, "b": 2]
        #expect(value != ["b": 2, "a": 1])
        #expect(value.canonical() == JSON.object(["b": 2, "a": 1]).canonical())
        #expect(JSONObject(members: [.init(name: "a", value: 1), .init(name: "a", value: 1)]) == nil)
    }
}
