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
    /// Told of work trees with changes.
    let warn: (String) -> Void
    var dirty = DirtyTrees()
    /// Fetches a commit with its files in LFS into a folder; nil leaves pointers.
    var largeFiles: ((_ url: String, _ commit: String, _ target: RealPath) throws(GitError) -> Void)?

    /// What is wanted of a repository.
    struct Request {
        var url: String
        var reference: String?
        var revision: String?
        /// Whether files with the attribute `export-ignore` are left out.
        var ignoresExports = false
        /// Whether submodules are filled; they are empty folders otherwise.
        var fillsSubmodules = false
        /// Whether a commit's files in LFS are wanted, and not pointers to them.
        var wantsLargeFiles = false

        /// The work tree whose files are wanted as they are: no reference and no commit is named.
        var wantedWorkTree: String? { reference == nil && revision == nil ? workTree : nil }

        /// The work tree that the URL names, if it names one.
        var workTree: String? { local.flatMap { Paths.exists("\($0)/.git") ? $0 : nil } }

        /// The folder that the URL names, if it names one.
        var local: String? { url.hasPrefix("file://") ? String(url.dropFirst(7)) : url.hasPrefix("/") ? url : nil }

        /// Refuses what git is not to be asked for.
        func check() throws(GitError) {
            if let reference, !GitNames.isReference(reference) {
                throw GitError(message: "invalid Git branch/tag name '\(reference)'")
            }
            if let revision, !GitNames.isRevision(revision) {
                throw GitError(message: "invalid Git commit hash '\(revision)'")
            }
            if ignoresExports, fillsSubmodules {
                throw GitError(message: "exportIgnore and submodules are not supported together yet")
            }
            let isAllowed = local != nil || ["https://", "http://", "ssh://", "git://"].contains { url.hasPrefix($0) }
            guard isAllowed, url.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
                throw GitError(message: "the Git URL '\(URLText.redacted(url))' is not supported")
            }
            if let local, !Paths.exists(local) {
                throw GitError(message: "Git repository \"\(local)\" does not exist.")
            }
        }
    }

    /// What was checked out.
    struct Commit {
        /// Nil for a work tree with changes, or without a commit.
        var revision: String?
        /// The commit that a work tree with changes was made of.
        var dirtyRevision: String?
        var count: Int64
        /// Seconds since 1970.
        var date: Int64
    }

    /// Writes the files of a commit into `target`, which must not exist.
    func checkOut(_ request: Request, into target: RealPath) throws(GitError) -> Commit {
        try request.check()
        let address = request.local ?? request.url
        _ = try run(["init", "--quiet", "--bare", folder.description])
        let wanted = request.revision ?? request.reference ?? "HEAD"
        do throws(GitError) {
            _ = try inRepository(["fetch", "--quiet", "--no-tags", address, wanted])
        } catch {
            // Servers may refuse to hand out a commit by its hash: everything that they advertise has it.
            guard request.revision != nil else { throw error }
            _ = try inRepository(["fetch", "--quiet", address, request.reference ?? "refs/*:refs/*"])
        }
        let commit = try inRepository(["rev-parse", "--verify", (request.revision ?? "FETCH_HEAD") + "^{commit}"])
        do {
            guard mkdir(target.description, 0o755) == 0 else { throw GitError(message: "cannot make '\(target)'") }
            // The files are those that the commit holds, whatever its own attributes would make of them.
            try FileModes.makeFolders(folder.appending("info"))
            try SmallFile.write(
                folder.appending("info/attributes").description,
                Array("* -text !eol !ident !filter !working-tree-encoding\n".utf8), mode: 0o644)
        } catch {
            throw (error as? GitError) ?? GitError(message: "\(error)")
        }
        let entries = try Self.parts(inRepository(["ls-tree", "-r", "-t", "-z", commit])).map { entry in
            let halves = entry.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
            return (isSubmodule: halves[0].hasPrefix("160000 "), path: String(halves.last ?? ""))
        }
        if !entries.isEmpty {
            _ = try inRepository(["--work-tree=\(target)", "checkout", "--quiet", "--force", commit, "--", "."])
        }
        if request.ignoresExports {
            let tree = ["--git-dir=\(folder)", "--work-tree=\(target)", "-C", target.description]
            for path in try ignoredExports(
                entries.map(\.path), in: target.description, workTree: request.workTree, tree)
            {
                do { try TreeRemoval.remove(target.appending(path)) } catch { throw GitError(message: error.message) }
            }
        }
        if request.wantsLargeFiles { try fillLargeFiles(entries.map(\.path), of: commit, request, in: target) }
        if request.fillsSubmodules {
            let paths = Set(entries.filter(\.isSubmodule).map(\.path))
            try fillSubmodules(paths, of: commit, request, in: target)
        }
        let date = try inRepository(["log", "-1", "--format=%ct", "--no-show-signature", commit])
        let count = try inRepository(["rev-list", "--count", commit])
        return Commit(revision: commit, count: Int64(count) ?? 0, date: Int64(date) ?? 0)
    }

    // MARK: Running

    func inRepository(_ arguments: [String]) throws(GitError) -> String {
        try run(["--git-dir=\(folder)"] + arguments)
    }

    /// The parts of an output that NULs end.
    static func parts(_ output: String) -> [String] { output.split(separator: "\0").map(String.init) }

    /// Where git is, nil where it is not there.
    static func program(in environment: FetchEnvironment) -> String? {
        ProgramSearch.find("git", path: environment.variables["PATH"] ?? "/usr/bin:/bin")
    }

    /// Runs git and returns its output without the last newline.
    func run(_ arguments: [String]) throws(GitError) -> String {
        let settings = [
            "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.autocrlf=false", "-c",
            "filter.lfs.smudge=", "-c",
            "filter.lfs.required=false", "-c", "protocol.ext.allow=never", "-c", "safe.directory=*",
        ]
        var variables = environment.variables
        variables["GIT_CONFIG_NOSYSTEM"] = "1"
        variables["GIT_TERMINAL_PROMPT"] = "0"
        variables["GIT_LFS_SKIP_SMUDGE"] = "1"
        guard let program = Self.program(in: environment) else {
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
