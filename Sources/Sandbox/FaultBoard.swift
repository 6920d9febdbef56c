import ExactJSON

/// The armed faults.
actor FaultBoard {
    private var faults: [Fault] = []
    private var nextID = 1
    private let faultsMax: Int

    init(faultsMax: Int) { self.faultsMax = faultsMax }

    /// Arms a fault; exhausted ones stay listed until their place is needed.
    func arm(_ request: FaultRequest) throws(ControlRefusal) -> JSON {
        if faults.count >= faultsMax { faults.removeAll(where: \.isExhausted) }
        guard faults.count < faultsMax else { throw ControlRefusal("\(faultsMax) faults are armed already") }
        let fault = request.fault(id: nextID)
        nextID += 1
        faults.append(fault)
        return fault.json
    }

    func disarmAll() { faults = [] }

    /// Whether any fault could strike, so that calls aren't looked into for nothing.
    var isArmed: Bool { faults.contains { !$0.isExhausted } }

    /// The first armed fault that is for this call and strikes.
    func draw(_ traits: CallTraits) -> (name: String, kind: Fault.Kind)? {
        for index in faults.indices where faults[index].strikes(traits) {
            return (faults[index].name, faults[index].kind)
        }
        return nil
    }

    var json: JSON { ["faults": .array(faults.map(\.json))] }
}
