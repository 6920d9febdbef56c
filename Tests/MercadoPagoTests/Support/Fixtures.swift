import ExactJSON
import Foundation

/// Recorded responses that may lie beside the checkout, in `shared/fixtures`; they are not part of it.
///
/// They are looked for where `COBRADOR_FIXTURES` says, else beside this file's folder and each of those above.
enum Fixtures {
    private static let folder: URL? = {
        let isFolder: (URL) -> Bool = { FileManager.default.fileExists(atPath: $0.path) }
        if let told = ProcessInfo.processInfo.environment["COBRADOR_FIXTURES"], !told.isEmpty {
            return URL(fileURLWithPath: told, isDirectory: true)
        }
        var place = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        while place.path != "/" {
            place.deleteLastPathComponent()
            let candidate = place.appendingPathComponent("shared/fixtures", isDirectory: true)
            if isFolder(candidate) { return candidate }
        }
        return nil
    }()

    static var areHere: Bool { folder != nil }

    /// The paths of all JSON files below the folder, in order; none where it isn't there.
    static let files: [String] = {
        guard let folder, let names = FileManager.default.enumerator(atPath: folder.path) else { return [] }
        return names.compactMap { $0 as? String }.filter { $0.hasSuffix(".json") }.sorted()
    }()

    static func json(_ path: String) throws -> JSON {
        guard let folder else { throw CocoaError(.fileNoSuchFile) }
        return try JSON(parsing: Array(Data(contentsOf: folder.appendingPathComponent(path))))
    }
}
