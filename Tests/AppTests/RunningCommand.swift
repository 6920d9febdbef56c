import Foundation
import Glibc
import Synchronization

/// A command of this machine; nothing here blocks a thread that tests share.
///
/// It is spawned by hand: Foundation's `Process` passes on open sockets, and the signals that its thread has
/// blocked, so that other tests' ports stay open and what it starts can't be ended.
final class RunningCommand: Sendable {
    /// What it writes, to either output, until it ends.
    let output: AsyncStream<String>
    /// Nil once it has been waited for, and its number may be another's.
    private let process: Mutex<pid_t?>

    init(_ arguments: [String]) throws {
        var (outputEnds, inputEnds): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
        guard pipe(&outputEnds) == 0, pipe(&inputEnds) == 0 else { throw POSIXError(.EMFILE) }
        let number = try Self.spawn(arguments, input: inputEnds, output: outputEnds)
        Glibc.close(outputEnds[1])
        Glibc.close(inputEnds[0])
        process = Mutex(number)
        let (stream, continuation) = AsyncStream.makeStream(of: String.self)
        output = stream
        let (reading, writing) = (outputEnds[0], inputEnds[1])
        Thread.detachNewThread { [self] in
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = read(reading, &buffer, buffer.count)
                guard count > 0 else { break }
                continuation.yield(String(decoding: buffer[..<count], as: UTF8.self))
            }
            Glibc.close(reading)
            Glibc.close(writing)
            process.withLock { process in
                waitpid(number, nil, 0)
                process = nil
            }
            continuation.finish()
        }
    }

    func end() {
        process.withLock { process in
            if let process { kill(process, SIGKILL) }
        }
    }

    /// Whether it writes `words`, from now on and before it ends.
    func says(_ words: String) async -> Bool {
        var text = ""
        for await part in output {
            text += part
            if text.contains(words) { return true }
        }
        return false
    }

    private typealias CloseFrom =
        @convention(c) (
            UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32
        ) -> Int32

    /// Of glibc since 2.34; Swift's module lacks it.
    private static func closeFrom(_ actions: inout posix_spawn_file_actions_t, _ first: Int32) throws {
        guard let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else {
            throw POSIXError(.ENOSYS)
        }
        _ = unsafeBitCast(symbol, to: CloseFrom.self)(&actions, first)
    }

    /// With no signal blocked, and nothing open but its three streams.
    private static func spawn(_ arguments: [String], input: [Int32], output: [Int32]) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output[1], STDERR_FILENO)
        // Other tests' sockets: a port that they close must not stay open here.
        try closeFrom(&actions, STDERR_FILENO + 1)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var words = arguments.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var number = pid_t()
        let code = posix_spawnp(&number, arguments[0], &actions, &attributes, &words, environ)
        guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .ENOENT) }
        return number
    }
}
