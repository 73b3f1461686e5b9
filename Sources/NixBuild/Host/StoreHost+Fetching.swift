import Glibc
package import NixEval
import NixFetch
import NixFormats
import NixStore

extension StoreHost {
    package func fetch(_ fetch: HostFetch) throws(HostError) -> HostFetched {
        let fetched: HostFetched
        if let known = try remembered(fetch) { fetched = known } else { fetched = try fetchAnew(fetch) }
        policy?.allow(fetched.storePath)
        return fetched
    }

    private func remembered(_ fetch: HostFetch) throws(HostError) -> HostFetched? {
        guard !access.isDummy, FetchCache.takes(fetch), let known = fetches.answer(to: fetch, now: currentTime) else {
            return nil
        }
        return try isValid(known.storePath) ? known : nil
    }

    private func fetchAnew(_ fetch: HostFetch) throws(HostError) -> HostFetched {
        let fetched = try fetchAllowed(fetch)
        if FetchCache.takes(fetch) { fetches.record(fetched, for: fetch, now: currentTime) }
        return fetched
    }

    private func fetchAllowed(_ fetch: HostFetch) throws(HostError) -> HostFetched {
        let attributes = FetchAttributes(fetch.attributes)
        switch fetch.kind {
        case .url: return try fetchFile(attributes)
        case .tarball: return try fetchTarball(attributes)
        case .path: return try fetchPath(attributes)
        case .git: return try fetchGit(attributes)
        case .tree: return try fetchTree(attributes)
        case .mercurial: return try fetchMercurial(attributes)
        case .closure: return HostFetched(storePath: try fetchClosure(attributes), attributes: [:])
        }
    }

    /// An input in the attributes of a flake's lock file.
    private func fetchTree(_ attributes: FetchAttributes) throws(HostError) -> HostFetched {
        let type = try attributes.require("type")
        switch type {
        case "path": return try fetchPath(attributes)
        case "tarball": return try fetchTarball(attributes)
        case "file": return try fetchSingleFile(attributes)
        case "git": return try fetchGit(attributes)
        case "hg": return try fetchMercurial(attributes)
        case "github", "gitlab", "sourcehut": return try fetchForge(type, attributes)
        case "indirect":
            throw HostError(
                "cannot find flake 'flake:\(attributes["id"] ?? "")' in the flake registries"
            )
        default: throw HostError("input type '\(type)' is not supported by this version of nixlite")
        }
    }

    // MARK: Files and archives

    private func fetchFile(_ attributes: FetchAttributes) throws(HostError) -> HostFetched {
        let url = try attributes.require("url")
        let name = attributes["name"] ?? Paths.baseName(url)
        let expected = try attributes.hash()
        if let known = try validObject(name, .flat, expected) { return HostFetched(storePath: known, attributes: [:]) }
        return try withWorkspace { (workspace) throws(HostError) -> HostFetched in
            try download(url, to: workspace.tree, workspace, expected: expected)
            return try accept(workspace.tree, name: name, .flat, expected, url: url, attributes: [:])
        }
    }

    /// A file as an input: a tree that is one file.
    private func fetchSingleFile(_ attributes: FetchAttributes) throws(HostError) -> HostFetched {
        let url = try attributes.require("url")
        return try withWorkspace { (workspace) throws(HostError) -> HostFetched in
            try download(url, to: workspace.tree, workspace, expected: nil)
            let (info, _) = try take(workspace.tree, name: attributes["name"] ?? "source", .flat, .sha256)
            if let expected = try attributes.hash(), expected != info.narHash {
                throw .mismatch(
                    ofInput: URLText.redacted(url), has: "\(info.narHash.sri)", given: "\(expected.sri)")
            }
            return HostFetched(
                storePath: info.path, attributes: ["narHash": .string(info.narHash.sri.bytes)])
        }
    }

    private func fetchTarball(
        _ attributes: FetchAttributes, url given: String? = nil, locked: [String: HostFetch.Attribute] = [:]
    ) throws(HostError) -> HostFetched {
        let url: String
        if let given { url = given } else { url = try attributes.require("url") }
        try checkLocal(url)
        let name = attributes["name"] ?? "source"
        let expected = try attributes.hash()
        if let known = try validObject(name, .nar, expected), let expected {
            return HostFetched(
                storePath: known, attributes: locked.merging(["narHash": .string(expected.sri.bytes)]) { $1 })
        }
        return try withWorkspace { (workspace) throws(HostError) -> HostFetched in
            let report = try downloadArchive(url, into: workspace.tree, workspace)
            let names = report.topLevel
            var known = locked
            known["lastModified"] = .integer(report.newestTime)
            var tree = workspace.tree
            if names.count == 1, Paths.isDirectory(tree.appending(names[0]).description) {
                tree = tree.appending(names[0])
            }
            return try accept(tree, name: name, .nar, expected, url: url, attributes: known)
        }
    }

    /// A local archive must be there, and be named by its whole path.
    private func checkLocal(_ url: String) throws(HostError) {
        guard url.hasPrefix("file:") else { return }
        let path = url.dropFirst(url.hasPrefix("file://") ? 7 : 5).prefix { $0 != "?" }
        guard path.hasPrefix("/") else {
            throw HostError(
                "tarball '\(url)' must use an absolute path. The 'file' scheme does not support relative paths.")
        }
        guard Paths.exists(PercentEncoding.decodeLeniently(path)) else {
            throw HostError("tarball \"\(PercentEncoding.decodeLeniently(path))\" does not exist.")
        }
    }

    /// The archives that forges offer of their repositories.
    private func fetchForge(_ type: String, _ attributes: FetchAttributes) throws(HostError) -> HostFetched {
        let owner = try attributes.require("owner")
        let repository = try attributes.require("repo")
        let version = attributes["rev"] ?? attributes["ref"] ?? "HEAD"
        guard version == "HEAD" || GitNames.isReference(version) else {
            throw HostError("invalid branch/tag name '\(version)'")
        }
        let url =
            switch type {
            case "github":
                "https://\(attributes["host"] ?? "github.com")/\(owner)/\(repository)/archive/\(version).tar.gz"
            case "gitlab":
                "https://\(attributes["host"] ?? "gitlab.com")/\(owner)/\(repository)/-/archive/\(version)/archive.tar.gz"
            default: "https://\(attributes["host"] ?? "git.sr.ht")/\(owner)/\(repository)/archive/\(version).tar.gz"
            }
        var locked: [String: HostFetch.Attribute] = [:]
        if let revision = attributes["rev"] {
            locked["rev"] = .string(Array(revision.utf8))
            locked["shortRev"] = .string(Array(revision.prefix(7).utf8))
        }
        return try fetchTarball(attributes, url: url, locked: locked)
    }

    private func fetchPath(_ attributes: FetchAttributes) throws(HostError) -> HostFetched {
        let path = try attributes.require("path")
        guard path.hasPrefix("/") else {
            throw HostError("cannot fetch input 'path:\(path)' because it uses a relative path")
        }
        // As Nix writes it.
        guard Paths.existsWithoutFollowing(realPath(Array(path.utf8))) else {
            throw HostError("path '/\(path)' does not exist")
        }
        let (added, digest) = try compute(
            Array(path.utf8), name: Array("source".utf8), .nar, filter: nil, expected: attributes.hash())
        return HostFetched(
            storePath: added,
            attributes: [
                "narHash": .string(digest.sri.bytes),
                "lastModified": .integer(Self.newestChange(RealPath(realPath(Array(path.utf8))))),
            ])
    }

    /// When something in a tree was last changed, in seconds since 1970.
    private static func newestChange(_ path: RealPath) -> Int64 {
        var status = stat()
        guard lstat(path.description, &status) == 0 else { return 0 }
        var newest = Int64(status.st_mtim.tv_sec)
        guard status.st_mode & S_IFMT == S_IFDIR else { return newest }
        for name in (try? FolderListing.names(path)) ?? [] { newest = max(newest, newestChange(path.appending(name))) }
        return newest
    }

    // MARK: Git

    /// A commit of a repository, or the tracked files of a local work tree.
    private func fetchGit(_ attributes: FetchAttributes) throws(HostError) -> HostFetched {
        let url = try attributes.require("url")
        var request = GitCommand.Request(url: url, reference: attributes["ref"], revision: attributes["rev"])
        request.ignoresExports = attributes["exportIgnore"] == "1"
        request.fillsSubmodules = attributes["submodules"] == "1"
        request.wantsLargeFiles = attributes["lfs"] == "1"
        let expected = try attributes.hash()
        let name = attributes["name"] ?? "source"
        let submodules = ["submodules": HostFetch.Attribute.bool(request.fillsSubmodules)]
        try worded { () throws(GitError) in try request.check() }
        if let workTree = request.wantedWorkTree {
            let git = gitCommand(in: RealPath(workTree))
            let (commit, files) = try worded { () throws(GitError) in try git.workTree(workTree, request) }
            return try accept(
                files, name: name, attributes: Self.attributes(of: commit).merging(submodules) { $1 },
                workTree: workTree)
        }
        return try withWorkspace { (workspace) throws(HostError) -> HostFetched in
            let git = gitCommand(in: workspace.staging.path.appending("git"))
            let commit = try worded { () throws(GitError) in try git.checkOut(request, into: workspace.tree) }
            return try accept(
                workspace.tree, name: name, .nar, expected, url: url,
                attributes: Self.attributes(of: commit).merging(submodules) { $1 })
        }
    }

    /// Runs what git does, wording its errors as the host's.
    private func worded<Result>(_ body: () throws(GitError) -> Result) throws(HostError) -> Result {
        do throws(GitError) { return try body() } catch { throw HostError(error.message) }
    }

    /// Whether trees of Git can be looked at.
    var hasGit: Bool { GitCommand.program(in: services.environment) != nil }

    /// Warns of a work tree, however often it is looked at.
    func warnOnce(_ text: String) {
        if toldOfTrees.insert(text).inserted { eventReporter(.warning(text)) }
    }

    func gitCommand(in folder: RealPath) -> GitCommand {
        GitCommand(
            folder: folder, environment: services.environment,
            warn: { [self] in warnOnce($0) }, dirty: options.dirtyTrees,
            largeFiles: { [self] (url, commit, target) throws(GitError) in
                try fetchLargeFiles(url, commit, into: target)
            })
    }

    /// Fetches a commit with its files in LFS.
    private func fetchLargeFiles(_ url: String, _ commit: String, into target: RealPath) throws(GitError) {
        let partials = target.extended(by: "-partials")
        do throws(BuildFailure) {
            for folder in [target, partials] { try FileModes.makeFolders(folder) }
        } catch { throw GitError(message: error.message) }
        let observer = FetchProgressObserver(name: Paths.baseName(url), report: eventReporter)
        let services = services
        let request = ModelRequest(source: .gitLFS(ModelSource.GitLocation(url: url, revision: commit)))
        do throws(FetchError) {
            _ = try observer.run(cancellation) { () async throws(FetchError) in
                let fetcher = ModelFetcher(downloader: services.downloader, environment: services.environment)
                return try await fetcher.fetch(
                    request, into: target.description, partials: partials.description, observer: observer)
            }
        } catch {
            throw GitError(message: error.message)
        }
    }

    private static func attributes(of commit: GitCommand.Commit) -> [String: HostFetch.Attribute] {
        var attributes: [String: HostFetch.Attribute] = ["lastModified": .integer(commit.date)]
        if let revision = commit.revision {
            attributes["rev"] = .string(Array(revision.utf8))
            attributes["shortRev"] = .string(Array(revision.prefix(7).utf8))
            attributes["revCount"] = .integer(commit.count)
        }
        if let revision = commit.dirtyRevision {
            attributes["dirtyRev"] = .string(Array("\(revision)-dirty".utf8))
            attributes["dirtyShortRev"] = .string(Array("\(revision.prefix(7))-dirty".utf8))
        }
        return attributes
    }

    /// Takes a tree into the store under its content address.
    private func take(
        _ tree: RealPath, name: String, _ method: ContentAddressMethod, _ algorithm: HashAlgorithm
    ) throws(HostError) -> (PathInfo, NixHash) {
        try stored { () throws(StoreError) -> (PathInfo, NixHash) in
            let store = try access.store()
            let staged = try store.examine(tree, method: method, algorithm: algorithm)
            return (try store.addFixedOutput(staged, name: ByteString(name)), staged.address.hash)
        }
    }

    /// Takes a tree into the store and compares its hash.
    func accept(
        _ tree: RealPath, name: String, _ method: ContentAddressMethod, _ expected: NixHash?, url: String,
        attributes: [String: HostFetch.Attribute]
    ) throws(HostError) -> HostFetched {
        let algorithm = expected?.algorithm ?? .sha256
        let (info, got) = try take(tree, name: name, method, algorithm)
        if let expected, expected != got {
            throw Self.mismatch(url, specified: expected, got: got, buildExitCode: 102)
        }
        var attributes = attributes
        if method == .nar { attributes["narHash"] = .string(info.narHash.sri.bytes) }
        return HostFetched(storePath: info.path, attributes: attributes)
    }
}
