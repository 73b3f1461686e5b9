import NixEval
package import NixFormats
import NixStore
import NixSyntax

/// A flake that was fetched and read, but not evaluated.
package struct LoadedFlake {
    /// As it was named.
    package let original: InputReference
    package let resolved: InputReference
    package let locked: InputReference
    package let storePath: StorePath
    package var description: String? { file.description }
    let file: FlakeFile
    let place: TreePlace
    /// The folder of its `flake.nix` as messages call it.
    let displayFolder: String
}

/// Where a flake lies in a tree of the store.
struct TreePlace {
    /// The tree.
    let root: String
    /// The folder of its `flake.nix`.
    let folder: String
    /// The Git work tree that the tree is a copy of.
    var workTree: String?

    /// The folder at a relative path.
    func folder(at path: String) -> TreePlace {
        TreePlace(root: root, folder: Paths.absolute(path, from: folder), workTree: workTree)
    }

    /// That a file is not there, as Nix says it.
    fileprivate func problem(ofMissing path: String, displayedAs shown: String) -> String {
        guard let workTree else { return "path '\(shown)' does not exist" }
        return UntrackedFile.message(String(path.dropFirst(root.utf8.count + 1)), in: workTree)
    }
}

/// Fetches flakes and reads what they declare.
struct FlakeLoader {
    let session: Session
    let fetcher: InputFetcher
    static let features: Set<String> = ["flakes"]

    init(_ session: Session) {
        self.session = session
        fetcher = InputFetcher(session)
    }

    var evaluator: Evaluator { session.evaluator }

    /// The flake at a reference.
    ///
    /// - Parameter prefix: the way to it among the inputs of the root.
    func load(
        _ reference: InputReference, prefix: InputPath = [], isTop: Bool = false
    ) throws(EvaluationError) -> LoadedFlake {
        var fetched = try fetcher.fetch(reference, isTop: isTop)
        var resolved = fetched.resolved
        if resolved.directory.isEmpty { resolved.directory = reference.directory }
        var place = TreePlace(
            root: fetched.folder, folder: Paths.absolute(resolved.directory, from: fetched.folder),
            workTree: fetched.workTree)
        let display = Paths.joined(fetched.displayName, resolved.directory)
        let file = try read(place, displayedAt: display, name: resolved.url, prefix: prefix)
        var locked = fetched.locked
        locked.directory = resolved.directory
        var wanted = locked
        for (name, value) in file.selfAttributes {
            guard name == "submodules" || name == "lfs" else {
                throw evaluator.failure("flake 'self' attribute '\(name)' is not supported")
            }
            wanted.attributes[name] = value
        }
        if !wanted.isSame(as: locked) {
            wanted.attributes["narHash"] = nil
            // A changed work tree is looked at as such again.
            for name in ["dirtyRev", "dirtyShortRev"] { wanted.attributes[name] = nil }
            if wanted.attributes["rev"] == nil { wanted.attributes["lastModified"] = nil }
            fetched = try fetcher.fetch(wanted)
            locked = fetched.locked
            locked.directory = resolved.directory
            place = TreePlace(
                root: fetched.folder, folder: Paths.absolute(resolved.directory, from: fetched.folder),
                workTree: fetched.workTree)
        }
        return LoadedFlake(
            original: reference, resolved: resolved, locked: locked, storePath: fetched.storePath, file: file,
            place: place, displayFolder: display)
    }

    /// What a `flake.nix` of a tree declares.
    ///
    /// - Parameters:
    ///   - display: the folder as messages call it.
    ///   - name: the flake as messages call it.
    func read(
        _ place: TreePlace, displayedAt display: String? = nil, name: String, prefix: InputPath
    ) throws(EvaluationError) -> FlakeFile {
        let path = "\(place.folder)/flake.nix"
        let shown = "\(display ?? place.folder)/flake.nix"
        guard place.folder == place.root || place.folder.hasPrefix(place.root + "/") else {
            let logical = session.access.layout.logicalPath(real: RealPath(path))?.description ?? path
            throw evaluator.failure(
                "access to absolute path '\(logical)' is forbidden in pure evaluation mode (use '--impure' to override)"
            )
        }
        guard Paths.exists(path) else {
            throw evaluator.failure(place.problem(ofMissing: path, displayedAs: shown))
        }
        let bytes: [UInt8]
        do throws(FileOperationError) { bytes = try SmallFile.readAsNix(path) } catch {
            throw evaluator.failure(error.description)
        }
        let source = SourceFile(origin: .file(path), directory: place.folder, bytes: bytes, displayName: shown)
        let host = session.host
        let reader = FlakeFileReader(
            evaluator: evaluator, name: name, prefix: prefix, features: Self.features,
            warn: { host.eventReporter(.warning($0)) })
        return try reader.read(source)
    }

    /// The lock file of a flake; an empty graph where it has none.
    ///
    /// - Parameter name: the file as messages call it.
    func readLock(_ path: String, named name: String? = nil) throws(EvaluationError) -> LockGraph {
        guard Paths.exists(path) else { return LockGraph() }
        let host = session.host
        do {
            let text = try SmallFile.read(path)
            if let problem = evaluator.problem(ofJSON: text) {
                throw InputError("Could not parse '\(name ?? path)': \(problem)")
            }
            return try LockGraph(parsing: text, name: name ?? path, warn: { host.eventReporter(.warning($0)) })
        } catch let error as InputError {
            throw evaluator.failure(error.message)
        } catch {
            throw evaluator.failure("\(error)")
        }
    }
}

extension Paths {
    /// A path below another, which may be the same.
    static func joined(_ path: String, _ below: String) -> String { below.isEmpty ? path : "\(path)/\(below)" }
}
