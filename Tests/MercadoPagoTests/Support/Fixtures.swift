import ExactJSON
import Foundation
import Testing

/// Recorded responses that lie beside the checkout, in `../shared/fixtures`; they are not part of it.
enum Fixtures {
    private static let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("../../../../shared/fixtures").standardizedFileURL

    static let areHere = FileManager.default.fileExists(atPath: folder.path)

    /// The files under `path` whose names begin with `prefix`, in order.
    static func names(_ path: String, prefix: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent(path).path)
            .filter { $0.hasPrefix(prefix) && $0.hasSuffix(".json") }.sorted()
    }

    static func json(_ path: String) throws -> JSON {
        try JSON(parsing: Array(Data(contentsOf: folder.appendingPathComponent(path))))
    }

    static func object(_ path: String) throws -> JSONObject {
        try #require(try json(path).object)
    }
}
