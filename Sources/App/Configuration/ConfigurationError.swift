/// Everything that is wrong with a configuration, found in one pass.
package struct ConfigurationError: Error, Sendable, Hashable {
    /// One thing that is wrong.
    package struct Problem: Sendable, Hashable {
        /// The setting, the variable or the file that it is about.
        package var subject: String
        /// What is wrong, and what to do; never quotes a secret.
        package var message: String

        package init(_ subject: String, _ message: String) {
            self.subject = subject
            self.message = message
        }
    }

    package var problems: [Problem]

    package init(_ problems: [Problem]) { self.problems = problems }
}

extension ConfigurationError: CustomStringConvertible {
    /// A heading, and one line for each problem.
    package var description: String {
        let count = problems.count == 1 ? "a problem" : "\(problems.count) problems"
        let lines = problems.map { "  \($0.subject): \($0.message)" }
        return (["the configuration has \(count):"] + lines).joined(separator: "\n")
    }
}
