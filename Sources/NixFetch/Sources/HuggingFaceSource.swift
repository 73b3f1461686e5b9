import Glibc
import NixFormats

/// A repository of a Hugging Face hub: one request for the commit, one per thousand files for the tree, one per file.
///
/// There is no `HEAD` per file: size and digest come from the tree. `HF_HUB_OFFLINE` and `TRANSFORMERS_OFFLINE` are
/// ignored, because nixlite's own shell sets them for the programs it starts.
struct HuggingFaceSource: FileSource {
    private let repo: String
    private let revision: String
    private let kind: ModelSource.HubRepository.Kind
    private let selection: FileSelection
    private let token: HubToken?
    private let issued: IssuedToken?
    /// The model's own words about access.
    private let help: String?
    private let endpoint: URLReference
    /// The endpoint without a final `/`, to put paths behind.
    private let base: String
    private let context: FetchContext

    private static let defaultBase = "https://huggingface.co"

    /// A file of the tree.
    private struct Entry: Sendable {
        let path: String
        let size: Int64
        let expected: FileRequest.Expectation
        /// The content's name: equal for files of equal content.
        let content: String
        /// What Xet calls the content, where it has it.
        let xet: XetHash?

        /// Small files first, since the names of their blobs are known only when they are there; then the order of the
        /// blobs' names, which is that of the NAR.
        static func isFetchedBefore(_ left: Entry, _ right: Entry) -> Bool {
            switch (left.expected, right.expected) {
            case (.gitBlob, .required): true
            case (.required, .gitBlob): false
            default: left.content < right.content
            }
        }
    }

    init(
        repository: ModelSource.HubRepository, credentials: CredentialRequest, environment: FetchEnvironment,
        context: FetchContext
    ) throws(FetchError) {
        try HubNames.check(repository: repository.repo)
        try HubNames.check(revision: repository.revision)
        repo = repository.repo
        revision = repository.revision
        kind = repository.kind
        selection = FileSelection(repository.files)
        token = try HubToken.find(credentials, environment)
        issued = credentials.issued
        help = credentials.gatedModelHelp
        let text = environment.value("HF_ENDPOINT") ?? Self.defaultBase
        endpoint = try Downloader.parse(text.withoutFinalSlashes)
        base = endpoint.redactedOrigin + (endpoint.path == "/" ? "" : endpoint.path)
        self.context = context
    }

    /// A repository that is known otherwise, for what Xet calls its files.
    init(_ repository: XetRepository, commit: String, token: HubToken?, context: FetchContext) throws(FetchError) {
        repo = repository.name
        revision = commit
        kind = repository.kind
        selection = FileSelection(nil)
        self.token = token
        issued = nil
        help = nil
        endpoint = try Downloader.parse(repository.base)
        base = repository.base
        self.context = context
    }

    /// What Xet calls the large files of the commit.
    func xetContents() async throws(FetchError) -> XetContents {
        var names: [String: XetHash] = [:]
        for entry in try await listTree(revision) { names[entry.content] = entry.xet }
        return XetContents(service: try xetService(revision), names: names)
    }

    private var errors: HubErrors {
        HubErrors(repo: repo, kind: kind, revision: revision, endpoint: base, token: token, help: help)
    }

    private var authorizer: any RequestAuthorizer {
        if let issued { return issued }
        if let token { return StaticAuthorizer(bearer: token.value) }
        return AnonymousAuthorizer()
    }

    /// Fetches into the hub layout.
    func fetch(into workspace: Workspace) async throws(FetchError) -> FetchedModel {
        let commit = try await resolveRevision()
        context.observer.observe(.identified(commit))
        let all = try await listTree(commit)
        let entries = all.filter { selection.keeps($0.path) }
        try selection.checkKept(entries.map(\.path), of: all.map(\.path), in: "'\(repo)' at \(base)")
        for pattern in selection.unused(all.map(\.path)) {
            context.observer.observe(.note("pattern '\(pattern.printable)' matches no file of '\(repo)'"))
        }
        let blobs: Descriptor
        do { blobs = try workspace.staging.directory([Array("blobs".utf8)]) } catch { throw error.fetchError }
        // Files of equal content are fetched once.
        var contents: [String: Int] = [:]
        var jobs: [FileJob] = []
        let xet = context.usesXet ? try xetService(commit) : nil
        for entry in entries.sorted(by: Entry.isFetchedBefore) where contents[entry.content] == nil {
            contents[entry.content] = jobs.count
            jobs.append(try job(entry, commit: commit, blobs: blobs, xet))
        }
        let batch = FileBatch(context: context, workspace: workspace, jobs: jobs) { request, error in
            errors.translate(error, path: request.label)
        }
        let (fetched, nar) = try await batch.run(hashing: plan(entries, jobs, contents, commit))
        var layout = HubLayout(commit: commit, revision: revision)
        for entry in entries {
            guard let index = contents[entry.content] else { continue }
            _ = layout.add(path: entry.path, sha256: fetched[index].sha256)
        }
        try layout.write(into: workspace.staging)
        return FetchedModel(
            files: entries.count, bytes: fetched.reduce(0) { $0 + $1.size }, commit: commit,
            upstreamOmissions: layout.upstreamOmissions, nar: nar)
    }

    /// The tree by the digests of the small files; those of the large ones are known.
    private func plan(_ entries: [Entry], _ jobs: [FileJob], _ contents: [String: Int], _ commit: String) -> TreePlan {
        let keys = contents.mapValues { jobs[$0].key }
        let known = Dictionary(
            jobs.compactMap { job -> (String, NixHash)? in
                guard case .required(let hash) = job.request.expected else { return nil }
                return (job.key, hash)
            }, uniquingKeysWith: { first, _ in first })
        let layout = HubLayout(commit: commit, revision: revision)
        return TreePlan(named: jobs.map(\.key).filter { known[$0] == nil }) { digests in
            var layout = layout
            var blobs: [String: String] = [:]
            for entry in entries {
                guard let key = keys[entry.content], let digest = known[key] ?? digests[key] else { continue }
                _ = layout.add(path: entry.path, sha256: digest)
                blobs["\(digest.base16)"] = key
            }
            return layout.tree { .download(key: blobs[$0] ?? "") }
        }
    }

    private func xetService(_ commit: String) throws(FetchError) -> XetService {
        XetService(
            tokenURL: try Downloader.parse("\(base)/api/\(kind.rawValue)s/\(repo)/xet-read-token/\(commit)"),
            authorizer: authorizer, context: context)
    }

    private func job(
        _ entry: Entry, commit: String, blobs: Descriptor, _ xet: XetService?
    ) throws(FetchError) -> FileJob {
        let path = URLReference.percentEncoded(entry.path, keepingSlashes: true)
        let url = try Downloader.parse("\(base)/\(kind.pathPrefix)\(repo)/resolve/\(commit)/\(path)")
        var request = FileRequest(url: url, label: entry.path)
        request.authorizer = authorizer
        request.size = entry.size
        request.expected = entry.expected
        if let xet, let id = entry.xet { request.xet = XetFile(id: id, service: xet) }
        return FileJob(request: request, target: blobs, name: entry.path, isNamedByContent: true)
    }

    // MARK: revision → commit

    private func resolveRevision() async throws(FetchError) -> String {
        if HubNames.isCommit(revision) { return revision }
        let name = URLReference.percentEncoded(revision, keepingSlashes: false)
        let (answer, _) = try await ask(try Downloader.parse("\(base)/api/\(kind.rawValue)s/\(repo)/revision/\(name)"))
        guard let commit = answer["sha"]?.text, HubNames.isCommit(commit) else {
            throw FetchError(.verification, "the answer of \(base) about '\(repo)' has no commit: is it a hub?")
        }
        return commit
    }

    private func ask(_ url: URLReference) async throws(FetchError) -> (JSONValue, ResponseHead) {
        let head: ResponseHead
        let body: [UInt8]
        do {
            (head, body) = try await context.bytes(
                context.exchange(url, authorizer, headers: ["Accept: application/json"]), label: repo)
        } catch {
            throw errors.translate(error)
        }
        do {
            return (try JSONValue(parsing: body), head)
        } catch {
            throw FetchError(.verification, "the answer to '\(url.redacted)' is no JSON: \(error)")
        }
    }

    // MARK: commit → files

    private func listTree(_ commit: String) async throws(FetchError) -> [Entry] {
        var entries: [Entry] = []
        var seen: Set<[UInt8]> = []
        var asked: Set<String> = []
        var next: URLReference? = try Downloader.parse(
            "\(base)/api/\(kind.rawValue)s/\(repo)/tree/\(commit)?recursive=true")
        while let url = next {
            guard asked.insert(url.text).inserted, asked.count <= 10_000 else {
                throw FetchError(.verification, "the file list of '\(repo)' at \(base) does not end")
            }
            let (answer, head) = try await ask(url)
            guard let elements = answer.array else {
                throw FetchError(.verification, "the answer to '\(url.redacted)' is \(answer.kindName), not a list")
            }
            for element in elements where element["type"]?.text == "file" {
                let entry = try entry(element)
                guard seen.insert(Array(entry.path.utf8)).inserted else {
                    throw FetchError(.verification, "'\(repo)' at \(base) lists '\(entry.path.printable)' twice")
                }
                entries.append(entry)
            }
            next = try nextPage(head, after: url)
        }
        return entries
    }

    private func entry(_ element: JSONValue) throws(FetchError) -> Entry {
        guard let path = element["path"]?.text else {
            throw FetchError(.verification, "the file list of '\(repo)' at \(base) has an entry without path")
        }
        try NetworkNames.check(path: path, from: "'\(repo)' at \(base)")
        let large = element["lfs"]
        guard let size = (large ?? element)["size"]?.integer, size >= 0, let name = (large ?? element)["oid"]?.text,
            let digest = Base16.decode(name.utf8), digest.count == (large == nil ? 20 : 32)
        else {
            throw FetchError(
                .verification,
                "the file list of '\(repo)' at \(base) has no usable size and digest for '\(path.printable)'")
        }
        return Entry(
            path: path, size: size,
            expected: large == nil
                ? .gitBlob(NixHash(.sha1, digest), size: size) : .required(NixHash(.sha256, digest)),
            content: name, xet: large == nil || size == 0 ? nil : element["xetHash"]?.text.flatMap(XetHash.init))
    }

    /// The `Link: <url>; rel="next"` of a page; URLs at the default host are meant for the endpoint in use.
    private func nextPage(_ head: ResponseHead, after url: URLReference) throws(FetchError) -> URLReference? {
        guard let field = head["link"], let target = LinkHeader.target(field, relation: "next") else { return nil }
        var text = target
        if text.hasPrefix(Self.defaultBase + "/") { text = base + text.dropFirst(Self.defaultBase.count) }
        do {
            let next = try url.resolving(text)
            guard next.origin == endpoint.origin else {
                throw FetchError(
                    .verification, "the file list of '\(repo)' goes on at another host, '\(next.redacted)'")
            }
            return next
        } catch let error as FetchError {
            throw error
        } catch {
            throw FetchError(.verification, "the file list of '\(repo)' goes on at an unusable URL: \(error)")
        }
    }
}
