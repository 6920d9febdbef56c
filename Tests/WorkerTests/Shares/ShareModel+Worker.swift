import Kafka
import Pipeline

@testable import Worker

extension ShareModel {
    /// A worker comes to the group.
    mutating func join() {
        members.append(Member())
        let worker = members.count - 1
        let total = Int(Self.partitions) - (bug == .countsTooFewPartitions ? 1 : 0)
        members[worker].leases.note(partitionTotal: total)
        rejoin(worker)
        heartbeats(worker)
        renewals(worker)
    }

    private mutating func rejoin(_ worker: Int) {
        let id = newID()
        members[worker].id = id
        members[worker].phase = .joining
        message(from: worker) { model, isThere in
            guard model.members[worker].id == id else { return }
            if isThere { model.group.join(id, at: model.now) } else { model.rejoin(worker) }
        }
    }

    private mutating func heartbeats(_ worker: Int) {
        after(2500..<3500) { model in
            guard model.members[worker].phase != .left else { return }
            model.heartbeats(worker)
            model.heartbeat(worker)
        }
    }

    private mutating func heartbeat(_ worker: Int) {
        let (id, generation) = (members[worker].id, members[worker].generation)
        guard members[worker].phase != .joining else {
            // Whoever was thrown out while it waited to join is told so.
            if group.members[id] == nil, members[worker].isReachable, chance.next() % 2 == 0 {
                rejoin(worker)
            }
            return
        }
        message(from: worker) { model, isThere in
            guard isThere else { return }
            let reply = model.group.heartbeat(id, generation, at: model.now)
            model.message(from: worker) { model, isThere in
                let member = model.members[worker]
                guard isThere, member.id == id, member.generation == generation else { return }
                switch reply {
                case .ok: break
                case .rebalance: if member.phase == .working { model.revoke(worker) }
                case .unknown: model.lose(worker)
                }
            }
        }
    }

    private mutating func renewals(_ worker: Int) {
        after(100..<3000) { model in
            guard model.members[worker].phase != .left else { return }
            model.renewals(worker)
            if [.working, .ending].contains(model.members[worker].phase) { model.commit(worker) }
        }
    }

    /// Sends a commit of all tenures, one at a time; `done` is called when it has ended.
    mutating func commit(
        _ worker: Int, isReleasing: Bool = false, _ done: @escaping (inout ShareModel) -> Void = { _ in }
    ) {
        guard !members[worker].isCommitting else {
            if isReleasing { after(50..<100) { $0.commit(worker, isReleasing: true, done) } }
            return
        }
        members[worker].isCommitting = true
        let (id, generation, sentAt) = (members[worker].id, members[worker].generation, now)
        var parts: [CommitRound.Part] = []
        for partition in members[worker].tenures.keys.sorted() {
            guard var tenure = members[worker].tenures[partition] else { continue }
            let part = tenure.seal(
                adding: [], at: Self.place(partition), isReleasing: isReleasing, now: now)
            if let part { parts.append(part) }
            members[worker].tenures[partition] = tenure
        }
        message(from: worker) { model, isThere in
            let positions = parts.map(\.position)
            let reply = isThere ? model.group.commit(positions, of: id, generation, at: model.now) : nil
            model.message(from: worker) { model, isThere in
                model.members[worker].isCommitting = false
                // An acknowledgement may come after everything has changed.
                if isThere, reply == .ok { model.acknowledge(worker, parts, sentAt) }
                if isThere, reply == .unknown { model.members[worker].leases.suspend(parts.map(\.tenure)) }
                done(&model)
            }
        }
    }

    private func acknowledge(_ worker: Int, _ parts: [CommitRound.Part], _ sentAt: Instant) {
        let from = bug == .countsFromTheAcknowledgement ? now : sentAt
        let held = parts.filter { !$0.isReleased }.map(\.tenure)
        members[worker].leases.extend(held, until: from + Self.session, at: from)
    }

    private mutating func revoke(_ worker: Int) {
        members[worker].phase = .ending
        let generation = members[worker].generation
        after(0..<20_000) { model in
            guard model.members[worker].generation == generation, model.members[worker].phase == .ending
            else {
                return
            }
            model.end(worker)
        }
    }

    /// Running calls have ended, or aren't waited for any longer.
    private mutating func end(_ worker: Int) {
        let isIdle = Int.random(in: 0..<3, using: &chance) > 0
        let keeps = bug == .keepsLeaseWhenItReleases
        if !keeps { members[worker].leases.end(members[worker].tenures.values.map(\.number)) }
        for partition in members[worker].tenures.keys {
            members[worker].tenures[partition]?.isGivenUp = true
            if isIdle { members[worker].tenures[partition]?.desk?.inPipeline = [] }
        }
        let id = members[worker].id
        commit(worker, isReleasing: true) { model in
            guard model.members[worker].id == id, model.members[worker].phase == .ending else { return }
            model.members[worker].tenures = [:]
            if model.members[worker].isLeaving { model.depart(worker) } else { model.joinAgain(worker) }
        }
    }

    /// The same member joins the next generation.
    private mutating func joinAgain(_ worker: Int) {
        let id = members[worker].id
        members[worker].phase = .joining
        message(from: worker) { model, isThere in
            guard model.members[worker].id == id else { return }
            if isThere, model.group.members[id] != nil {
                model.group.join(id, at: model.now)
            } else {
                model.rejoin(worker)
            }
        }
    }

    private mutating func depart(_ worker: Int) {
        let id = members[worker].id
        left(worker)
        message(from: worker) { model, isThere in if isThere { model.group.leave(id, at: model.now) } }
    }

    private mutating func left(_ worker: Int) {
        members[worker].phase = .left
        members[worker].leftAt = now
    }

    private mutating func lose(_ worker: Int) {
        count("lost")
        members[worker].leases.end(members[worker].tenures.values.map(\.number))
        members[worker].tenures = [:]
        if members[worker].isLeaving { left(worker) } else { rejoin(worker) }
    }

    /// Something happens to somebody, again and again.
    mutating func disturb() {
        after(500..<world.calmMax) { model in
            model.disturb()
            let alive = model.members.indices.filter { model.members[$0].phase != .left }
            guard let worker = alive.randomElement(using: &model.chance), alive.count > 1 else {
                return model.join()
            }
            switch Int.random(in: 0..<8, using: &model.chance) {
            case 0...1: if alive.count < 5 { model.join() }
            case 2...3:
                guard model.members[worker].phase == .working else { return }
                model.members[worker].isLeaving = true
                model.revoke(worker)
            case 4:
                // Its leases count until they end: nobody else knows that it is dead.
                model.left(worker)
                model.count("crash")
            case 5...6:
                model.members[worker].isReachable = false
                model.after(1000..<30_000) { $0.members[worker].isReachable = true }
            default:
                guard model.world.removesMembers else { return }
                model.group.leave(model.members[worker].id, at: model.now)
            }
        }
    }
}
