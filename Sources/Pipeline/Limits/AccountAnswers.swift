/// When the gateway last answered an account's calls; a 429 says nothing of a job, and isn't counted.
struct AccountAnswers: Sendable, Equatable {
    typealias Instant = ContinuousClock.Instant

    private struct Times: Sendable, Equatable {
        var last: Instant?
        var byKind: [Instant?] = Array(repeating: nil, count: CallKind.allCases.count)

        subscript(kind: CallKind?) -> Instant? { kind.map { byKind[$0.rawValue] } ?? last }

        mutating func note(_ kind: CallKind, at now: Instant) {
            last = now
            byKind[kind.rawValue] = now
        }
    }

    private var answered = Times()
    private var accepted = Times()

    /// Nothing has been answered yet.
    init() {}

    /// When it last answered a call of this kind, also with a refusal; of any kind, where none is given.
    func last(_ kind: CallKind? = nil) -> Instant? { answered[kind] }

    /// When it last answered one otherwise than by refusing the credentials.
    func lastAccepted(_ kind: CallKind? = nil) -> Instant? { accepted[kind] }

    /// Notes an answer.
    mutating func note(_ kind: CallKind, isAccepted: Bool, at now: Instant) {
        answered.note(kind, at: now)
        if isAccepted { accepted.note(kind, at: now) }
    }
}
