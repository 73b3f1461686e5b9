import NixBuild
import NixFormats
import NixStore

/// What `nix-store --query` says of a path.
private enum StoreQuery {
    case outputs, requisites, references, referrers, referrersClosure, deriver, validDerivers, binding, hash, size, tree
    case graph, graphML, resolve, roots

    static let flags: [String: StoreQuery] = [
        "--outputs": .outputs, "--requisites": .requisites, "-R": .requisites, "--references": .references,
        "--referrers": .referrers, "--referers": .referrers, "--referrers-closure": .referrersClosure,
        "--referers-closure": .referrersClosure, "--deriver": .deriver, "-d": .deriver,
        "--valid-derivers": .validDerivers, "--binding": .binding, "-b": .binding, "--hash": .hash, "--size": .size,
        "--tree": .tree, "--graph": .graph, "--graphml": .graphML, "--resolve": .resolve, "--roots": .roots,
    ]
}

/// The question, with what modifies it.
private struct StoreQuestion {
    var query: StoreQuery?
    /// What it is asked of.
    var words: ArraySlice<String>
    /// The variable of `--binding`.
    var binding = ""
    var usesOutputs = false
    var realises = false
    var includesOutputs = false

    init(_ options: StoreProgram.Options) throws(UsageError) {
        words = options.words[...]
        for flag in options.flags {
            if let asked = StoreQuery.flags[flag] {
                try ask(asked, flag)
                continue
            }
            switch flag {
            case "--use-output", "-u": usesOutputs = true
            case "--force-realise", "--force-realize", "-f": realises = true
            case "--include-outputs": includesOutputs = true
            default: throw UsageError("unknown flag '\(flag)'")
            }
        }
    }

    private mutating func ask(_ asked: StoreQuery, _ flag: String) throws(UsageError) {
        if asked == .binding {
            guard let name = words.popFirst() else { throw UsageError("expected binding name") }
            binding = name
        }
        if let query, query != asked { throw UsageError("query type '\(flag)' conflicts with earlier flag") }
        query = asked
    }
}

extension StoreProgram {
    /// `--query`: says something of paths.
    func query() throws {
        let question = try StoreQuestion(options)
        let words = question.words
        let store = try session.access.store()
        func paths(of word: String) throws -> [StorePath] {
            try queried(try storePath(word), usesOutputs: question.usesOutputs, realises: question.realises)
        }
        switch question.query ?? .outputs {
        case .outputs:
            for word in words {
                try queried(try storePath(word), usesOutputs: true, realises: question.realises).forEach(printLine)
            }
        case .requisites:
            try printSorted(
                words.flatMap { try store.closure(paths(of: $0), includingOutputs: question.includesOutputs) })
        case .references:
            try printSorted(words.flatMap { try paths(of: $0).flatMap { try store.requireInfo($0).references } })
        case .referrers: try printSorted(words.flatMap { try paths(of: $0).flatMap { try store.referrers($0) } })
        case .referrersClosure:
            try printSorted(
                words.flatMap { try paths(of: $0).flatMap { try referrersClosure(of: $0, store) } })
        case .validDerivers: try printSorted(words.flatMap { try store.validDerivers(storePath($0)) })
        case .deriver:
            for word in words {
                let deriver = try store.requireInfo(storePath(word)).deriver
                printLine(deriver.map(session.printed) ?? "unknown-deriver")
            }
        case .binding: for word in words { try printBinding(question.binding, of: try storePath(word), store) }
        case .hash, .size:
            for path in try words.flatMap(paths) {
                let info = try store.requireInfo(path)
                printLine(
                    question.query == .hash
                        ? info.narHash.printed(.nix32, withAlgorithm: true) : ByteString("\(info.narSize)"))
            }
        case .tree:
            var done: Set<StorePath> = []
            for word in words { try printTree(try storePath(word), "", "", &done, store) }
        case .graph: try printGraph(words.flatMap(paths), store)
        case .graphML: try printGraphML(words.flatMap(paths), store)
        case .resolve: try words.forEach { printLine(try storePath($0)) }
        case .roots: try printRoots(of: words.flatMap(paths), store)
        }
    }

    private func printSorted(_ paths: [StorePath]) throws {
        try session.access.store().sortedByReferences(paths).forEach(printLine)
    }

    /// A path and all that needs it; of a path that is not valid nothing more is known.
    private func referrersClosure(of path: StorePath, _ store: LocalStore) throws -> [StorePath] {
        try store.isValid(path) ? Array(store.closure([path], .referrers)) : [path]
    }

    private func printBinding(_ name: String, of path: StorePath, _ store: LocalStore) throws {
        var derivation = path
        if !path.isDerivation {
            guard let deriver = try store.requireInfo(path).deriver else {
                throw CommandFailure("deriver of path '\(session.printed(path))' is not known")
            }
            derivation = deriver
        }
        guard try store.isValid(derivation) else { throw Self.notSubstitutable(session.printed(derivation)) }
        guard let value = try session.host.readDerivation(derivation).environment[ByteString(name)] else {
            throw CommandFailure(
                "derivation '\(session.printed(derivation))' has no environment binding named '\(name)'")
        }
        printLine(value)
    }

    /// The roots that keep any of `paths`.
    private func printRoots(of paths: [StorePath], _ store: LocalStore) throws {
        var kept: Set<StorePath> = []
        for path in paths {
            // What a path's derivation is kept by keeps the path's derivation only, unless its outputs are kept as well.
            kept.formUnion(try referrersClosure(of: path, store))
        }
        for root in try roots(store).sorted(by: { ($0.path, $0.origin) < ($1.path, $1.origin) })
        where kept.contains(root.path) {
            printLine(ByteString(root.origin.bytes + Array(" -> ".utf8) + session.printed(root.path).bytes))
        }
    }

    // MARK: Trees and graphs

    /// A path and, indented, what it refers to; what was shown before is only named.
    private func printTree(
        _ path: StorePath, _ first: String, _ rest: String, _ done: inout Set<StorePath>, _ store: LocalStore
    ) throws {
        let isNew = done.insert(path).inserted
        printLine(ByteString("\(first)\(session.printed(path))\(isNew ? "" : " [...]")"))
        guard isNew else { return }
        let references = try store.sortedByReferences(store.requireInfo(path).references)
        for (index, reference) in references.enumerated() {
            let isLast = index == references.count - 1
            try printTree(reference, rest + (isLast ? "└───" : "├───"), rest + (isLast ? "    " : "│   "), &done, store)
        }
    }

    /// Takes every path that `paths` need, each once: always the first, by name, of those that are known.
    private func visit(
        _ paths: [StorePath], _ store: LocalStore, _ body: (PathInfo, _ references: [StorePath]) -> Void
    ) throws {
        var pending = Set(paths)
        var done: Set<StorePath> = []
        while let path = pending.min() {
            pending.remove(path)
            guard done.insert(path).inserted else { continue }
            let info = try store.requireInfo(path)
            let references = info.references.filter { $0 != path }
            body(info, references)
            pending.formUnion(references)
        }
    }

    /// The graph in the language of Graphviz.
    private func printGraph(_ paths: [StorePath], _ store: LocalStore) throws {
        let colours = ["black", "red", "green", "blue", "magenta", "burlywood"]
        var edges = 0
        StandardStreams.output("digraph G {\n")
        try visit(paths, store) { info, references in
            let name = info.path.baseName
            StandardStreams.output(
                "\"\(name)\" [label = \"\(String(decoding: info.path.name, as: UTF8.self))\", shape = box, style = filled, fillcolor = \"#ff0000\"];\n"
            )
            for reference in references {
                let colour = colours[edges % colours.count]
                StandardStreams.output("\"\(reference.baseName)\" -> \"\(name)\" [color = \"\(colour)\"];\n")
                edges += 1
            }
        }
        StandardStreams.output("}\n")
    }

    /// The graph as GraphML.
    private func printGraphML(_ paths: [StorePath], _ store: LocalStore) throws {
        StandardStreams.output(
            """
            <?xml version='1.0' encoding='utf-8'?>
            <graphml xmlns='http://graphml.graphdrawing.org/xmlns'
                xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'
                xsi:schemaLocation='http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd'>
            \(Self.graphMLKeys)<graph id='G' edgedefault='directed'>

            """)
        try visit(paths, store) { info, references in
            // The name is what stands before the first dash, of a name that has none left.
            let name = String(decoding: info.path.name, as: UTF8.self)
            let shown = name.firstIndex(of: "-").map { String(name[...$0]) } ?? ""
            StandardStreams.output(
                """
                  <node id="\(info.path.baseName)">
                    <data key="narSize">\(info.narSize)</data>
                    <data key="name">\(shown)</data>
                    <data key="type">\(info.path.isDerivation ? "derivation" : "output-path")</data>
                  </node>

                """)
            for reference in references {
                StandardStreams.output(
                    "  <edge source=\"\(info.path.baseName)\" target=\"\(reference.baseName)\"/>\n")
            }
        }
        StandardStreams.output("</graph>\n</graphml>\n")
    }

    private static var graphMLKeys: String {
        [("narSize", "long"), ("name", "string"), ("type", "string")].map { name, type in
            "<key id='\(name)' for='node' attr.name='\(name)' attr.type='\(type)'/>"
        }.joined()
    }
}
