/// Where settings come from, the first that has one wins: command line, environment, secret files, JSON file.
package struct ConfigurationSources: Sendable {
    /// `key` → text, as given on the command line.
    package var arguments: [String: String]
    /// The process's environment.
    package var environment: [String: String]
    /// The JSON file; `COBRADOR_CONFIG` where nil.
    package var file: String?
    /// A folder with one file for each secret; see ``SecretFiles``.
    package var secretsDirectory: String?

    package init(
        arguments: [String: String] = [:], environment: [String: String] = [:], file: String? = nil,
        secretsDirectory: String? = nil
    ) {
        self.arguments = arguments
        self.environment = environment
        self.file = file
        self.secretsDirectory = secretsDirectory
    }

    static let prefix = "COBRADOR_"
    static let fileVariable = "COBRADOR_CONFIG"
    static let secretsVariable = "COBRADOR_SECRETS_DIRECTORY"
    static let credentialsVariable = "CREDENTIALS_DIRECTORY"
    static let usualSecretsDirectory = "/run/secrets"
}
