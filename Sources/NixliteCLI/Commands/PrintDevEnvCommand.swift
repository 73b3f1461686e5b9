import ArgumentParser
import NixBuild
import NixFormats

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
                StandardStreams.output(try value.printed().bytes + [UInt8(ascii: "\n")])
            } else {
                StandardStreams.output(launch.script.text)
            }
        }
    }
}
