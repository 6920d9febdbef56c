import PaymentJobs

/// The look that comes before a job's first call.
enum FirstLook: Sendable {
    /// None: the call itself is safe to repeat.
    case none
    /// One, so that what was done long ago isn't asked for again.
    case single
    /// Several, until the index must show what was done for the job.
    case settled
}

extension Attempt {
    /// The look that the job needs.
    ///
    /// `isSafeToRepeat` says that a second call does nothing while the gateway knows the first one's key.
    func firstLook(_ memory: AttemptMemory, isSafeToRepeat: Bool) -> FirstLook {
        if memory.mayHaveBeenAttempted, isKeyOld { return .settled }
        if !isSafeToRepeat {
            return memory.needsSettledLook || memory.risk != .none ? .settled : .single
        }
        return memory.mayHaveBeenAttempted ? .single : .none
    }

    /// Whether the gateway may have forgotten the key of a call that was made when the job was young; an age
    /// that isn't known may be any.
    private var isKeyOld: Bool {
        submittedAt.map { .milliseconds(now - $0) > rules.idempotencyWindow } ?? true
    }

    /// Whether a first look that found nothing ends the looking; notes it.
    func isEnough(_ look: FirstLook, _ memory: inout AttemptMemory) -> Bool {
        if look == .settled, !memory.looks.foundNothing(at: now, looks) { return false }
        memory.hasLooked = true
        memory.looks = Looks()
        return true
    }
}
