import Glibc
import NixStore

/// Work trees and submodules.
extension GitCommand {
    /// What a work tree was made of, and whether it was changed since.
    func describeWorkTree(_ source: String, withSubmodules: Bool) throws(GitError) -> Commit {
        let submodules = withSubmodules ? "untracked" : "all"
        let status = ["status", "--porcelain", "--untracked-files=no", "--ignore-submodules=\(submodules)"]
        let isDirty = try !run(["-C", source] + status).isEmpty
        if isDirty {
            guard dirty.isAllowed else { throw GitError(message: "Git tree '\(source)' is dirty") }
            if dirty.isWarned { warn("Git tree '\(source)' is dirty") }
        }
        guard let head = try? run(["-C", source, "rev-parse", "--verify", "--quiet", "HEAD^{commit}"]) else {
            return Commit(count: 0, date: 0)
        }
        let date = try run(["-C", source, "log", "-1", "--format=%ct", "--no-show-signature"])
        guard !isDirty else { return Commit(dirtyRevision: head, count: 0, date: Int64(date) ?? 0) }
        let count = try run(["-C", source, "rev-list", "--count", head])
        return Commit(revision: head, count: Int64(count) ?? 0, date: Int64(date) ?? 0)
    }

    /// The tracked files of a work tree as they are.
    func workTree(_ source: String, _ request: Request) throws(GitError) -> (Commit, TrackedFiles) {
        let commit = try describeWorkTree(source, withSubmodules: request.fillsSubmodules)
        let recursion = request.fillsSubmodules ? ["--recurse-submodules"] : []
        let files = Set(Self.parts(try run(["-C", source, "ls-files", "-z"] + recursion)))
        var ignored: Set<String> = []
        if request.ignoresExports {
            ignored = Set(try ignoredExports(files.sorted(), in: source, workTree: source, ["-C", source]))
        }
        var tracked = TrackedFiles(in: source)
        for file in files {
            let isBelowIgnored =
                !ignored.isEmpty
                && file.indices.contains { file[$0] == "/" && ignored.contains(String(file[..<$0])) }
            if !isBelowIgnored { tracked.insert(Array(file.utf8), leavesOut: ignored.contains(file)) }
        }
        return (commit, tracked)
    }

    // MARK: Submodules

    /// Checks out the submodules of a commit that `target` has been filled from.
    func fillSubmodules(
        _ paths: Set<String>, of commit: String, _ request: Request, in target: RealPath
    ) throws(GitError) {
        let file = target.appending(".gitmodules").description
        guard !paths.isEmpty, Paths.exists(file) else { return }
        var modules: [String: (path: String?, url: String?)] = [:]
        let pattern = "^submodule\\..*\\.(path|url)$"
        for member in Self.parts(try run(["config", "--file", file, "-z", "--get-regexp", pattern])) {
            let parts = member.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let dot = parts[0].lastIndex(of: ".") else { continue }
            let name = String(parts[0][..<dot])
            if parts[0].hasSuffix(".path") {
                modules[name, default: (nil, nil)].path = String(parts[1])
            } else {
                modules[name, default: (nil, nil)].url = String(parts[1])
            }
        }
        for (index, module) in modules.sorted(by: { $0.key < $1.key }).enumerated() {
            guard let path = module.value.path, paths.contains(path), let url = module.value.url else { continue }
            let revision = try inRepository(["rev-parse", "--verify", "\(commit):\(path)"])
            let place = target.appending(path)
            _ = rmdir(place.description)
            var wanted = Request(url: try resolve(url, in: request), revision: revision)
            wanted.fillsSubmodules = true
            guard request.local != nil || wanted.local == nil else {
                throw GitError(message: "the submodule '\(path)' of a remote repository has the local URL '\(url)'")
            }
            wanted.wantsLargeFiles = request.wantsLargeFiles
            let command = GitCommand(
                folder: folder.appending("submodules-\(index)"), environment: environment, warn: warn, dirty: dirty,
                largeFiles: largeFiles)
            _ = try command.checkOut(wanted, into: place)
        }
    }

    /// A submodule's URL, which may be relative to that of the repository it is in.
    private func resolve(_ url: String, in request: Request) throws(GitError) -> String {
        guard url.hasPrefix("./") || url.hasPrefix("../") else { return url }
        var base = request.url
        if let local = request.local {
            base = (try? run(["-C", local, "config", "--get", "remote.origin.url"])) ?? local
        }
        while base.hasSuffix("/") { base.removeLast() }
        var rest = url[...]
        while true {
            if rest.hasPrefix("./") {
                rest = rest.dropFirst(2)
            } else if rest.hasPrefix("../") {
                guard let slash = base.lastIndex(of: "/") else {
                    throw GitError(message: "cannot strip one component off URL '\(URLText.redacted(base))'")
                }
                base = String(base[..<slash])
                rest = rest.dropFirst(3)
            } else {
                return "\(base)/\(rest)"
            }
        }
    }
}
