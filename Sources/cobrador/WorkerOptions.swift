import App
import ArgumentParser

/// The options of a worker, and of whoever looks at what it would be like.
struct WorkerOptions: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOptions

    @Flag(help: "Short for --set worker.new-group=true: no job of the group was ever attempted.")
    var newGroup = false

    mutating func validate() throws {
        if newGroup, configuration.set.contains(where: { $0.key == Self.newGroupKey }) {
            throw ValidationError("\(Self.newGroupKey) is given twice on the command line.")
        }
    }

    var sources: ConfigurationSources {
        var sources = configuration.sources
        if newGroup { sources.arguments[Self.newGroupKey] = "true" }
        return sources
    }

    private static let newGroupKey = "worker.new-group"
}
