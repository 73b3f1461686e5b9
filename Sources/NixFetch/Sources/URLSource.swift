import Glibc
import NixFormats
import Synchronization

/// Files from plain URLs: one file per URL at the top of the tree, or unpacked archives.
struct URLSource: Sendable {
    private let entries: [ModelSource.URLEntry]
    private let extracts: Bool
    private let credentials: CredentialRequest
    private let environment: FetchEnvironment
    private let context: FetchContext

    init(
        entries: [ModelSource.URLEntry], extract: Bool, credentials: CredentialRequest, environment: FetchEnvironment,
        context: FetchContext
    ) {
        self.entries = entries
        extracts = extract
        self.credentials = credentials
        self.environment = environment
        self.context = context
    }

    /// A file with the addresses that were not asked yet.
    private struct Candidate: Sendable {
        let name: String
        var addresses: ArraySlice<URLReference>
        let expected: FileRequest.Expectation
    }

    /// Fetches all files under their names; with `extract`, unpacks them into one tree and removes them.
    ///
    /// A file that fails at one address is asked for at the next of its mirrors; what the others have got stays.
    func fetch(into workspace: Workspace) async throws(FetchError) -> FetchedModel {
        var candidates = try candidates()
        let explicit = try explicitAuthorizer()
        while true {
            let failed = Mutex<(label: String, reason: String)?>(nil)
            let jobs = jobs(for: candidates, explicit, workspace)
            let batch = FileBatch(context: context, workspace: workspace, jobs: jobs) { request, error in
                failed.withLock { $0 = $0 ?? (request.label, error.description) }
                return error.fetchError
            }
            do throws(FetchError) {
                return try await fetch(batch, jobs, workspace)
            } catch {
                let failure = failed.withLock { $0 }
                guard error.kind == .transfer || error.kind == .notFound || error.kind == .unauthorized,
                    let failure, let index = candidates.firstIndex(where: { $0.name == failure.label }),
                    candidates[index].addresses.count > 1
                else { throw error }
                candidates[index].addresses.removeFirst()
                let next = candidates[index].addresses.first?.redacted ?? ""
                context.observer.observe(.note("\(failure.reason); trying the mirror '\(next)'"))
            }
        }
    }

    private func fetch(
        _ batch: FileBatch, _ jobs: [FileJob], _ workspace: Workspace
    ) async throws(FetchError) -> FetchedModel {
        if extracts {
            _ = try await batch.run()
            return try unpack(jobs, workspace)
        }
        var tree = TreeNode.directory([:])
        for job in jobs { tree.insert(.download(key: job.request.key), at: job.name.utf8) }
        let (fetched, nar) = try await batch.run(hashing: TreePlan(named: []) { [tree] _ in tree })
        return FetchedModel(files: fetched.count, bytes: fetched.reduce(0) { $0 + $1.size }, nar: nar)
    }

    private func candidates() throws(FetchError) -> [Candidate] {
        var names: Set<[UInt8]> = []
        var candidates: [Candidate] = []
        for entry in entries {
            let url = try Downloader.parse(entry.url)
            let name = try fileName(entry, url)
            guard names.insert(Array(name.utf8)).inserted else {
                throw FetchError(
                    .badRequest, "two URLs have the file name '\(name.printable)'",
                    hint: "give one of them another name with 'filename'")
            }
            var addresses = [url]
            for mirror in entry.mirrors { addresses.append(try Downloader.parse(mirror)) }
            var expected = FileRequest.Expectation.unknown
            if let text = entry.sha256, !text.isEmpty {
                do {
                    expected = .required(try NixHash(parsing: ByteString(text), expected: .sha256))
                } catch {
                    throw FetchError(.badRequest, "sha256 of '\(url.redacted)' is malformed: \(error)")
                }
            }
            candidates.append(Candidate(name: name, addresses: addresses[...], expected: expected))
        }
        return candidates
    }

    private func jobs(
        for candidates: [Candidate], _ explicit: (any RequestAuthorizer)?, _ workspace: Workspace
    ) -> [FileJob] {
        let implicit = URLCredentials(environment: environment)
        let target = extracts ? workspace.partials.root : workspace.staging.root
        return candidates.compactMap { candidate in
            guard let url = candidate.addresses.first else { return nil }
            var request = FileRequest(url: url, label: candidate.name)
            request.authorizer = explicit ?? implicit.authorizer(for: url)
            request.expected = candidate.expected
            return FileJob(
                request: request, target: target, name: extracts ? "\(request.key).archive" : candidate.name)
        }
    }

    private func unpack(_ jobs: [FileJob], _ workspace: Workspace) throws(FetchError) -> FetchedModel {
        var files = 0
        var bytes: Int64 = 0
        for job in jobs {
            let path = "\(workspace.partials.path)/\(job.name)"
            defer { unlink(path) }
            let report = try Unpacker().unpack(path, into: workspace.staging, name: job.request.url.redacted)
            files += report.files
            bytes += report.bytes
        }
        return FetchedModel(files: files, bytes: bytes)
    }

    /// `filename`, else the URL's last segment.
    private func fileName(_ entry: ModelSource.URLEntry, _ url: URLReference) throws(FetchError) -> String {
        guard let name = entry.filename ?? url.lastPathSegment else {
            throw FetchError(.badRequest, "'\(url.redacted)' names no file", hint: "name it with 'filename'")
        }
        if let objection = NetworkNames.objection(toComponent: Array(name.utf8)) {
            throw FetchError(
                .badRequest, "file name '\(name.printable)' of '\(url.redacted)' is refused: \(objection)",
                hint: "name it with 'filename'")
        }
        return name
    }

    /// Credentials that the model's `auth` names, for every URL it lists; nil leaves the URL's own and netrc.
    private func explicitAuthorizer() throws(FetchError) -> (any RequestAuthorizer)? {
        if let authorizer = credentials.authorizer(environment) { return authorizer }
        guard credentials.required else { return nil }
        throw FetchError(.unauthorized, "the model requires credentials and there are none")
    }
}
