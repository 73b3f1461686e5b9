import ArgumentParser
import NixBuild
import NixEval

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
        try CommandSession(global: global, evaluation: evaluation).run { session, _ in
            let request = installable.request(showsEverything: all)
            for root in try session.select(request, for: .evaluation) { try print(root, session) }
        }
    }

    private func print(_ root: ValueRoot, _ session: Session) throws {
        let evaluator = session.evaluator
        var value = root.value
        if let apply {
            value = try evaluator.call(try session.evaluate(expression: apply), value)
        }
        if strict { try evaluator.forceDeeply(value) }
        if raw {
            StandardStreams.output(try evaluator.coerceToString(value).bytes)
        } else if json {
            StandardStreams.output(try evaluator.printJSON(value).bytes + [UInt8(ascii: "\n")])
        } else {
            var options = ValuePrinter.Options()
            options.forces = true
            options.printsDerivationPaths = true
            value = try evaluator.force(value)
            StandardStreams.output(try evaluator.print(value, options: options) + [UInt8(ascii: "\n")])
        }
    }
}
