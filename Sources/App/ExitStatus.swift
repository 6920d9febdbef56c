/// How a command ended, as a number for scripts: those of sysexits.h, and 2 for a forced end.
package enum ExitStatus: Int32, Sendable {
    /// It did what it was asked to.
    case done = 0
    /// It was ended before running work was finished.
    case forced = 2
    /// The command line can't be understood.
    case usage = 64
    /// The data is wrong.
    case data = 65
    /// A broker or the gateway can't be reached.
    case unavailable = 69
    /// A bug, or a broken promise.
    case software = 70
    /// A file can't be read or written.
    case io = 74
    /// It may work later.
    case temporary = 75
    /// The credentials are refused.
    case noPermission = 77
    /// The configuration is wrong.
    case configuration = 78
}

/// Why a command can't do what it was asked to: for people, with what to do about it.
package struct CommandFailure: Error, Sendable, CustomStringConvertible {
    package let status: ExitStatus
    package let description: String

    package init(_ status: ExitStatus, _ description: String) {
        self.status = status
        self.description = description
    }

    package init(_ error: ConfigurationError) {
        self.init(
            .configuration,
            "\(error)\n\nAll settings: cobrador config-reference. To look before a start: cobrador check")
    }
}

/// This program.
package enum Program {
    package static let version = "0.1.0"
    /// How it was called, for commands that people can copy.
    static var name: String { CommandLine.arguments.first ?? "cobrador" }
}
