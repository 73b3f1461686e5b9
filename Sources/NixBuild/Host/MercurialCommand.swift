import Glibc
import NixEval
import NixFetch
import NixFormats
import NixStore

/// Mercurial's own program `hg`, with the user's settings (who may reach which server) and none of a repository's own.
///
/// What an expression names comes after `--`, or is a name that cannot be taken for an option.
struct MercurialCommand {
    /// Where repositories are cloned to.
    let folder: RealPath
    let environment: FetchEnvironment
    let cancellation: Cancellation
    /// Told what `hg` says on its standard error, line by line.
    let report: (String) -> Void

    /// What is wanted of a repository.
    struct Request {
        /// A URL, or the folder of a local repository.
        let address: String
        let isLocal: Bool
        let reference: String?
        let revision: String?

        /// - Throws: `HostError` for a name that no branch or tag has, or a hash that is none.
        init(url: String, reference: String?, revision: String?) throws(HostError) {
            isLocal = url.hasPrefix("file:")
            if isLocal {
                let path = url.dropFirst(url.hasPrefix("file://") ? 7 : 5).prefix { $0 != "?" && $0 != "#" }
                address = PercentEncoding.decodeLeniently(path)
            } else {
                address = url
            }
            guard !address.utf8.contains(0) else { throw HostError("the Mercurial URL '\(url)' is not supported") }
            if let reference, !GitNames.isShortReference(reference) {
                throw HostError("invalid Mercurial branch/tag name '\(reference)'")
            }
            if let revision, !GitNames.isRevision(revision) {
                throw HostError("hash '\(revision)' is no Mercurial revision")
            }
            self.reference = reference
            self.revision = revision
        }
    }

    /// What was checked out.
    struct Commit {
        /// Nil for a work tree with changes.
        var revision: String?
        var branch: String
        var count: Int64?
    }

    /// Whether the request is for a local work tree that has changes.
    func isDirty(_ request: Request) throws(HostError) -> Bool {
        guard request.isLocal, request.reference == nil, request.revision == nil,
            Paths.exists("\(request.address)/.hg")
        else { return false }
        return try !run(["status", "-R", request.address, "--modified", "--added", "--removed"]).isEmpty
    }

    /// The tracked files of a work tree as they are.
    func workTree(_ request: Request) throws(HostError) -> (Commit, TrackedFiles) {
        let source = request.address
        let branch = try run(["branch", "-R", source])
        let files = try run([
            "status", "-R", source, "--clean", "--modified", "--added", "--no-status", "--print0",
        ])
        var tracked = TrackedFiles(in: source)
        for file in files.split(separator: 0) { tracked.insert(Array(file)) }
        return (Commit(revision: nil, branch: Self.line(branch), count: nil), tracked)
    }

    /// Clones a repository and writes the files of one of its commits into `target`.
    func checkOut(_ request: Request, into target: RealPath) throws(HostError) -> Commit {
        _ = try run(["clone", "--noupdate", "--", request.address, folder.description])
        let wanted = request.revision ?? request.reference ?? "default"
        let answer = try run([
            "log", "-R", folder.description, "-r", wanted, "--template", "{node} {rev} {branch}\\n",
        ])
        let commits = answer.split(separator: UInt8(ascii: "\n"))
        let parts = commits.first?.split(separator: UInt8(ascii: " "), maxSplits: 2).map {
            String(decoding: $0, as: UTF8.self)
        }
        guard commits.count == 1, let parts, parts.count == 3, GitNames.isRevision(parts[0]) else {
            throw HostError(
                "'\(wanted)' names \(commits.count) commits of the Mercurial repository, where one is needed")
        }
        let node = parts[0]
        _ = try run(["archive", "-R", folder.description, "-r", node, "--type", "files", "--", target.description])
        _ = unlink(target.appending(".hg_archival.txt").description)
        return Commit(revision: node, branch: parts[2], count: Int64(parts[1]))
    }

    // MARK: Running

    private static func line(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.split(separator: UInt8(ascii: "\n")).first ?? [], as: UTF8.self)
    }

    /// Runs hg and returns its output.
    private func run(_ arguments: [String]) throws(HostError) -> [UInt8] {
        var variables = environment.variables
        variables["HGPLAIN"] = ""
        variables["HGENCODING"] = "UTF-8"
        // A repository that somebody else made names no extensions and no hooks.
        variables["HGRCSKIPREPO"] = "1"
        let settings = ["--noninteractive", "--config", "http.timeout=60"]
        let program = HelperProgram(command: ["hg"] + settings + arguments, environment: variables)
        let result: Result<HelperProgram.Output, HelperProgram.Failure>
        do throws(FetchError) {
            result = try Blocking.run(cancellation) { () async throws(FetchError) in
                do throws(HelperProgram.Failure) {
                    return .success(try await program.run())
                } catch {
                    return .failure(error)
                }
            }
        } catch {
            throw HostError(error.message)
        }
        switch result {
        case .failure(.missing):
            report("error: executing \"hg\": No such file or directory")
            throw HostError("hg failed with exit code 1")
        case .failure(.start(let words)): throw HostError("executing 'hg': \(words)")
        case .failure(.tooLong): throw HostError("hg wrote too much")
        case .failure(.cancelled): throw HostError("interrupted by the user", isInterruption: true)
        case .success(let output):
            for line in output.errors.split(separator: "\n") { report(GitWords.redacted(String(line))) }
            if let signal = output.signal {
                throw HostError("hg failed due to signal \(signal) (\(String(cString: strsignal(signal))))")
            }
            guard output.status == 0 else { throw HostError("hg failed with exit code \(output.status)") }
            return output.bytes
        }
    }
}
