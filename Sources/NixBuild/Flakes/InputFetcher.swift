import NixEval
import NixFormats
import NixStore

/// A tree that was fetched, and what it was locked to.
struct FetchedInput {
    /// What the registries made of the reference.
    let resolved: InputReference
    let locked: InputReference
    let storePath: StorePath
    /// Where the tree really is.
    let folder: String
    /// How messages call the tree while it is looked at for the first time: a work tree by its folder, a commit by its address.
    let displayName: String
    /// The Git work tree that it is a copy of.
    let workTree: String?
}

/// Fetches inputs, each once.
final class InputFetcher {
    private let session: Session
    private var known: [InputAttributes: FetchedInput] = [:]

    init(_ session: Session) {
        self.session = session
    }

    /// Fetches what a reference names.
    ///
    /// - Parameter isTop: whether the user names it, so that all registries count.
    func fetch(_ reference: InputReference, isTop: Bool = false) throws(EvaluationError) -> FetchedInput {
        if let fetched = known[reference.allAttributes] { return fetched }
        let resolved = try resolve(reference, isTop: isTop)
        var input = resolved
        input.directory = ""
        let fetched: FetchedInput
        do throws(EvaluationError) {
            fetched = try fetch(resolved: resolved)
        } catch {
            // A tree with another hash is not what Nix calls a failure of fetching.
            guard error.buildExitCode == nil else { throw error }
            throw error.adding("while fetching the input '\(input.url)'")
        }
        known[reference.allAttributes] = fetched
        return fetched
    }

    private func resolve(_ reference: InputReference, isTop: Bool) throws(EvaluationError) -> InputReference {
        do throws(ProjectError) {
            return try session.resolved(reference, isLimited: !isTop)
        } catch { throw session.evaluator.failure(error.message) }
    }

    private func fetch(resolved: InputReference) throws(EvaluationError) -> FetchedInput {
        var asked = resolved.attributes
        do throws(HostError) {
            let host = session.host
            let type = asked.text("type") ?? ""
            if ["github", "gitlab", "sourcehut"].contains(type), asked["rev"] == nil {
                let revision = try host.forgeRevision(
                    type, owner: asked.text("owner") ?? "", repository: asked.text("repo") ?? "",
                    host: asked.text("host"), reference: asked.text("ref"))
                asked["ref"] = nil
                asked["rev"] = .string(revision)
            }
            var request = asked.values.mapValues(HostFetch.Attribute.init)
            // Some are compared afterwards, since their hash is not how they are found.
            let isCheckedAfterwards = ["git", "hg", "path"].contains(type)
            if isCheckedAfterwards, try !isKnown(asked, type) { request["narHash"] = nil }
            let tree = try host.fetch(HostFetch(kind: .tree, attributes: request))
            try host.write([tree.storePath])
            if isCheckedAfterwards { try check(tree, asked, resolved) }
            var locked = resolved
            locked.attributes = asked
            for (name, value) in tree.attributes { add(name, value, to: &locked.attributes, type) }
            let workTree = tree.workTree
            if type == "git", tree.attributes["rev"] != nil, locked.attributes["ref"] == nil {
                locked.attributes["ref"] = head(of: asked, isWorkTree: workTree != nil).map { .string($0) }
            }
            let folder = host.access.layout.realPath(tree.storePath).description
            let name = type == "git" ? workTree ?? "«\(locked.url)»" : folder
            return FetchedInput(
                resolved: resolved, locked: locked, storePath: tree.storePath, folder: folder, displayName: name,
                workTree: workTree)
        } catch { throw EvaluationError(error) }
    }

    /// Takes over what the fetch found out, as lock files have it.
    private func add(
        _ name: String, _ value: HostFetch.Attribute, to attributes: inout InputAttributes, _ type: String
    ) {
        let kept: Set<String> =
            switch type {
            case "git": ["rev", "revCount", "lastModified", "narHash", "dirtyRev", "dirtyShortRev"]
            case "hg": ["rev", "revCount", "narHash"]
            case "file": ["narHash"]
            default: ["lastModified", "narHash"]
            }
        guard kept.contains(name) else { return }
        if name == "revCount", attributes["shallow"] == .bool(true) { return }
        // What is given counts: it is known by the hash or the commit.
        if attributes[name] != nil, name == "lastModified" || name == "revCount" { return }
        attributes[name] = InputAttributes.Value(value)
    }

    /// Whether a path is in the store with the hash that it must have.
    private func isKnown(_ attributes: InputAttributes, _ type: String) throws(HostError) -> Bool {
        guard type == "path" else { return false }
        let hash: NixHash?
        do throws(InputError) { hash = try InputScheme.narHash(attributes) } catch { throw HostError(error.message) }
        return try session.host.validObject("source", .nar, hash) != nil
    }

    /// Compares the hash of what was fetched with the one that it must have.
    private func check(
        _ tree: HostFetched, _ asked: InputAttributes, _ resolved: InputReference
    ) throws(HostError) {
        guard let expected = asked.text("narHash"), case .string(let bytes)? = tree.attributes["narHash"] else {
            return
        }
        let got = String(decoding: bytes, as: UTF8.self)
        guard expected != got else { return }
        var input = resolved
        input.directory = ""
        throw .mismatch(ofInput: input.url, has: got, given: expected)
    }

    /// The branch that a repository is on.
    private func head(of attributes: InputAttributes, isWorkTree: Bool) -> String? {
        let url = attributes.text("url") ?? ""
        let git = session.host.gitCommand(in: RealPath("/"))
        let local = GitCommand.Request(url: url).workTree
        if let head = local.map({ git.localHead($0) }) ?? git.remoteHead(url) { return head }
        if isWorkTree { return nil }
        session.host.eventReporter(.warning("could not read HEAD ref from repo at '\(local ?? url)', using 'master'"))
        return "master"
    }
}

extension InputAttributes {
    /// An attribute that is a string.
    func text(_ name: String) -> String? {
        guard case .string(let text)? = self[name] else { return nil }
        return text
    }
}
