/// Looks at the gateway that found nothing.
struct Looks: Sendable {
    private var first: Int64?
    private var count = 0

    /// Notes a look at `now` (milliseconds since 1970) that found nothing; true where that settles it.
    mutating func foundNothing(at now: Int64, _ policy: LookPolicy) -> Bool {
        let first = first ?? now
        self.first = first
        count += 1
        return count >= policy.countMin && .milliseconds(now - first) > policy.indexLag
    }
}
