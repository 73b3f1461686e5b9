import NixEval
import NixFormats

/// Computes what a flake's inputs are locked to.
///
/// Source: "nix flake" and "nix flake lock" in the Nix manual; the order in which inputs are looked at, and which locks are kept,
/// as Nix 2.34 does it.
final class FlakeLocker {
    /// What the command line wants.
    package struct Options {
        /// All locks are made anew.
        var recreates = false
        var updates: [InputPath] = []
        var overrides: [(path: InputPath, reference: InputReference)] = []
    }

    /// What is declared of an input by a flake above the one that has it.
    private struct Override {
        let input: FlakeInput
        /// The flake that declares it, from which relative paths start.
        let place: TreePlace
        let parent: InputPath?
        let isFromCommandLine: Bool
    }

    private let loader: FlakeLoader
    private let options: Options
    private let warn: (String) -> Void
    private var overrides: [InputPath: Override] = [:]
    private var usedOverrides: Set<InputPath> = []
    private var seenInputs: Set<InputPath> = []
    /// The references of the flakes that are being locked, against circles.
    private var parents: [InputReference] = []

    init(_ loader: FlakeLoader, _ options: Options, warn: @escaping (String) -> Void) {
        self.loader = loader
        self.options = options
        self.warn = warn
    }

    /// The new lock graph of a flake.
    ///
    /// - Parameter old: what it was locked to before.
    func lock(_ flake: LoadedFlake, old: LockGraph) throws(EvaluationError) -> LockGraph {
        for (path, reference) in options.overrides {
            overrides[path] = Override(
                input: FlakeInput(reference: reference), place: flake.place, parent: nil, isFromCommandLine: true)
        }
        let graph = LockGraph()
        try computeLocks(
            Node(
                inputs: flake.file.inputs, node: graph.root, path: [], old: options.recreates ? nil : old.root,
                followsPrefix: [], place: flake.place, trustsLock: false))
        for (path, reference) in options.overrides where !usedOverrides.contains(path) {
            warn("the flag '--override-input \(path.text) \(reference.url)' does not match any input")
        }
        for path in Set(options.updates).sorted(by: InputPath.precedes) where !seenInputs.contains(path) {
            warn("'\(path.text)' does not match any input of this flake")
        }
        do throws(InputError) { try graph.check() } catch { throw loader.evaluator.failure(error.message) }
        return graph
    }

    // MARK: Nodes

    /// A node whose inputs are to be locked.
    private struct Node {
        /// As its flake or its lock declares them.
        let inputs: [String: FlakeInput]
        let node: LockNode
        let path: InputPath
        /// Where locks may be taken from.
        let old: LockNode?
        /// Where the ways of `follows` in the old lock start.
        let followsPrefix: InputPath
        let place: TreePlace
        /// Whether the old lock belongs to the inputs as they are declared.
        let trustsLock: Bool
    }

    private func computeLocks(_ node: Node) throws(EvaluationError) {
        for (name, input) in node.inputs.inOrder { collectOverrides(input, node.path + [name], node) }
        for path in overrides.keys.sorted(by: InputPath.precedes)
        where Array(path.dropLast()) == node.path && node.inputs[path.last ?? ""] == nil {
            warn("input '\(node.path.text)' has an override for a non-existent input '\(path.last ?? "")'")
        }
        for (name, input) in node.inputs.inOrder {
            do throws(EvaluationError) {
                try lock(name, input, of: node)
            } catch {
                throw error.adding("while updating the flake input '\((node.path + [name]).text)'")
            }
        }
    }

    private func collectOverrides(_ input: FlakeInput, _ prefix: InputPath, _ node: Node) {
        for (name, override) in input.overrides.inOrder {
            let path = prefix + [name]
            if override.reference != nil || override.follows != nil, overrides[path] == nil {
                overrides[path] = Override(
                    input: override, place: node.place, parent: node.path, isFromCommandLine: false)
            }
            collectOverrides(override, path, node)
        }
    }

    private func lock(_ name: String, _ declared: FlakeInput, of node: Node) throws(EvaluationError) {
        let path = node.path + [name]
        let override = overrides[path]
        var input = override?.input ?? declared
        if override != nil {
            usedOverrides.insert(path)
            input.isFlake = declared.isFlake
        }
        if let follows = input.follows {
            node.node.inputs[name] = .follows(follows)
            return
        }
        let reference: InputReference
        if let given = input.reference { reference = given } else { reference = try .named(name, loader.evaluator) }
        let place = override?.place ?? node.place
        let parent = reference.relativePath == nil ? nil : override.map { $0.parent } ?? node.path
        seenInputs.insert(path)
        var old: LockNode?
        if !options.updates.contains(path), case .node(let found)? = node.old?.inputs[name] { old = found }
        if let old, let lock = old.input, lock.original.canonical.isSame(as: reference.canonical),
            lock.parent == parent, override?.isFromCommandLine != true
        {
            try keep(old, lock, name, path, place, of: node)
        } else {
            // What the command line sets is locked in place of what the flake declares, and counts as that later.
            let isForced = override?.isFromCommandLine == true
            let original = isForced ? declared.reference ?? reference : reference
            try add(
                reference, NewLock(original: original, isFlake: input.isFlake, parent: parent), name, path, place,
                of: node)
        }
    }

    // MARK: Old locks

    /// Takes an input over from the old lock; its own inputs may still have to change.
    private func keep(
        _ old: LockNode, _ lock: LockedInput, _ name: String, _ path: InputPath, _ place: TreePlace, of node: Node
    ) throws(EvaluationError) {
        let child = LockNode(lock)
        node.node.inputs[name] = .node(child)
        var mustFetch = options.updates.contains { $0.count > path.count && $0.starts(with: path) }
        var inputs: [String: FlakeInput] = [:]
        if !mustFetch {
            for (inner, edge) in old.inputs.inOrder {
                switch edge {
                case .node(let below):
                    guard let input = below.input else { continue }
                    inputs[inner] = FlakeInput(reference: input.original, isFlake: input.isFlake)
                case .follows(let target):
                    // Without the override that made it, what the flake itself says is not known.
                    if !node.trustsLock, overrides[path + [inner]] == nil {
                        mustFetch = true
                    } else {
                        inputs[inner] = FlakeInput(follows: node.followsPrefix + target)
                    }
                }
                if mustFetch { break }
            }
        }
        guard mustFetch else {
            return try computeLocks(
                Node(
                    inputs: inputs, node: child, path: path, old: old, followsPrefix: node.followsPrefix,
                    place: node.place, trustsLock: true))
        }
        let (file, inner, _) = try flake(lock.locked, path, place)
        try computeLocks(
            Node(
                inputs: file.inputs, node: child, path: path, old: old, followsPrefix: node.followsPrefix, place: inner,
                trustsLock: false))
    }

    // MARK: New locks

    /// What a new lock says apart from what it locks to.
    private struct NewLock {
        let original: InputReference
        let isFlake: Bool
        let parent: InputPath?

        func locked(to locked: InputReference) -> LockNode {
            LockNode(
                LockedInput(
                    locked: locked, original: original, isFlake: isFlake, parent: parent,
                    isFinal: locked.relativePath == nil))
        }
    }

    private func add(
        _ reference: InputReference, _ lock: NewLock, _ name: String, _ path: InputPath, _ place: TreePlace,
        of node: Node
    ) throws(EvaluationError) {
        guard lock.isFlake else {
            var locked = reference
            if reference.relativePath == nil {
                locked = try loader.fetcher.fetch(reference).locked
                locked.directory = reference.directory
            }
            node.node.inputs[name] = .node(lock.locked(to: locked))
            return
        }
        let (file, inner, locked) = try flake(reference, path, place)
        let child = lock.locked(to: locked)
        node.node.inputs[name] = .node(child)
        if let circle = parents.first(where: { $0.isSame(as: reference) }) {
            throw loader.evaluator.failure("found circular import of flake '\(circle.url)'")
        }
        parents.append(reference)
        defer { parents.removeLast() }
        let old = try loader.readLock("\(inner.folder)/flake.lock")
        try computeLocks(
            Node(
                inputs: file.inputs, node: child, path: path, old: old.root, followsPrefix: path, place: inner,
                trustsLock: false))
    }

    /// What a flake declares, where it lies, and what it is locked to.
    private func flake(
        _ reference: InputReference, _ path: InputPath, _ place: TreePlace
    ) throws(EvaluationError) -> (FlakeFile, TreePlace, InputReference) {
        guard let relative = reference.relativePath else {
            let flake = try loader.load(reference, prefix: path)
            return (flake.file, flake.place, flake.locked)
        }
        let inner = place.folder(at: Paths.joined(relative, reference.directory))
        return (try loader.read(inner, name: reference.url, prefix: path), inner, reference)
    }
}

extension InputReference {
    /// The reference that an input without an address has: its name in the registry.
    fileprivate static func named(_ name: String, _ evaluator: Evaluator) throws(EvaluationError) -> InputReference {
        do throws(InputError) {
            var reference = try InputReference(InputAttributes(["type": .string("indirect"), "id": .string(name)]))
            _ = try InputScheme.check(&reference.attributes, features: FlakeLoader.features)
            return reference
        } catch { throw evaluator.failure(error.message) }
    }

    /// The reference without a folder that older programs left in the address as well.
    fileprivate var canonical: InputReference {
        guard case .string(let text)? = attributes["url"] else { return self }
        var warnings: [String] = []
        guard var url = try? InputURL(parsing: text, isLenient: true, warnings: &warnings) else { return self }
        if !directory.isEmpty, url.query["dir"] == directory { url.query["dir"] = nil }
        var result = self
        result.attributes["url"] = .string(url.text)
        return result
    }
}
