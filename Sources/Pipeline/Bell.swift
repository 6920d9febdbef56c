/// Lets one task of an actor sleep until another rings; a ring before the sleep isn't lost.
///
/// It isn't `Sendable`: it belongs to the actor that stores it, which is what makes it safe.
public final class Bell {
    private var hasRung = false
    private var sleeper: CheckedContinuation<Void, Never>?

    /// A bell that nobody has rung yet.
    public init() {}

    /// Wakes the sleeper, or lets the next one pass at once.
    public func ring() {
        if let sleeper {
            self.sleeper = nil
            sleeper.resume()
        } else {
            hasRung = true
        }
    }

    /// Returns after the next ring, or at once where there was one since the last return.
    ///
    /// One task at a time may wait. It may find that what it waits for hasn't come yet.
    public func wait(isolation: isolated any Actor = #isolation) async {
        if !hasRung {
            precondition(sleeper == nil, "one task waits at a bell")
            await withCheckedContinuation { sleeper = $0 }
        }
        hasRung = false
    }
}

/// An actor whose one loop sleeps at a bell until there is something to do, or until a moment comes.
public protocol BellKeeper: Actor {
    /// The bell that the loop sleeps at.
    var bell: Bell { get }
    /// The clock that also wakes it.
    var time: any Timekeeper { get }
}

extension BellKeeper {
    /// Wakes the loop.
    public func ring() { bell.ring() }

    /// Returns when somebody rings, or at `instant`; a cancelled task's clock never rings.
    public func sleepUntilRung(or instant: ContinuousClock.Instant?) async {
        guard let instant else { return await bell.wait() }
        await withDiscardingTaskGroup { group in
            group.addTask {
                if (try? await self.time.sleep(until: instant)) != nil { await self.ring() }
            }
            await bell.wait()
            group.cancelAll()
        }
    }
}
