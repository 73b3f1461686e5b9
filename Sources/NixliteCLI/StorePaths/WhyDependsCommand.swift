import NixBuild
import NixFormats
import NixStore

/// `nixlite why-depends`: the ways on which one path needs another.
struct WhyDependsCommand: Command {
    var selection = StorePathArguments()
    var all = false

    mutating func declare(_ line: inout ArgumentReader) throws(UsageError) {
        line.flag("-a", "--all", sets: &all, "Show every way, not only a shortest one.")
        try selection.declare(&line)
    }

    func run() throws {
        let names = selection.installable.attr + selection.installable.installables
        guard names.count >= 2 else { throw UsageError("more arguments are required") }
        guard names.count == 2 else { throw UsageError("unexpected argument '\(names[2])'") }
        try selection.session().run { session, display in
            let package = try path(names[0], session, display, builds: true)
            let dependency = try path(names[1], session, display, builds: false)
            let store = try session.access.store()
            guard try store.closure([package]).contains(dependency) else {
                let shown = names.map { session.name(ofInstallable: $0) }
                return display.report(.note("'\(shown[0])' does not depend on '\(shown[1])'"))
            }
            var tree = DependencyTree(store: store, to: dependency, from: package)
            tree.showsAll = all
            try tree.print()
        }
    }

    private func path(
        _ name: String, _ session: Session, _ display: ProgressDisplay, builds: Bool
    ) throws -> StorePath {
        var one = selection
        one.recursive = false
        one.installable.attr = []
        one.installable.installables = [name]
        if builds, !selection.derivation {
            var selected: [SelectedDerivation] = []
            for target in try session.targets(one.installable.request()) {
                if case .derivation(let derivation) = target { selected.append(derivation) }
            }
            if !selected.isEmpty { try session.build(selected) }
        }
        let paths = try one.paths(session, display)
        guard let path = paths.first, paths.count == 1 else {
            throw CommandFailure("argument '\(name)' should evaluate to one store path")
        }
        return path
    }
}

/// The part of a closure that leads to one path.
private struct DependencyTree {
    let store: LocalStore
    let dependency: StorePath
    let package: StorePath
    var showsAll = false
    /// How far each path is from the dependency.
    private var distances: [StorePath: Int] = [:]
    private var visited: Set<StorePath> = []

    private static let dim = "\u{1B}[38;5;244m"
    private static let plain = "\u{1B}[0m"

    init(store: LocalStore, to dependency: StorePath, from package: StorePath) {
        self.store = store
        self.dependency = dependency
        self.package = package
    }

    mutating func print() throws {
        let closure = try store.closure([package])
        var users: [StorePath: [StorePath]] = [:]
        for path in closure {
            for reference in try store.requireInfo(path).references { users[reference, default: []].append(path) }
        }
        distances = [dependency: 0]
        var pending = [dependency]
        var next = 0
        while next < pending.count {
            let path = pending[next]
            next += 1
            for user in users[path] ?? [] where distances[user] == nil {
                distances[user] = (distances[path] ?? 0) + 1
                pending.append(user)
            }
        }
        StandardStreams.outputLine(store.layout.storeDirectory.print(package))
        _ = try printReferences(of: package, indentation: "")
    }

    /// Prints what leads on from a path; false once the shortest way is told.
    private mutating func printReferences(of path: StorePath, indentation: String) throws -> Bool {
        if path == dependency, !showsAll, package != dependency { return false }
        if visited.contains(path) { return true }
        let references = try store.requireInfo(path).references
            .filter { distances[$0] != nil && ($0 != path || package == dependency) }
        // The nearest first; equals stay in their order.
        let ordered = references.enumerated().sorted {
            (distances[$0.element] ?? 0, $0.offset) < (distances[$1.element] ?? 0, $1.offset)
        }
        for (index, (_, reference)) in ordered.enumerated() {
            let isLast = showsAll ? index + 1 == ordered.count : true
            let mark = isLast ? TreeDrawing.last : TreeDrawing.connection
            let style = visited.contains(reference) ? Self.dim : ""
            let name = store.layout.storeDirectory.print(reference)
            StandardStreams.output("\(indentation)\(style)\(mark)\(name)\(Self.plain)\n")
            visited.insert(path)
            let inner = indentation + (isLast ? TreeDrawing.gap : TreeDrawing.line)
            guard try printReferences(of: reference, indentation: inner) else { return false }
        }
        return true
    }
}
