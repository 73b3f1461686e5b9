import NixStore

/// Which branch a repository is on.
extension GitCommand {
    /// `refs/heads/…` of a repository on this machine; nil where its HEAD names a commit.
    func localHead(_ repository: String) -> String? {
        guard let head = try? run(["-C", repository, "symbolic-ref", "--quiet", "HEAD"]), !head.isEmpty else {
            return nil
        }
        return head
    }

    /// `refs/heads/…` of the default branch of a repository anywhere; nil where that cannot be known.
    func remoteHead(_ url: String) -> String? {
        guard !url.hasPrefix("-"), let answer = try? run(["ls-remote", "--symref", "--", url, "HEAD"]) else {
            return nil
        }
        for line in answer.split(separator: "\n") where line.hasPrefix("ref: ") {
            return line.dropFirst(5).split(separator: "\t").first.map(String.init)
        }
        return nil
    }
}
