/// Why a message is no job that can be done.
///
/// No call was made, so no money has moved.
public struct JobRefusal: Error, Sendable, Hashable {
    /// One thing that is wrong with one field.
    public struct Problem: Sendable, Hashable, CustomStringConvertible {
        /// The field's path, such as `customer.email`; empty means the message as a whole.
        public var field: String
        /// What is wrong with it; never quotes the value.
        public var message: String

        /// A problem of one field.
        public init(_ field: String, _ message: String) {
            self.field = field
            self.message = message
        }

        /// The field and what is wrong with it.
        public var description: String { field.isEmpty ? message : "\(field): \(message)" }
    }

    /// The class of a refusal.
    public enum Reason: Sendable, Hashable {
        /// The bytes can't be read as a job's message at all.
        case undecodable
        /// They can be read, and break the contract.
        case invalid
        /// They carry a card number or a security code.
        case cardData
    }

    /// The class of the refusal.
    public var reason: Reason
    /// Everything that is wrong, in the order of the contract's fields.
    public var problems: [Problem]
    /// The job's id, where that could be read.
    public var jobID: JobID?

    /// A refusal for `problems`.
    public init(_ reason: Reason, _ problems: [Problem], jobID: JobID? = nil) {
        self.reason = reason
        self.problems = problems
        self.jobID = jobID
    }

    /// All problems in one line.
    public var detail: String { problems.map(\.description).joined(separator: "; ") }
}
