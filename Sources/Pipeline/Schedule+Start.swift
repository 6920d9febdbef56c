extension Schedule {
    /// What the first job of a lane does.
    enum Phase: Sendable, Hashable {
        /// It may start.
        case ready
        /// It is being decoded, without a slot.
        case read
        case running
        case waiting(until: Instant)
        /// It may start once it is released.
        case parked
    }

    /// What the first job of a lane needs for its start.
    enum Need: Sendable, Hashable {
        /// To be decoded, so that its account is known.
        case reading
        /// A slot, and no call.
        case slot
        /// A slot, and a place at the account's gate.
        case place(account: Int)
    }

    /// How a job was started.
    enum Start: Sendable, Hashable {
        /// To be decoded, without a slot.
        case reading
        /// To be ended without a call.
        case slot
        /// To be run.
        case visiting(account: Int, AccountGate.Visit)
        /// To be ended without a call where that is safe, and else to wait until the moment.
        case givingUp(account: Int, GatewayFault, until: Instant)

        /// The job's place at its account's gate.
        var visit: AccountGate.Visit? {
            if case .visiting(_, let visit) = self { visit } else { nil }
        }

        /// Calls were made from the place.
        mutating func update(_ visit: AccountGate.Visit) {
            if case .visiting(let account, _) = self { self = .visiting(account: account, visit) }
        }
    }
}
