import NixBuild
import NixFormats
import NixStore

/// The flags of commands that work on store paths named by installables.
struct StorePathArguments: ArgumentGroup {
    var installable = InstallableArguments()
    var evaluation = EvaluationArguments()
    var global = GlobalArguments()
    var derivation = false
    var recursive = false

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        try installable.declare(&line)
        try evaluation.declare(&line)
        try global.declare(&line)
        line.flag("--derivation", sets: &derivation, "Work on the derivation and not on its outputs.")
        line.flag("-r", "--recursive", sets: &recursive, "Apply to all that the paths need too.")
    }

    /// A session for a command with these flags.
    func session() throws(UsageError) -> CommandSession { try CommandSession(global: global, evaluation: evaluation) }

    /// The paths that are meant, each once; derivations are written, nothing is built.
    func paths(_ session: Session, _ display: ProgressDisplay) throws -> SortedSet<StorePath> {
        var paths = SortedSet<StorePath>()
        var missing: [StorePath] = []
        var unbuilt: [SelectedDerivation] = []
        for target in try session.targets(installable.request()) {
            switch target {
            case .object(let path) where derivation && !path.isDerivation:
                guard let deriver = try session.access.store().info(path)?.deriver else {
                    throw CommandFailure("'\(session.printed(path))' does not have a known deriver")
                }
                paths.insert(deriver)
            case .object(let path): paths.insert(path)
            case .missing(let path):
                missing.append(path)
                paths.insert(path)
            case .derivation(let selected) where derivation:
                try session.write([selected.path])
                paths.insert(selected.path)
            case .derivation(let selected):
                unbuilt.append(selected)
                for result in try session.results([target]) {
                    for output in result.outputs { paths.insert(output.path) }
                }
            }
        }
        if !unbuilt.isEmpty || !missing.isEmpty {
            let planned = try session.plan(unbuilt, objects: missing)
            if !planned.isEmpty { display.report(.planned(planned)) }
        }
        return recursive ? try session.access.store().closure(paths) : paths
    }
}

extension LocalStore {
    /// The paths in such an order that each comes after those of them that it needs, as Nix puts them.
    func inDependencyOrder(_ paths: SortedSet<StorePath>) throws(StoreError) -> [StorePath] {
        var ordered: [StorePath] = []
        var seen: Set<StorePath> = []
        for start in paths where seen.insert(start).inserted {
            // What is left to visit of each path on the way.
            var open: [(path: StorePath, rest: [StorePath])] = [(start, try needed(by: start, among: paths))]
            while var last = open.popLast() {
                guard let next = last.rest.popLast() else {
                    ordered.append(last.path)
                    continue
                }
                open.append(last)
                if seen.insert(next).inserted { open.append((next, try needed(by: next, among: paths))) }
            }
        }
        return ordered
    }

    /// Last first.
    private func needed(by path: StorePath, among paths: SortedSet<StorePath>) throws(StoreError) -> [StorePath] {
        try requireInfo(path).references.filter { $0 != path && paths.contains($0) }.reversed()
    }
}
