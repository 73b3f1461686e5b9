import Glibc
import NixFetch
import NixFormats
import NixStore

/// Why git failed, in its own words.
struct GitError: Error {
    let message: String
}

/// Git's own program, told to heed no configuration, no hooks and no transport but the usual ones.
struct GitCommand {
    /// The repository that it works in.
    let folder: RealPath
    let environment: FetchEnvironment

    /// What was checked out.
    struct Commit {
        /// Nil for a work tree with changes.
        var revision: String?
        var count: Int64
        /// Seconds since 1970.
        var date: Int64
    }

    /// Writes a commit's files into `target`, which must not exist.
    ///
    /// - Parameters:
    ///   - local: the folder that `url` names, if it names one; without reference and revision its tracked files are
    ///     taken as they are.
    func checkOut(
        _ url: String, local: String?, reference: String?, revision: String?, into target: RealPath
    ) throws(GitError) -> Commit {
        if let reference, !FlakeReference.isGitReference(reference) {
            throw GitError(message: "invalid Git branch/tag name '\(reference)'")
        }
        if let revision, !FlakeReference.isRevision(revision) {
            throw GitError(message: "invalid Git commit hash '\(revision)'")
        }
        let isAllowed = local != nil || ["https://", "http://", "ssh://", "git://"].contains { url.hasPrefix($0) }
        guard isAllowed, url.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
            throw GitError(message: "the Git URL '\(URLText.redacted(url))' is not supported")
        }
        let address = local ?? url
        _ = try run(["init", "--quiet", "--bare", folder.description])
        let isDirty = try local.map { folder throws(GitError) in
            try !run(["-C", folder, "status", "--porcelain", "--untracked-files=no"]).isEmpty
        }
        if let local, isDirty == true, reference == nil, revision == nil { return try copyWorkTree(local, to: target) }
        let wanted = revision ?? reference ?? "HEAD"
        do throws(GitError) {
            _ = try inRepository(["fetch", "--quiet", "--no-tags", address, wanted])
        } catch {
            // Servers may refuse to hand out a commit by its hash: everything that they advertise has it.
            guard revision != nil else { throw error }
            _ = try inRepository(["fetch", "--quiet", address, reference ?? "refs/*:refs/*"])
        }
        let commit = try inRepository(["rev-parse", "--verify", (revision ?? "FETCH_HEAD") + "^{commit}"])
        guard mkdir(target.description, 0o755) == 0 else { throw GitError(message: "cannot make '\(target)'") }
        _ = try inRepository(["--work-tree=\(target)", "checkout", "--quiet", "--force", commit, "--", "."])
        let date = try inRepository(["log", "-1", "--format=%ct", "--no-show-signature", commit])
        let count = try inRepository(["rev-list", "--count", commit])
        return Commit(revision: commit, count: Int64(count) ?? 0, date: Int64(date) ?? 0)
    }

    private func copyWorkTree(_ source: String, to target: RealPath) throws(GitError) -> Commit {
        guard mkdir(target.description, 0o755) == 0 else { throw GitError(message: "cannot make '\(target)'") }
        let files = try run(["-C", source, "ls-files", "-z"]).split(separator: "\0").map(String.init)
        for file in files where Paths.existsWithoutFollowing("\(source)/\(file)") {
            do {
                let from = RealPath("\(source)/\(file)")
                let place = target.appending(file)
                try FileModes.makeFolders(place.parent)
                var status = stat()
                guard lstat(from.description, &status) == 0 else { throw FileOperationError("reading from file", from) }
                if status.st_mode & S_IFMT == S_IFLNK {
                    try LinkTarget.replace(place, with: try LinkTarget.read(from))
                } else {
                    try SmallFile.write(
                        place.description, try SmallFile.read(from.description),
                        mode: status.st_mode & 0o100 == 0 ? 0o644 : 0o755)
                }
            } catch {
                throw GitError(message: "\(error)")
            }
        }
        let date = (try? run(["-C", source, "log", "-1", "--format=%ct"])).flatMap { Int64($0) } ?? 0
        return Commit(revision: nil, count: 0, date: date)
    }

    private func inRepository(_ arguments: [String]) throws(GitError) -> String {
        try run(["--git-dir=\(folder)"] + arguments)
    }

    /// Runs git and returns its output without the last newline.
    private func run(_ arguments: [String]) throws(GitError) -> String {
        let settings = [
            "-c", "core.hooksPath=/dev/null", "-c", "core.autocrlf=false", "-c", "filter.lfs.smudge=", "-c",
            "filter.lfs.required=false", "-c", "protocol.ext.allow=never", "-c", "safe.directory=*",
        ]
        var variables = environment.variables
        variables["GIT_CONFIG_NOSYSTEM"] = "1"
        variables["GIT_TERMINAL_PROMPT"] = "0"
        variables["GIT_LFS_SKIP_SMUDGE"] = "1"
        let path = variables["PATH"] ?? "/usr/bin:/bin"
        guard let program = ProgramSearch.find("git", path: path) else {
            throw GitError(message: "the program 'git' is needed and not on PATH")
        }
        do throws(ProgramRun.Failure) {
            return try ProgramRun.output(
                program, arguments: ["git"] + settings + arguments, environment: variables)
        } catch {
            throw GitError(message: "git: \(URLText.redacted(error.message))")
        }
    }
}
