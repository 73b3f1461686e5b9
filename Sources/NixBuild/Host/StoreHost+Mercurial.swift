import NixEval
import NixFormats
import NixStore

extension StoreHost {
    /// A commit of a Mercurial repository, or the tracked files of a local work tree with changes.
    func fetchMercurial(_ attributes: FetchAttributes) throws(HostError) -> HostFetched {
        let url = try attributes.require("url")
        let request = try MercurialCommand.Request(
            url: url, reference: attributes["ref"], revision: attributes["rev"]?.lowercased())
        let expected = try attributes.hash()
        try requireNetwork(for: url)
        return try withWorkspace { (workspace) throws(HostError) -> HostFetched in
            let mercurial = MercurialCommand(
                folder: workspace.staging.path.appending("hg"), environment: services.environment,
                cancellation: cancellation, report: { [eventReporter] in eventReporter(.text(Array($0.utf8))) })
            let name = attributes["name"] ?? "source"
            if try mercurial.isDirty(request) {
                let words = "Mercurial tree '\"\(request.address)\"' is unclean"
                guard options.dirtyTrees.isAllowed else { throw HostError(words) }
                if options.dirtyTrees.isWarned { eventReporter(.warning(words)) }
                let (commit, files) = try mercurial.workTree(request)
                return try accept(files, name: name, attributes: Self.attributes(of: commit))
            }
            let commit = try mercurial.checkOut(request, into: workspace.tree)
            return try accept(
                workspace.tree, name: name, .nar, expected, url: url, attributes: Self.attributes(of: commit))
        }
    }

    private static func attributes(of commit: MercurialCommand.Commit) -> [String: HostFetch.Attribute] {
        var attributes: [String: HostFetch.Attribute] = ["ref": .string(Array(commit.branch.utf8))]
        if let revision = commit.revision {
            attributes["rev"] = .string(Array(revision.utf8))
            attributes["shortRev"] = .string(Array(revision.prefix(7).utf8))
        }
        if let count = commit.count { attributes["revCount"] = .integer(count) }
        return attributes
    }
}
