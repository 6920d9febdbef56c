import Logging
import MercadoPago
import PaymentJobs
import Synchronization

/// The access token of one seller in a secret file, which may be replaced while the worker runs.
///
/// What can't be used doesn't replace what can: a file that is gone, empty or no access token leaves the
/// token before in force, and is told once.
final class AccessTokenFile: AccessTokenSource {
    private struct State {
        var token: AccessToken
        /// Whether it was replaced since somebody asked for that.
        var isReplaced = false
        var trouble: String?
    }

    private enum News {
        case replaced
        case unusable(String)
        case usableAgain
    }

    /// Whose token it is.
    let account: AccountName
    private let path: String
    private let logger: Logger
    private let state: Mutex<State>

    /// The token that was read at the start is in force until the file has another one.
    init(_ path: String, of account: AccountName, _ token: AccessToken, logger: Logger) {
        self.path = path
        self.account = account
        self.logger = logger
        state = Mutex(State(token: token))
    }

    var current: AccessToken { state.withLock { $0.token } }

    /// Looks now; a replacement that was found before, and that nobody asked for yet, counts too: the refused
    /// call may have been made with the token before.
    func refresh() async -> Bool {
        look()
        return state.withLock { state in
            defer { state.isReplaced = false }
            return state.isReplaced
        }
    }

    /// Reads the file.
    ///
    /// - Returns: Whether another token is in force than before.
    @discardableResult
    func look() -> Bool {
        let content = SecretFile.read(path)
        let news = state.withLock { Self.take(content, &$0) }
        let metadata: Logger.Metadata = ["account": "\(account)", "file": "\(path)"]
        switch news {
        case .replaced:
            logger.notice("the access token was replaced, and is in force", metadata: metadata)
            return true
        case .unusable(let why):
            logger.warning(
                "the access token's file can't be used: the token before stays in force",
                metadata: metadata.merging(["reason": "\(why)"]) { $1 })
        case .usableAgain:
            logger.notice("the access token's file can be used again", metadata: metadata)
        case nil: break
        }
        return false
    }

    private static func take(_ content: SecretFile.Content, _ state: inout State) -> News? {
        let trouble: String
        switch content {
        case .text(let text):
            if let token = AccessToken(Secret(text)) {
                let wasInTrouble = state.trouble != nil
                state.trouble = nil
                guard token != state.token else { return wasInTrouble ? .usableAgain : nil }
                state.token = token
                state.isReplaced = true
                return .replaced
            }
            trouble = "must be \(Catalogue.accessTokenRule)"
        case .missing: trouble = "is missing"
        case .unusable(let why): trouble = why
        }
        guard state.trouble != trouble else { return nil }
        state.trouble = trouble
        return .unusable(trouble)
    }
}

/// Looks at the files of access tokens, over and over.
struct AccessTokenWatch: Sendable {
    let files: [AccessTokenFile]
    /// The pause between two looks.
    let pause: Duration

    /// Watches until it is cancelled; at once where there is nothing to watch.
    func run(replaced: @Sendable (AccountName) async -> Void) async {
        guard !files.isEmpty else { return }
        while true {
            do { try await Task.sleep(for: pause) } catch { return }
            for file in files where file.look() { await replaced(file.account) }
        }
    }
}
