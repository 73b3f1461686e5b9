import Glibc
import NixFormats

/// A bare repository in the folder of partial files, which holds one commit of a remote repository.
///
/// It is locked while it is in use, survives an interrupted run once the commit is there, and goes with `remove`.
struct GitRepository: Sendable {
    let git: GitProgram
    let remote: GitRemote
    /// The commit.
    let commit: String
    /// The branch or tag that was asked for, as `refs/…`.
    let reference: String?
    /// The repository's folder.
    let path: String
    private let lock: Descriptor

    /// Fetches the commit that a revision stands for, without its history where the server can do that.
    ///
    /// - Parameter revision: a branch (preferred, as `git clone --branch` does), a tag, `refs/…`, `HEAD` or a commit.
    static func fetch(
        _ revision: String, of remote: GitRemote, with git: GitProgram, in workspace: Workspace
    ) async throws(FetchError) -> GitRepository {
        try GitRevision.check(revision)
        let wanted = try await GitRevision.resolve(revision, of: remote, with: git)
        let name = "git-\(Digester.sha256(Array("\(remote.text) \(wanted.hash ?? wanted.reference ?? "")".utf8)).nix32)"
        // git is started elsewhere.
        guard let folder = realpath(workspace.partials.path, nil) else {
            throw FileAccess.Failure(number: errno, action: "resolve", path: workspace.partials.path).fetchError
        }
        defer { free(folder) }
        let path = "\(String(cString: folder))/\(name)"
        let lock = try await Self.lock("\(name).lock", in: workspace.partials)
        let marker = "\(path)/nixlite-commit"
        if let commit = git.environment.readTrimmedFile(marker) {
            return GitRepository(
                git: git, remote: remote, commit: commit, reference: wanted.reference, path: path, lock: lock)
        }
        FolderRemoval.remove(path)
        let format = wanted.hash?.utf8.count == 64 ? ["--object-format=sha256"] : []
        _ = try await git.local(["init", "--quiet", "--template=", "--bare"] + format + ["--", path])
        let repository = GitRepository(
            git: git, remote: remote, commit: try await wanted.fetch(from: remote, with: git, into: path),
            reference: wanted.reference, path: path, lock: lock)
        do {
            try DirectoryTree(opening: path).writeFile("nixlite-commit", Array(repository.commit.utf8))
        } catch {
            throw error.fetchError
        }
        return repository
    }

    private static func lock(_ name: String, in directory: DirectoryTree) async throws(FetchError) -> Descriptor {
        do {
            let file = Descriptor(
                try FileAccess.call("open", "\(directory.path)/\(name)") {
                    openat(directory.root.number, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
                })
            while flock(file.number, LOCK_EX | LOCK_NB) != 0 {
                guard errno == EWOULDBLOCK || errno == EINTR else { return file }
                try await Task.sleep(for: .milliseconds(100))
            }
            return file
        } catch let error as FileAccess.Failure {
            throw error.fetchError
        } catch {
            throw FetchError.interrupted
        }
    }

    /// Removes the repository; its lock file stays, for another process may wait for it.
    func remove() {
        FolderRemoval.remove(path)
        withExtendedLifetime(lock) {}
    }

    private func run(_ arguments: [String], input: [UInt8] = []) async throws(FetchError) -> [UInt8] {
        try await git.local(["--git-dir=\(path)"] + arguments, input: input)
    }

    private var malformed: FetchError {
        FetchError(.verification, "git's answer about '\(remote.redacted)' is malformed")
    }

    /// All files of the commit.
    func entries() async throws(FetchError) -> [GitEntry] {
        guard let entries = GitTree.entries(try await run(["ls-tree", "-r", "-z", "-l", "--full-tree", commit])) else {
            throw malformed
        }
        for entry in entries {
            let name = String(decoding: entry.path, as: UTF8.self)
            let components = entry.path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            let objection =
                components.count > 64
                ? "it is more than 64 levels deep" : components.lazy.compactMap(NetworkNames.objection).first
            if let objection {
                throw FetchError(
                    .verification,
                    "'\(remote.redacted)' has a file '\(name.printable)', which is refused: \(objection)")
            }
        }
        return entries
    }

    /// The files that the commit's own `.gitattributes` give to the filter `lfs`.
    func filteredPaths(_ entries: [GitEntry]) async throws(FetchError) -> Set<[UInt8]> {
        _ = try await run(["read-tree", commit])
        var input: [UInt8] = []
        for entry in entries { input += entry.path + [0] }
        let answer = try await run(["check-attr", "--cached", "--stdin", "-z", "filter"], input: input)
        return GitTree.paths(answer, withValue: "lfs")
    }

    /// The contents of blobs.
    func contents(_ entries: [GitEntry]) async throws(FetchError) -> [[UInt8]] {
        guard !entries.isEmpty else { return [] }
        let input = Array(entries.map { $0.object + "\n" }.joined().utf8)
        let answer = try await run(["cat-file", "--batch", "--buffer"], input: input)
        guard let objects = GitTree.objects(answer), objects.count == entries.count else { throw malformed }
        return objects
    }

    /// A value of the commit's `.lfsconfig`; nil when there is none.
    func lfsSetting(_ key: String, in entries: [GitEntry]) async throws(FetchError) -> String? {
        guard entries.contains(where: { $0.path.elementsEqual(".lfsconfig".utf8) && $0.kind != .link }) else {
            return nil
        }
        do {
            let answer = try await run(["config", "--blob=\(commit):.lfsconfig", "--get", key])
            let value = String(decoding: answer, as: UTF8.self).trimmingBlanks()
            return value.isEmpty ? nil : value
        } catch {
            // Git says in one way that the file is malformed and that it lacks the key.
            if error.kind == .transfer { return nil }
            throw error
        }
    }

    /// Writes files of the commit, as a checkout does, below a folder of this repository, and returns that folder.
    func checkOut(_ entries: [GitEntry]) async throws(FetchError) -> DirectoryTree {
        let folder = "\(path)/nixlite-tree"
        FolderRemoval.remove(folder)
        let tree: DirectoryTree
        do { tree = try DirectoryTree(making: folder) } catch { throw error.fetchError }
        var input: [UInt8] = []
        for entry in entries where entry.kind != .submodule { input += entry.path + [0] }
        _ = try await run(
            ["--work-tree=\(folder)", "checkout-index", "--force", "--quiet", "-z", "--stdin"], input: input)
        return tree
    }
}
