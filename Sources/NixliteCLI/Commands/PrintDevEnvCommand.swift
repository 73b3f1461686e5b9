import ArgumentParser

/// `nixlite print-dev-env`: the environment as a shell script, for `eval` and direnv.
struct PrintDevEnvCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "print-dev-env", abstract: "Print the project's environment as a shell script")

    @OptionGroup var evaluation: EvaluationArguments
    @OptionGroup var build: BuildArguments
    @OptionGroup var global: GlobalArguments

    @Flag(help: "Print JSON.")
    var json = false

    @Argument(help: "The project: a folder, a devenv.nix or a flake reference.")
    var installable: String?

    func run() throws {
        throw CommandFailure("the shell is not there yet")
    }
}
