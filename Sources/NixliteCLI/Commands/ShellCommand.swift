import ArgumentParser
import Glibc
import NixBuild
import NixFormats

/// `nixlite shell [-- command…]`: the development environment of a project.
struct ShellCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shell", abstract: "Enter the project's environment, or run a command in it")

    @OptionGroup var evaluation: EvaluationArguments
    @OptionGroup var build: BuildArguments
    @OptionGroup var global: GlobalArguments

    @Argument(help: "The project: a folder, a devenv.nix or a flake reference.")
    var installable: String?

    @Argument(parsing: .postTerminator, help: "The command to run in the environment.")
    var command: [String] = []

    func run() throws {
        var launch: ShellLaunch?
        try CommandSession(global: global, evaluation: evaluation, build: build).run { session, display in
            launch = try ShellLaunch(session, installable ?? ".", display)
        }
        guard let launch else { return }
        throw try launch.run(command)
    }
}
