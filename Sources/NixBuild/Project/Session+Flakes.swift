package import NixEval
import NixFormats
import NixStore

/// A flake's tree in the store.
struct FlakeTree {
    /// What `fetchTree` answers of it.
    let source: ValueRoot
    let object: StorePath
    /// Where `flake.nix` is in it; empty for its root.
    let directory: String
}

extension Session {
    /// A flake, as `builtins.getFlake` would answer it.
    package func flake(_ place: FlakePlace) throws(SessionError) -> Value {
        do throws(EvaluationError) {
            return try evaluate(try tree(of: place), in: place.folder)
        } catch {
            throw .evaluation(error)
        }
    }

    /// The flake at a reference, for `builtins.getFlake`.
    ///
    /// - Parameter lock: the text of the lock file that counts in place of the flake's own.
    func flake(at reference: InputReference, lock: [UInt8]? = nil) throws(EvaluationError) -> Value {
        let resolved: InputReference
        do throws(ProjectError) { resolved = try self.resolved(reference) } catch {
            throw evaluator.failure(error.message)
        }
        let tree = try tree(resolved)
        return try evaluate(tree, in: Paths.absolute(tree.directory, from: realPath(tree.object)), lock: lock)
    }

    /// Fetches what a reference of the command line names.
    func place(of reference: InputReference) throws(SessionError) -> FlakePlace {
        do throws(EvaluationError) {
            let tree = try tree(reference)
            let folder = Paths.absolute(reference.directory, from: realPath(tree.object))
            let place = FlakePlace(folder: folder, reference: reference)
            flakeTrees[place] = tree
            return place
        } catch {
            throw .evaluation(error)
        }
    }

    /// The tree of a flake, fetched once.
    private func tree(of place: FlakePlace) throws(EvaluationError) -> FlakeTree {
        if let known = flakeTrees[place] { return known }
        var input = place.input
        if place.reference == nil, input.scheme == .git, !host.hasGit {
            host.warnOnce(
                "the program 'git' is not on PATH: the flake in '\(place.folder)' has all files there, not only tracked ones"
            )
            input = FlakePlace.plain(place.folder)
        }
        let tree = try tree(input)
        flakeTrees[place] = tree
        return tree
    }

    private func tree(_ reference: InputReference) throws(EvaluationError) -> FlakeTree {
        let tree = try fetched(reference)
        let file = flakeFile(tree)
        do throws(HostError) {
            guard try host.fileType(file) != nil else { throw host.missing(file) }
        } catch { throw EvaluationError(error) }
        // What a flake says of itself can ask for more of its tree.
        let asking = try evaluator.importFile(Array("\(Evaluator.bundledRoot)/project/wishes.nix".utf8))
        let wishes = ValueRoot(try evaluator.call(asking, try evaluator.makePath(file)), evaluator)
        var wanted = reference
        for name in try evaluator.attributeNames(of: wishes.value) {
            wanted.attributes[String(decoding: name, as: UTF8.self)] = .bool(true)
        }
        return wanted == reference ? tree : try fetched(wanted)
    }

    private func fetched(_ reference: InputReference) throws(EvaluationError) -> FlakeTree {
        let source = ValueRoot(try evaluator.fetchInput(reference.attributes), evaluator)
        guard let path = try evaluator.attribute("outPath", of: source.value) else {
            throw evaluator.failure("attribute 'outPath' missing")
        }
        let text = try evaluator.string(path).bytes
        do {
            let object = try host.storeDirectory.parse(ByteString(text))
            try host.write([object])
            return FlakeTree(source: source, object: object, directory: reference.directory)
        } catch let error as HostError {
            throw EvaluationError(error)
        } catch {
            throw evaluator.failure("\(error)")
        }
    }

    /// Evaluates a flake.
    ///
    /// - Parameter folder: of this machine, which stands for the project's.
    private func evaluate(
        _ tree: FlakeTree, in folder: String, lock given: [UInt8]? = nil
    ) throws(EvaluationError) -> Value {
        let functions = try projectFunctions(folder, nil)
        let lockPath = Paths.absolute("flake.lock", from: Paths.absolute(tree.directory, from: realPath(tree.object)))
        let lock: [UInt8]?
        do throws(FileOperationError) {
            if let given { lock = given } else { lock = Paths.exists(lockPath) ? try SmallFile.read(lockPath) : nil }
        } catch { throw evaluator.failure(error.description) }
        return try call(
            "flake", of: functions,
            [
                ("source", tree.source),
                (
                    "lock",
                    ValueRoot(try lockValue(lock, Paths.absolute("flake.lock", from: folder)), evaluator)
                ),
                ("directory", ValueRoot(try evaluator.makeString(Array(tree.directory.utf8)), evaluator)),
            ])
    }

    private func flakeFile(_ tree: FlakeTree) -> [UInt8] {
        let root = host.storeDirectory.print(tree.object).description
        return Array(Paths.absolute("flake.nix", from: Paths.absolute(tree.directory, from: root)).utf8)
    }

    private func realPath(_ object: StorePath) -> String { access.layout.realPath(object).description }
}
