import NixEval
package import NixFormats
import NixStore

/// How a command locks a flake.
package struct FlakeLocking: Sendable {
    /// All locks are made anew (`nix flake update`).
    package var recreates = false
    /// The inputs whose locks are made anew, as they are written.
    package var updates: [String] = []
    package var overrides: [(path: String, url: String)] = []
    /// Whether the lock file is written; otherwise the new locks count for this command only.
    package var writes = true
    /// Whether the lock file may be other than it was.
    package var allowsChanges = true
    /// Whether a lock that fixes nothing is an error.
    package var refusesUnlocked = false
    package var commits = false
    /// The file that is read in place of the flake's own.
    package var reference: String?
    /// The file that is written in place of the flake's own.
    package var output: String?

    package init() {}

    /// Why a text is no way to an input; nil where it is one.
    package static func problem(ofInput text: String) -> String? {
        do throws(InputError) {
            guard try InputPath(parsing: text).isEmpty else { return nil }
            return "input path to be updated cannot be zero-length; it would refer to the flake itself, not an input"
        } catch { return error.message }
    }
}

/// A flake with its locks.
package struct LockedFlake {
    package let flake: LoadedFlake
    let graph: LockGraph
    /// For looking at the flake's work tree.
    let git: GitCommand
    /// Whether the locks are other than those in the flake's tree.
    package let isChanged: Bool

    /// The lock file's text as a document.
    package var locks: JSONValue { graph.json }
}

extension Session {
    /// Locks the flake that the command line names, and writes its lock file where that has changed.
    package func lock(_ address: String, _ locking: FlakeLocking) throws(SessionError) -> LockedFlake {
        let report = host.eventReporter
        let addresses = FlakeAddress(
            base: settings.folder, warn: { report(.warning($0)) }, note: { report(.note($0)) })
        let top: InputReference
        var overrides: [(path: InputPath, reference: InputReference)] = []
        var updates: [InputPath] = []
        do {
            for (path, url) in locking.overrides {
                let reference = try addresses.reference(url, allowsMissing: true)
                overrides.removeAll { $0.path.text == path }
                overrides.append((try inputPath(path, flag: "--override-input"), reference))
            }
            for path in locking.updates { updates.append(try inputPath(path, flag: "--update-input")) }
            top = try addresses.reference(address)
        } catch let error as ProjectError {
            throw .project(error)
        } catch {
            throw .evaluation(error as? EvaluationError ?? evaluator.failure("\(error)"))
        }
        do throws(EvaluationError) {
            let loader = FlakeLoader(self)
            let flake = try loader.load(top, isTop: true)
            var options = FlakeLocker.Options()
            options.recreates = locking.recreates
            options.updates = updates
            options.overrides = overrides.sorted { InputPath.precedes($0.path, $1.path) }
            do throws(EvaluationError) {
                let file = locking.reference.map { Paths.absolute($0, from: settings.folder) }
                let old = try loader.readLock(
                    file ?? "\(flake.place.folder)/flake.lock", named: file ?? "\(flake.displayFolder)/flake.lock")
                let graph = try FlakeLocker(loader, options, warn: { report(.warning($0)) }).lock(flake, old: old)
                let isChanged = graph.json != old.json
                if isChanged || locking.output != nil {
                    do throws(ProjectError) {
                        try LockFileWriting(host: host, flake: flake, locking: locking, base: settings.folder)
                            .write(graph, replacing: old)
                    } catch { throw evaluator.failure(error.message) }
                }
                return LockedFlake(
                    flake: flake, graph: graph, git: host.gitCommand(in: RealPath(flake.place.root)),
                    isChanged: isChanged)
            } catch {
                throw error.adding("while updating the lock file of flake '\(flake.locked.url)'")
            }
        } catch { throw .evaluation(error) }
    }

    private func inputPath(_ text: String, flag: String) throws(EvaluationError) -> InputPath {
        let path: InputPath
        do throws(InputError) { path = try InputPath(parsing: text) } catch { throw evaluator.misuse(error.message) }
        guard !path.isEmpty else {
            throw evaluator.misuse(
                "\(flag) was passed a zero-length input path, which would refer to the flake itself, not an input")
        }
        return path
    }
}
