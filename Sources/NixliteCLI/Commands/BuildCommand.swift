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
            let targets = try session.targets(request)
            if targets.isEmpty, request.expression == nil, request.file == nil {
                display.report(.note("note: there is nothing to build: no models are declared"))
            }
            var derivations: [SelectedDerivation] = []
            var missing: [StorePath] = []
            for target in targets {
                switch target {
                case .derivation(let derivation): derivations.append(derivation)
                case .object: break
                case .missing(let path): missing.append(path)
                }
            }
            if !missing.isEmpty { try refuse(missing, session, display) }
            if dryRun {
                display.report(.planned(try session.plan(derivations)))
            } else {
                try session.build(derivations)
            }
            let results = try session.results(targets)
            if !noLink && !dryRun { try ResultLinks(store: session.access.store()).make(results, name: outLink) }
            print(results, session)
        }
    }

    /// Ends with Nix's messages about paths that nothing can make.
    private func refuse(_ missing: [StorePath], _ session: Session, _ display: ProgressDisplay) throws {
        let paths = SortedSet(missing).map { "\n  \(session.printed($0))" }.joined()
        display.report(.note("don't know how to build these paths:\(paths)"))
        let problems = missing.map { path in
            let printed = session.printed(path)
            return path.isDerivation
                ? "failed to obtain derivation of '\(printed)'" : StoreProgram.notSubstitutable(printed).message ?? ""
        }
        throw CommandFailure(problems.joined(separator: "\n"))
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
