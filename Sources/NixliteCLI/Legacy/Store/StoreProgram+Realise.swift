import NixBuild
import NixFormats
import NixStore

extension StoreProgram {
    /// `--realise`: builds derivations, and prints or links their outputs.
    func realise() throws {
        let flags = try flags("--dry-run", "--repair", "--check", "--ignore-unknown")
        let store = try session.access.store()
        var wanted: [(path: StorePath, outputs: [ByteString])] = []
        var unknown: [StorePath] = []
        for word in options.words {
            let parts = word.split(separator: "!", maxSplits: 1).map(String.init)
            let path = try storePath(parts.first ?? word)
            if try store.isValid(path) {
                let outputs = parts.count > 1 ? parts[1].split(separator: ",").map { ByteString(String($0)) } : []
                wanted.append((path, outputs))
            } else {
                unknown.append(path)
                if !path.isDerivation { wanted.append((path, [])) }
            }
        }
        let derivations = try wanted.filter { $0.path.isDerivation }.map { try selected($0.path, $0.outputs) }
        if flags.contains("--dry-run") || flags.contains("--ignore-unknown") {
            let plan = try session.plan(derivations, objects: unknown)
            if flags.contains("--dry-run") { return display.report(.planned(plan)) }
            unknown.removeAll { plan.unknown.contains(session.printed($0).description) }
        }
        if unknown.contains(where: \.isDerivation) {
            // What a derivation makes is known only when it is there.
            try session.build([], objects: unknown)
            return try realise()
        }
        try session.build(derivations, objects: unknown, rebuilds: flags.contains("--check"))
        guard !flags.contains("--ignore-unknown") else { return }
        var number = 0
        var results = try session.results(derivations)[...]
        for (path, _) in wanted {
            number += 1
            guard path.isDerivation, let result = results.popFirst() else {
                try show([("out", path)], number: number)
                continue
            }
            try show(result.outputs, number: number)
        }
    }

    /// A derivation and the outputs of it that were named; no names stand for all.
    private func selected(_ path: StorePath, _ names: [ByteString]) throws -> SelectedDerivation {
        let known = try session.host.readDerivation(path).outputs.map { $0.key }
        for name in names where !known.contains(name) {
            throw CommandFailure("derivation '\(session.printed(path))' does not have output '\(name)'")
        }
        return SelectedDerivation(path: path, outputs: names.isEmpty ? known : names, outputName: "out")
    }

    /// Prints what was realised, or the links to it that `--add-root` asks for.
    private func show(_ outputs: [(name: ByteString, path: StorePath)], number: Int) throws {
        var lines: [ByteString] = []
        for output in outputs {
            guard let root = options.root else {
                rootWarning.give(options, display)
                lines.append(session.printed(output.path))
                continue
            }
            let name =
                Paths.absolute(root, from: Paths.currentDirectory()) + (number > 1 ? "-\(number)" : "")
                + (output.name == "out" ? "" : "-\(output.name)")
            try session.access.store().addRoot(RealPath(name), to: output.path)
            lines.append(ByteString(name))
        }
        guard !options.printsNothing else { return }
        for line in lines.sorted() { printLine(line) }
    }

    /// The paths that a query is about: the outputs of a derivation or the path itself.
    func queried(_ path: StorePath, usesOutputs: Bool, realises: Bool) throws -> [StorePath] {
        let store = try session.access.store()
        if realises {
            guard try store.isValid(path) else { throw Self.notSubstitutable(session.printed(path)) }
            if path.isDerivation { try session.build([selected(path, [])]) }
            rootWarning.give(options, display)
        }
        guard usesOutputs, path.isDerivation else { return [path] }
        guard try store.isValid(path) else { throw Self.notSubstitutable(session.printed(path)) }
        let derivation = try session.host.readDerivation(path)
        var outputs: [StorePath] = []
        for output in derivation.outputs {
            guard let found = try derivation.outputPath(output.key, in: session.host.storeDirectory) else {
                throw UsageError(
                    "Cannot use output path of floating content-addressing derivation until we know what it is (e.g. by building it)"
                )
            }
            outputs.append(found)
        }
        return outputs.sorted()
    }

    static func notSubstitutable(_ path: ByteString) -> CommandFailure {
        CommandFailure("path '\(path)' is required, but there is no substituter that can build it")
    }
}
