import ArgumentParser

/// `nixlite instantiate`: what `nix-instantiate` does, with its flags.
struct InstantiateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "instantiate", abstract: "Parse, evaluate or instantiate expressions as nix-instantiate does")

    @OptionGroup var evaluation: EvaluationArguments
    @OptionGroup var global: GlobalArguments

    @Flag(help: "Print the parse tree only.")
    var parse = false

    @Flag(name: [.long, .customLong("eval-only")], help: "Evaluate only, without writing derivations.")
    var eval = false

    @Flag(help: "Evaluate the whole value.")
    var strict = false

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Print XML.")
    var xml = false

    @Flag(help: "Print a string without quotes.")
    var raw = false

    @Flag(help: "Leave positions out of the XML.")
    var noLocation = false

    @Flag(help: "Look the arguments up in the search path.")
    var findFile = false

    @Flag(help: "Write to the store even with --eval.")
    var readWriteMode = false

    @Flag(name: [.customShort("E"), .customLong("expr")], help: "Take the arguments as expressions.")
    var expression = false

    @Option(name: [.customShort("A"), .long], help: "An attribute path of what to evaluate.")
    var attr: [String] = []

    @Option(help: "Make a root of the store with this name.")
    var addRoot: String?

    @Flag(help: .hidden)
    var indirect = false

    @Flag(help: .hidden)
    var dryRun = false

    @Option(help: .hidden)
    var timeout: Int?

    @Argument(help: "Files, or expressions with -E; '-' for standard input.")
    var files: [String] = []

    func run() throws {
        throw CommandFailure("evaluation is not there yet")
    }
}
