import ArgumentParser

/// `nixlite build`: realises installables and links the results.
struct BuildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build", abstract: "Build models or derivations and link the results")

    @OptionGroup var installable: InstallableArguments
    @OptionGroup var evaluation: EvaluationArguments
    @OptionGroup var build: BuildArguments
    @OptionGroup var global: GlobalArguments

    @Flag(help: "Print what was built as JSON.")
    var json = false

    @Flag(name: [.long, .customLong("no-out-link")], help: "Make no result link.")
    var noLink = false

    @Option(name: [.customShort("o"), .long], help: "The name of the result link.")
    var outLink = "result"

    @Flag(help: "Print the output paths.")
    var printOutPaths = false

    @Flag(help: "Show what would be built, and stop.")
    var dryRun = false

    func run() throws {
        throw CommandFailure("building is not there yet")
    }
}
