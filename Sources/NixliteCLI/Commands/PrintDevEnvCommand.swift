import NixBuild
import NixFormats

/// `nixlite print-dev-env`: the environment as a shell script, for `eval` and direnv.
struct PrintDevEnvCommand: Command {
    var evaluation = EvaluationArguments()
    var build = BuildArguments()
    var global = GlobalArguments()
    var json = false
    var installable: String?

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        try evaluation.declare(&line)
        try build.declare(&line)
        try global.declare(&line)
        line.flag("--json", sets: &json, "Print JSON.")
        line.positional("installable", sets: &installable, "The project: a folder, a devenv.nix or a flake reference.")
    }

    func run() throws {
        try CommandSession(global: global, evaluation: evaluation, build: build).run { session, display in
            let launch = try ShellLaunch(session, installable ?? ".", display)
            if json {
                var members = launch.script.variables
                let folders = launch.script.programFolders.joined(separator: [UInt8(ascii: ":")])
                members["PATH"] = ByteString(Array(folders))
                let value = JSONValue.object([
                    "variables": .object(
                        SortedMap(
                            members.map { entry in
                                (entry.key, .object(["type": .string("exported"), "value": .string(entry.value)]))
                            }))
                ])
                StandardStreams.outputLine(try value.printed())
            } else {
                StandardStreams.output(launch.script.text)
            }
        }
    }
}
