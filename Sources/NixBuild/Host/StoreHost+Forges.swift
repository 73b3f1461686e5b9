import NixEval
import NixFormats
import NixStore

/// What branches of forges are at.
///
/// Source: the REST interfaces of GitHub ("Get a commit") and GitLab ("List repository commits"), and git's own protocol over
/// HTTP for SourceHut.
extension StoreHost {
    /// The commit that a repository of a forge is at.
    ///
    /// - Parameters:
    ///   - type: `github`, `gitlab` or `sourcehut`.
    ///   - reference: a branch or tag; nil for the default branch.
    func forgeRevision(
        _ type: String, owner: String, repository: String, host: String?, reference: String?
    ) throws(HostError) -> String {
        let wanted = reference ?? "HEAD"
        guard wanted == "HEAD" || GitNames.isReference(wanted) else {
            throw HostError("invalid branch/tag name '\(wanted)'")
        }
        let encoded = PercentEncoding.encode(wanted)
        switch type {
        case "github":
            let base = host.map { $0 == "github.com" ? "https://api.github.com" : "https://\($0)/api/v3" }
            let url = "\(base ?? "https://api.github.com")/repos/\(owner)/\(repository)/commits/\(encoded)"
            return try revision(try json(url)["sha"], of: url)
        case "gitlab":
            let project = PercentEncoding.encode("\(owner)/\(repository)").replacing("/", with: "%2F")
            let url =
                "https://\(host ?? "gitlab.com")/api/v4/projects/\(project)/repository/commits?ref_name=\(encoded)"
            return try revision(try json(url).array?.first?["id"], of: url)
        default:
            let url = "https://\(host ?? "git.sr.ht")/\(owner)/\(repository)"
            guard let commit = gitCommand(in: RealPath("/")).remoteCommit(url, wanted) else {
                throw HostError("couldn't find ref '\(wanted)'")
            }
            return commit
        }
    }

    private func revision(_ value: JSONValue?, of url: String) throws(HostError) -> String {
        guard let text = value?.string?.description, GitNames.isRevision(text) else {
            throw HostError("'\(url)' did not answer with a commit hash")
        }
        return text
    }

    private func json(_ url: String) throws(HostError) -> JSONValue {
        try withWorkspace { (workspace) throws(HostError) -> JSONValue in
            let place = workspace.staging.path.appending("answer")
            try download(url, to: place, workspace, expected: nil)
            do {
                return try JSONValue(parsing: ByteString(try SmallFile.read(place.description)))
            } catch {
                throw HostError("cannot parse the answer of '\(url)': \(error)")
            }
        }
    }
}

extension GitCommand {
    /// The commit that a name of a repository anywhere stands for.
    fileprivate func remoteCommit(_ url: String, _ name: String) -> String? {
        let names = name == "HEAD" ? ["HEAD"] : ["refs/heads/\(name)", "refs/tags/\(name)"]
        guard let answer = try? run(["ls-remote", "--", url] + names) else { return nil }
        return answer.split(separator: "\n").first?.split(separator: "\t").first.map(String.init)
    }
}
