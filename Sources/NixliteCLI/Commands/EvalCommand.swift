import ArgumentParser

/// `nixlite eval`: the value of a file, an expression or an installable.
struct EvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval", abstract: "Evaluate a devenv.nix, a flake, any .nix file or an expression")

    @OptionGroup var installable: InstallableArguments
    @OptionGroup var evaluation: EvaluationArguments
    @OptionGroup var global: GlobalArguments

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Print a string without quotes and newline.")
    var raw = false

    @Flag(help: "Evaluate the whole value.")
    var strict = false

    @Flag(help: "Show every option of a module, not only those that the project defines.")
    var all = false

    @Flag(help: "Do not write derivations to the store.")
    var readOnly = false

    @Option(parsing: .unconditional, help: "A function to apply to the value.")
    var apply: String?

    func run() throws {
        if json && raw { throw UsageError("--raw and --json are mutually exclusive") }
        throw CommandFailure("evaluation is not there yet")
    }
}
