import Glibc
import NixFetch
import NixFormats
import NixStore

/// Writes a changed lock file beside its flake, and says what has changed.
struct LockFileWriting {
    let host: StoreHost
    let flake: LoadedFlake
    let locking: FlakeLocking
    /// Where relative paths of the command line start from.
    let base: String

    /// - Throws: `ProjectError` in Nix's words where the file may not or cannot be written.
    func write(_ graph: LockGraph, replacing old: LockGraph) throws(ProjectError) {
        let difference = LockDifference.text(from: old, to: graph)
        let name = flake.original.url
        guard locking.writes else {
            return warn("not writing modified lock file of flake '\(name)':\n\(difference)")
        }
        let source = sourceFolder
        guard source != nil || locking.output != nil else {
            throw ProjectError(
                "cannot write modified lock file of flake '\(name)' (use '--no-write-lock-file' to ignore)")
        }
        if let unlocked = graph.unlocked {
            guard !locking.refusesUnlocked else {
                throw ProjectError(
                    "Not writing lock file of flake '\(name)' because it has an unlocked input ('\(unlocked.url)'). Use '--allow-dirty-locks' to allow this anyway."
                )
            }
            if host.options.dirtyTrees.isWarned {
                warn(
                    "not writing lock file of flake '\(name)' because it has an unlocked input ('\(unlocked.url)')")
            }
            return
        }
        guard locking.allowsChanges else {
            throw ProjectError(
                "flake '\(name)' requires lock file changes but they're not allowed due to '--no-update-lock-file'")
        }
        let text = try text(graph)
        if let output = locking.output {
            guard !locking.commits else {
                throw ProjectError("'--commit-lock-file' and '--output-lock-file' are incompatible")
            }
            return try write(text, to: Paths.absolute(output, from: base))
        }
        guard let source else { return }
        let relative = Paths.joined(flake.original.directory, "flake.lock").drop { $0 == "/" }
        let path = "\(source)/\(relative)"
        let isThere = Paths.exists(path)
        if !isThere {
            warn("creating lock file \"\(path)\": \n\(difference)")
        } else if difference.isEmpty {
            warn("updating lock file \"\(path)\"")
        } else {
            warn("updating lock file \"\(path)\":\n\(difference)")
        }
        try write(text, to: path)
        guard case .string("git")? = flake.original.attributes["type"] else { return }
        do throws(GitError) {
            let git = host.gitCommand(in: RealPath(source))
            try git.track(String(relative), in: source)
            guard locking.commits else { return }
            let message =
                "\(relative): \(isThere ? "Update" : "Add")\n\nFlake lock file updates:\n\n\(difference)\n"
            try git.commit(String(relative), in: source, message: message)
        } catch { throw ProjectError(error.message) }
    }

    private func warn(_ text: String) { host.eventReporter(.warning(text)) }

    /// The folder of this machine that the flake's tree is; nil where it lies elsewhere.
    private var sourceFolder: String? {
        let attributes = flake.original.attributes
        switch attributes.text("type") {
        case "path": return attributes.text("path")
        case "git":
            return GitCommand.Request(url: attributes.text("url") ?? "").workTree
        default: return nil
        }
    }

    private func text(_ graph: LockGraph) throws(ProjectError) -> [UInt8] {
        do throws(FormatError) {
            return try graph.json.printed(isIndented: true).bytes + [UInt8(ascii: "\n")]
        } catch { throw ProjectError(error.message) }
    }

    private func write(_ text: [UInt8], to path: String) throws(ProjectError) {
        // A link stays one.
        var path = path
        if let resolved = realpath(path, nil) {
            path = String(cString: resolved)
            free(resolved)
        }
        do throws(FileOperationError) { try SmallFile.replace(path, text, mode: 0o666) } catch {
            throw ProjectError(error.description)
        }
    }
}

extension GitCommand {
    /// Makes git know a new file, unless it is to be ignored.
    fileprivate func track(_ file: String, in repository: String) throws(GitError) {
        if (try? run(["-C", repository, "check-ignore", "--quiet", "--", file])) != nil { return }
        _ = try run(["-C", repository, "add", "--intent-to-add", "--", file])
    }

    /// Commits one file.
    fileprivate func commit(_ file: String, in repository: String, message: String) throws(GitError) {
        _ = try run(["-C", repository, "commit", "--quiet", "--message", message, "--", file])
    }
}
