import App
import ArgumentParser

/// `cobrador config-reference`: all settings, as README and the example have them.
struct ConfigReferenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config-reference",
        abstract: "Prints all settings: a Markdown table, or a commented file to start from.",
        discussion: """
              cobrador config-reference
              cobrador config-reference --example > cobrador.jsonc
            """)

    @Flag(help: "Print a configuration file with every setting at its default, explained.")
    var example = false

    func run() { print(example ? ConfigurationExample.text : ConfigurationReference.markdown) }
}
