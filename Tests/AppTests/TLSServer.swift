import Foundation

/// `openssl s_server` with a certificate made for one test: it does the handshake, and is no Kafka.
final class TLSServer: Sendable {
    struct Failure: Error { var text: String }

    /// Its certificate, which is its own authority.
    let certificateFile: String
    let keyFile: String
    let port: Int
    private let command: RunningCommand

    /// Starts one whose certificate is for `host`.
    init(_ folder: TemporaryFolder, host: String, arguments: [String] = []) async throws {
        certificateFile = folder.url.appending(path: "\(host)-certificate.pem").path()
        keyFile = folder.url.appending(path: "\(host)-key.pem").path()
        try await Self.makeCertificate(host: host, certificateFile, keyFile)
        command = try RunningCommand(
            ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", certificateFile, "-key", keyFile]
                + arguments)
        var text = ""
        var port: Int?
        for await part in command.output {
            text += part
            port = text.firstMatch(of: /ACCEPT 127\.0\.0\.1:(\d+)\n/).flatMap { Int($0.1) }
            if port != nil { break }
        }
        guard let port else { throw Failure(text: text) }
        self.port = port
    }

    deinit { command.end() }

    /// Whether it says `words` about its connections.
    func says(_ words: String) async -> Bool { await command.says(words) }

    /// A certificate of its own authority, with its key.
    static func makeCertificate(host: String, _ certificateFile: String, _ keyFile: String) async throws {
        let maker = try RunningCommand([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-days", "1", "-subj", "/CN=\(host)", "-addext", "subjectAltName=DNS:\(host)", "-keyout", keyFile,
            "-out", certificateFile,
        ])
        var text = ""
        for await part in maker.output { text += part }
        guard FileManager.default.fileExists(atPath: certificateFile) else { throw Failure(text: text) }
    }
}
