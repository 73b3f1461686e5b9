import Glibc
import NixFormats

/// Files from plain URLs: one file per URL at the top of the tree, or unpacked archives.
struct URLSource: FileSource {
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

    /// Fetches all files under their names; with `extract`, unpacks them into one tree and removes them.
    func fetch(into workspace: Workspace) async throws(FetchError) -> FetchedModel {
        let jobs = try jobs(workspace)
        return try await fetch(FileBatch(context: context, workspace: workspace, jobs: jobs), jobs, workspace)
    }

    private func fetch(
        _ batch: FileBatch, _ jobs: [FileJob], _ workspace: Workspace
    ) async throws(FetchError) -> FetchedModel {
        if extracts {
            _ = try await batch.run()
            return try unpack(jobs, workspace)
        }
        var tree = TreeNode.directory([:])
        for job in jobs { tree.insert(.download(key: job.key), at: job.name.utf8) }
        let (fetched, nar) = try await batch.run(hashing: TreePlan(named: []) { [tree] _ in tree })
        return FetchedModel(files: fetched.count, bytes: fetched.reduce(0) { $0 + $1.size }, nar: nar)
    }

    private func jobs(_ workspace: Workspace) throws(FetchError) -> [FileJob] {
        var names: Set<[UInt8]> = []
        var jobs: [FileJob] = []
        let explicit = try explicitAuthorizer()
        let implicit = URLCredentials(environment: environment)
        let target = extracts ? workspace.partials.root : workspace.staging.root
        for entry in entries {
            let url = try Downloader.parse(entry.url)
            let name = try fileName(entry, url)
            guard names.insert(Array(name.utf8)).inserted else {
                throw FetchError(
                    .badRequest, "two URLs have the file name '\(name.printable)'",
                    hint: "give one of them another name with 'filename'")
            }
            var request = FileRequest(url: url, label: name)
            request.authorizer = explicit ?? implicit.authorizer(for: url)
            for mirror in entry.mirrors { request.mirrors.append(try Downloader.parse(mirror)) }
            if let text = entry.sha256, !text.isEmpty {
                do {
                    request.expected = .required(try NixHash(parsing: ByteString(text), expected: .sha256))
                } catch {
                    throw FetchError(.badRequest, "sha256 of '\(url.redacted)' is malformed: \(error)")
                }
            }
            jobs.append(FileJob(request: request, target: target, name: extracts ? "\(request.key).archive" : name))
        }
        return jobs
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
