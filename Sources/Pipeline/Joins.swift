import PaymentJobs

/// What copies of a job have in common.
struct JobIdentity: Sendable, Hashable {
    let account: AccountName
    let job: JobID

    init(_ job: Job) {
        account = job.account
        self.job = job.id
    }
}

/// Which messages are copies of one job: the first one is run, the others wait for what becomes of it.
///
/// A leader stands first in its lane and waits for no other message, so no circle of waiting can arise.
struct Joins {
    /// A copy that waits.
    struct Follower: Sendable, Hashable {
        let ticket: Ticket
        let lane: Lane
    }

    private struct Group {
        let leader: Ticket
        var followers: [Follower] = []
    }

    private var groups: [JobIdentity: Group] = [:]

    /// Jobs that are led.
    var count: Int { groups.count }

    /// Who leads the copies of a job; nil where none is in the pipeline.
    func leader(of job: JobIdentity) -> Ticket? { groups[job]?.leader }

    /// The job whose copies `ticket` leads; costs a look at each job that is led.
    func job(ledBy ticket: Ticket) -> JobID? { groups.first { $0.value.leader == ticket }?.key.job }

    /// True where `copy` leads from now on; otherwise it follows.
    mutating func enter(_ job: JobIdentity, _ copy: Follower) -> Bool {
        if groups[job] != nil {
            groups[job]?.followers.append(copy)
            return false
        }
        groups[job] = Group(leader: copy.ticket)
        return true
    }

    /// A copy has left; where it led, its followers are returned, and none of them is in a group any more.
    mutating func leave(_ job: JobIdentity, _ ticket: Ticket) -> [Follower] {
        guard let group = groups[job] else { return [] }
        guard group.leader == ticket else {
            groups[job]?.followers.removeAll { $0.ticket == ticket }
            return []
        }
        groups[job] = nil
        return group.followers
    }
}
