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
            let commit: MercurialCommand.Commit
            if try mercurial.isDirty(request) {
                let words = "Mercurial tree '\"\(request.address)\"' is unclean"
                guard options.dirtyTrees.isAllowed else { throw HostError(words) }
                if options.dirtyTrees.isWarned { eventReporter(.warning(words)) }
                commit = try mercurial.copyWorkTree(request, to: workspace.tree)
            } else {
                commit = try mercurial.checkOut(request, into: workspace.tree)
            }
            var locked: [String: HostFetch.Attribute] = ["ref": .string(Array(commit.branch.utf8))]
            if let revision = commit.revision {
                locked["rev"] = .string(Array(revision.utf8))
                locked["shortRev"] = .string(Array(revision.prefix(7).utf8))
            }
            if let count = commit.count { locked["revCount"] = .integer(count) }
            return try accept(
                workspace.tree, name: attributes["name"] ?? "source", .nar, expected, url: url, attributes: locked)
        }
    }
}
