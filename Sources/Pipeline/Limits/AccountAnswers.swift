/// When the gateway last answered an account's calls; a 429 says nothing of a job, and isn't counted.
struct AccountAnswers: Sendable, Equatable {
    typealias Instant = ContinuousClock.Instant

    /// When it last answered otherwise than by refusing the credentials.
    var accepted: Instant?
    private var byKind: [Instant?] = Array(repeating: nil, count: CallKind.allCases.count)

    /// When it last answered a call of any kind, also with a refusal.
    private(set) var last: Instant?

    /// Nothing has been answered yet.
    init() {}

    /// When it last answered a call of this kind; of any, where none is given.
    func last(_ kind: CallKind?) -> Instant? { kind.map { byKind[$0.rawValue] } ?? last }

    /// Notes an answer.
    mutating func note(_ kind: CallKind, at now: Instant) {
        last = now
        byKind[kind.rawValue] = now
    }
}
