import NixBuild
import NixEval
import NixFormats
import NixStore

/// `nixlite build`: realises installables and links the results.
struct BuildCommand: Command {
    var installable = InstallableArguments()
    var evaluation = EvaluationArguments()
    var build = BuildArguments()
    var global = GlobalArguments()
    var json = false
    var noLink = false
    var outLink = "result"
    var printOutPaths = false
    var dryRun = false

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        try installable.declare(&line)
        try evaluation.declare(&line)
        try build.declare(&line)
        try global.declare(&line)
        line.flag("--json", sets: &json, "Print what was built as JSON.")
        line.flag("--no-link", "--no-out-link", sets: &noLink, "Make no result link.")
        try line.option("-o", "--out-link", sets: &outLink, "out-link", "The name of the result link.")
        line.flag("--print-out-paths", sets: &printOutPaths, "Print the output paths.")
        line.flag("--dry-run", sets: &dryRun, "Show what would be built, and stop.")
    }

    func run() throws {
        try CommandSession(global: global, evaluation: evaluation, build: build).run { session, display in
            let request = installable.request()
            var targets = try session.targets(request)
            let lost = missing(targets)
            if !dryRun, lost.contains(where: \.isDerivation) {
                // What a derivation makes is known only when it is there.
                try session.build([], objects: lost)
                targets = try session.targets(request)
            }
            if targets.isEmpty, request.expression == nil, request.file == nil {
                display.report(.note("note: there is nothing to build: no models are declared"))
            }
            let derivations: [SelectedDerivation] = targets.compactMap {
                guard case .derivation(let derivation) = $0 else { return nil }
                return derivation
            }
            if dryRun {
                display.report(.planned(try session.plan(derivations, objects: missing(targets))))
            } else {
                try session.build(derivations, objects: missing(targets))
            }
            let results = try session.results(targets)
            if !noLink && !dryRun { try ResultLinks(store: session.access.store()).make(results, name: outLink) }
            print(results, session)
        }
    }

    private func missing(_ targets: [BuildTarget]) -> [StorePath] {
        targets.compactMap {
            guard case .missing(let path) = $0 else { return nil }
            return path
        }
    }

    private func print(_ results: [BuildResult], _ session: Session) {
        if json {
            let objects = results.map { result in
                result.isObject
                    ? .string(session.printed(result.derivation))
                    : JSONValue.object([
                        "drvPath": .string(session.printed(result.derivation)),
                        "outputs": .object(
                            SortedMap(result.outputs.map { ($0.name, .string(session.printed($0.path))) })),
                    ])
            }
            if let text = try? JSONValue.array(objects).printed() { StandardStreams.outputLine(text) }
        } else if printOutPaths {
            for result in results {
                for output in result.outputs { StandardStreams.outputLine(session.printed(output.path)) }
            }
        }
    }
}
