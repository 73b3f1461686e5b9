import ArgumentParser
import NixBuild
import NixEval
import NixFormats

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
        try CommandSession(global: global, evaluation: evaluation, build: build).run { session, display in
            var derivations: [SelectedDerivation] = []
            for root in try session.select(installable.request(), for: .building) {
                derivations += try session.derivations(in: root)
            }
            if dryRun {
                display.report(.planned(try session.plan(derivations)))
            } else {
                try session.build(derivations)
            }
            let results = try session.results(derivations)
            if !noLink && !dryRun { try ResultLinks(store: session.access.store()).make(results, name: outLink) }
            print(results, session)
        }
    }

    private func print(_ results: [BuildResult], _ session: Session) {
        if json {
            let objects = results.map { result in
                JSONValue.object([
                    "drvPath": .string(session.printed(result.derivation)),
                    "outputs": .object(SortedMap(result.outputs.map { ($0.name, .string(session.printed($0.path))) })),
                ])
            }
            if let text = try? JSONValue.array(objects).printed() { StandardStreams.output(text.bytes + [0x0a]) }
        } else if printOutPaths {
            for result in results {
                for output in result.outputs { StandardStreams.output(session.printed(output.path).bytes + [0x0a]) }
            }
        }
    }
}
