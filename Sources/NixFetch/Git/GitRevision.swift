/// What to ask a server for: a reference, a commit, or both.
struct GitRevision: Sendable {
    /// As `refs/…` or `HEAD`; nil for a commit.
    var reference: String?
    /// The commit, or what a tag names.
    var hash: String?

    /// Throws unless a revision can be the name of a branch, tag or commit (git-check-ref-format).
    static func check(_ revision: String) throws(FetchError) {
        let isName =
            !revision.isEmpty && revision.utf8.count <= 1024 && !revision.contains("..") && !revision.contains("@{")
            && revision.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && !"~^:?*[\\".utf8.contains($0) }
            && revision.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
                !part.isEmpty && !part.hasPrefix(".") && !part.hasPrefix("-") && !part.hasSuffix(".lock")
            } && !revision.hasSuffix(".")
        guard isName else {
            throw FetchError(
                .badRequest, "'\(revision.printable)' is no name of a branch, a tag or a commit", hint: Self.advice)
        }
    }

    private static let advice = "'rev' is a branch, a tag or a whole commit hash of 40 hexadecimal digits"

    private static func isHash(_ text: some StringProtocol, _ lengths: ClosedRange<Int>) -> Bool {
        lengths.contains(text.utf8.count) && text.isLowercaseHexadecimal
    }

    /// Finds out what a revision is; a whole hash is not looked up.
    static func resolve(
        _ revision: String, of remote: GitRemote, with git: GitProgram
    ) async throws(FetchError) -> GitRevision {
        if isHash(revision, 40...40) || isHash(revision, 64...64) { return GitRevision(hash: revision) }
        let names =
            revision == "HEAD" || revision.hasPrefix("refs/")
            ? [revision] : ["refs/heads/\(revision)", "refs/tags/\(revision)"]
        let isAbbreviated = isHash(revision, 7...63)
        let patterns = isAbbreviated ? [] : names
        let answer = try await git.answer(["ls-remote", "--quiet", "--", remote.text] + patterns, about: remote)
        let found = GitTree.references(answer.bytes)
        for name in names {
            if let hash = found[name] { return GitRevision(reference: name, hash: hash) }
        }
        let candidates = Set(found.values.filter { isAbbreviated && $0.hasPrefix(revision) })
        if let hash = candidates.first, candidates.count == 1 { return GitRevision(hash: hash) }
        throw FetchError(
            .notFound, "'\(remote.redacted)' has no branch or tag '\(revision.printable)'",
            hint: isAbbreviated ? "a commit needs its whole hash" : Self.advice)
    }

    /// Fetches into a bare repository and returns the commit.
    ///
    /// First the one commit; where a server gives no commit that it does not advertise, or knows no shallow fetches,
    /// all that it advertises.
    func fetch(from remote: GitRemote, with git: GitProgram, into path: String) async throws(FetchError) -> String {
        let inRepository = ["--git-dir=\(path)", "fetch", "--quiet", "--no-tags", "--force", "--no-recurse-submodules"]
        let kept = "refs/nixlite/wanted"
        let source = reference ?? hash ?? "HEAD"
        do throws(FetchError) {
            _ = try await git.answer(
                inRepository + ["--depth=1", "--", remote.text, "\(source):\(kept)"], about: remote)
            return try await commit(kept, with: git, in: path)
        } catch {
            guard error.kind == .unsupportedSource else { throw error }
            let everything =
                reference.map { ["\($0):\(kept)"] } ?? ["refs/heads/*:refs/heads/*", "refs/tags/*:refs/tags/*"]
            _ = try await git.answer(inRepository + ["--", remote.text] + everything, about: remote)
            do throws(FetchError) {
                return try await commit(reference == nil ? source : kept, with: git, in: path)
            } catch {
                throw FetchError(
                    .notFound, "'\(remote.redacted)' has no commit '\(source.printable)'", hint: Self.advice)
            }
        }
    }

    private func commit(_ name: String, with git: GitProgram, in path: String) async throws(FetchError) -> String {
        let answer = try await git.local(["--git-dir=\(path)", "rev-parse", "--verify", "--quiet", "\(name)^{commit}"])
        return String(decoding: answer, as: UTF8.self).trimmingBlanks()
    }
}

extension GitProgram {
    /// Asks a server through git, again where the network failed.
    ///
    /// Kind `.unsupportedSource` says that the server cannot answer in this way and may in another.
    func answer(_ arguments: [String], about remote: GitRemote) async throws(FetchError) -> HelperProgram.Output {
        var attempt = 0
        while true {
            let output = try await asUser(arguments)
            if output.status == 0 { return output }
            let failure = Self.failure(output, about: remote)
            guard failure.kind == .transfer else { throw failure }
            do {
                let cause = TransferError(code: .curl(56), url: remote.redacted, reason: failure.message)
                try await context.pause(after: cause, attempt: &attempt, label: remote.redacted)
            } catch {
                throw error.code == .cancelled ? error.fetchError : failure
            }
        }
    }

    /// What git's words mean.
    private static func failure(_ output: HelperProgram.Output, about remote: GitRemote) -> FetchError {
        let said = GitWords.reason(output.errors)
        let words = said.lowercased()
        func has(_ parts: String...) -> Bool { parts.contains { words.contains($0) } }
        if has("not our ref", "unadvertised object", "does not support shallow", "dumb http transport", "filtering not")
        {
            return FetchError(.unsupportedSource, said)
        }
        if has(
            "authentication failed", "could not read username", "could not read password", "permission denied",
            "access denied", "terminal prompts disabled", "returned error: 403", "returned error: 401",
            "host key verification failed")
        {
            return FetchError(
                .unauthorized, "no access to '\(remote.redacted)': \(said)",
                hint: words.contains("host key")
                    ? "connect once with ssh, so that the server's key is known"
                    : "a server may hide a repository that does not exist in the same way; credentials come from 'auth', git's credential helpers, ~/.netrc or ssh's keys"
            )
        }
        if has("couldn't find remote ref") {
            return FetchError(.notFound, "'\(remote.redacted)' has no such branch, tag or commit: \(said)")
        }
        if has(
            "not found", "does not appear to be a git repository", "does not exist", "no such file or directory",
            "returned error: 404", "not a git repository")
        {
            return FetchError(.notFound, "the repository '\(remote.redacted)' does not exist: \(said)")
        }
        if has("dubious ownership", "protocol") && has("dubious ownership", "not allowed") {
            return FetchError(.unauthorized, "git refuses '\(remote.redacted)': \(said)")
        }
        return FetchError(.transfer, "git cannot fetch from '\(remote.redacted)': \(said)")
    }
}
