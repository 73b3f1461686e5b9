import Glibc
import NixBuild
import NixFormats

/// `nixlite shell [-- command…]`: the development environment of a project.
struct ShellCommand: Command {
    var evaluation = EvaluationArguments()
    var build = BuildArguments()
    var global = GlobalArguments()
    var installable: String?
    var command: [String] = []

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        try evaluation.declare(&line)
        try build.declare(&line)
        try global.declare(&line)
        line.positional("installable", sets: &installable, "The project: a folder, a devenv.nix or a flake reference.")
        line.rest("command", sets: &command, "The command to run in the environment.")
    }

    func run() throws {
        var launch: ShellLaunch?
        try CommandSession(global: global, evaluation: evaluation, build: build).run { session, display in
            launch = try ShellLaunch(session, installable ?? ".", display)
        }
        guard let launch else { return }
        throw try launch.run(command)
    }
}
