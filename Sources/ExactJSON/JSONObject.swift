/// The members of a JSON object, in order, each name once.
///
/// Names are compared by their UTF-8 bytes. A look-up walks the members: objects here are small.
public struct JSONObject: Sendable, Hashable {
    /// One name and its value.
    public struct Member: Sendable, Hashable {
        /// The member's name.
        public let name: String
        /// The member's value.
        public var value: JSON

        /// A member from its two parts.
        public init(name: String, value: JSON) {
            self.name = name
            self.value = value
        }

        /// Equal where both parts are, byte for byte.
        public static func == (left: Member, right: Member) -> Bool {
            left.name.hasSameBytes(as: right.name) && left.value == right.value
        }

        /// Feeds the hasher with what equality compares.
        public func hash(into hasher: inout Hasher) {
            hasher.combine(ExactText(name))
            hasher.combine(value)
        }
    }

    /// All members, in order.
    public private(set) var members: [Member]

    /// An object without members.
    public init() { members = [] }

    /// An object of these members; `nil` where a name occurs twice.
    public init?(members: [Member]) {
        var names = Set<ExactText>(minimumCapacity: members.count)
        for member in members where !names.insert(ExactText(member.name)).inserted { return nil }
        self.members = members
    }

    init(uniqueMembers elements: [(String, JSON)]) {
        let members = elements.map { Member(name: $0.0, value: $0.1) }
        guard let object = JSONObject(members: members) else {
            preconditionFailure("an object literal names each member once")
        }
        self = object
    }

    /// For the parser, which has looked for duplicates already.
    init(checked members: [Member]) { self.members = members }

    /// How many members there are.
    public var count: Int { members.count }

    /// Whether there are no members.
    public var isEmpty: Bool { members.isEmpty }

    /// The names, in order.
    public var names: [String] { members.map(\.name) }

    /// The value with this name.
    ///
    /// Setting replaces in place or appends; setting `nil` removes (to store a null, set `.null`).
    public subscript(name: String) -> JSON? {
        get { index(of: name).map { members[$0].value } }
        set {
            switch (index(of: name), newValue) {
            case (let index?, let value?): members[index].value = value
            case (nil, let value?): members.append(Member(name: name, value: value))
            case (let index?, nil): members.remove(at: index)
            case (nil, nil): break
            }
        }
    }

    /// Removes the member with this name and returns its value, if there was one.
    @discardableResult
    public mutating func removeValue(forName name: String) -> JSON? {
        index(of: name).map { members.remove(at: $0).value }
    }

    private func index(of name: String) -> Int? {
        members.firstIndex { $0.name.hasSameBytes(as: name) }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// An object; a name that occurs twice is a programmer's error.
    public init(dictionaryLiteral elements: (String, JSON)...) {
        self.init(uniqueMembers: elements)
    }
}
