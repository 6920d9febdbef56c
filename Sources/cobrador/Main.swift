import App
import ArgumentParser
import Glibc

/// The program: parses, runs, and turns failures into messages and exit codes.
@main
enum Main {
    static func main() async {
        // A reader that goes away (`cobrador … | head`) must not end a worker by signal.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try CobradorCommand.parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            DescriptorSink.standardError.write("cobrador: \(failure)")
            exit(failure.status.rawValue)
        } catch {
            guard CobradorCommand.exitCode(for: error) == .failure else {
                CobradorCommand.exit(withError: error)
            }
            DescriptorSink.standardError.write("cobrador: \(CobradorCommand.message(for: error))")
            exit(ExitStatus.software.rawValue)
        }
    }
}

/// `cobrador` itself.
struct CobradorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cobrador",
        abstract: "Registers cards and charges saved cards through Mercado Pago, from Kafka jobs.",
        discussion: """
            New here? Run this; it needs nothing else, and takes some seconds:

              cobrador demo

            On your own Kafka and Mercado Pago account:

              export COBRADOR_KAFKA_BOOTSTRAP_SERVERS=kafka-1:9092,kafka-2:9092
              export COBRADOR_GATEWAY_ACCESS_TOKEN=…
              cobrador check
              cobrador run

            Exit codes: 0 done, 2 forced to end, 64 usage, 65 bad data, 69 unreachable, \
            70 a bug, 74 input or output, 75 temporary, 77 refused credentials, 78 configuration.
            """,
        version: Program.version,
        subcommands: [
            DemoCommand.self, CheckCommand.self, RunCommand.self, EnqueueCommand.self, CustomersCommand.self,
            CardsCommand.self, SandboxCommand.self, BrokerCommand.self, ConfigReferenceCommand.self,
        ])
}
