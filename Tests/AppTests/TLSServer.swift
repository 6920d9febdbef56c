import Foundation
import Glibc

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
        let maker = try RunningCommand([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-days", "1", "-subj", "/CN=\(host)", "-addext", "subjectAltName=DNS:\(host)", "-keyout", keyFile,
            "-out", certificateFile,
        ])
        let made = await maker.text()
        guard FileManager.default.fileExists(atPath: certificateFile) else { throw Failure(text: made) }
        command = try RunningCommand(
            [
                "openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", certificateFile, "-key", keyFile,
            ] + arguments)
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

    /// Ends it.
    ///
    /// - Returns: What it has said about its connections.
    @discardableResult
    func stop() async -> String {
        command.terminate()
        return await command.text()
    }
}

/// A command of this machine; nothing here blocks a thread that tests share.
final class RunningCommand: @unchecked Sendable {
    /// What it writes, to either output, until it ends.
    let output: AsyncStream<String>
    /// Made and started here, and only terminated afterwards, which any thread may do.
    private let process = Process()
    private let input = Pipe()

    init(_ arguments: [String]) throws {
        let pipe = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        (process.standardInput, process.standardOutput, process.standardError) = (input, pipe, pipe)
        let (stream, continuation) = AsyncStream.makeStream(of: String.self)
        output = stream
        pipe.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            guard data.isEmpty else {
                continuation.yield(String(decoding: data, as: UTF8.self))
                return
            }
            handle.readabilityHandler = nil
            continuation.finish()
        }
        try process.run()
    }

    deinit { terminate() }

    /// Kills it: it inherits blocked signals of the thread that starts it.
    func terminate() {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    /// What it writes from now on.
    func text() async -> String {
        var text = ""
        for await part in output { text += part }
        return text
    }
}
