import Glibc
import NixFormats

/// Downloads the large files of one commit into the staging directory.
struct LFSDownload: Sendable {
    let context: FetchContext
    let workspace: Workspace
    let git: GitProgram
    /// The repository's address as git understands it.
    let remote: GitRemote
    let login: GitLogin?
    let repository: GitRepository
    /// What of it is to be had in chunks.
    var xet: XetContents?

    /// A file to make.
    struct File: Sendable {
        let path: String
        let pointer: LFSPointer
        let isExecutable: Bool
    }

    /// Downloads all and returns their bytes, and the NAR of the whole tree where it could be hashed meanwhile.
    ///
    /// - Parameters:
    ///   - all: the commit's entries, for its `.lfsconfig`.
    ///   - tree: what is in the staging directory already.
    func run(
        _ files: [File], all: [GitEntry], tree: TreeNode
    ) async throws(FetchError) -> (bytes: Int64, nar: NARSummary?) {
        var targets: [(directory: Descriptor, name: String)] = []
        for file in files {
            let (directories, name) = DirectoryTree.split(file.path.utf8)
            do {
                targets.append((try workspace.staging.directory(directories), String(decoding: name, as: UTF8.self)))
            } catch {
                throw error.fetchError
            }
        }
        // Contents that several files share are downloaded once, in the tree's order.
        var firsts: [String: Int] = [:]
        var objects: [LFSObject] = []
        for index in files.indices.sorted(by: { files[$0].path.utf8.lexicographicallyPrecedes(files[$1].path.utf8) }) {
            let name = files[index].pointer.identifier
            guard firsts[name] == nil else { continue }
            firsts[name] = index
            objects.append(LFSObject(pointer: files[index].pointer, path: files[index].path))
        }
        guard !objects.isEmpty else {
            let nar = try await FileBatch(context: context, workspace: workspace, jobs: [])
                .run(hashing: TreePlan(named: []) { _ in tree }).nar
            return (0, nar)
        }
        let nar = try await download(objects, files, all, tree) { object in
            let target = targets[firsts[object.pointer.identifier] ?? 0]
            return (target.directory, target.name)
        }
        var bytes: Int64 = 0
        for (index, file) in files.enumerated() {
            bytes += file.pointer.size
            let (directory, name) = targets[index]
            let first = firsts[file.pointer.identifier] ?? index
            do throws(FileAccess.Failure) {
                if first != index { try copy(targets[first], to: targets[index]) }
                guard file.isExecutable else { continue }
                try FileAccess.call("set the mode of", file.path) { fchmodat(directory.number, name, 0o555, 0) }
            } catch {
                throw error.fetchError
            }
        }
        return (bytes, nar)
    }

    /// Downloads objects; when the permission of an address ends on the way, another is asked for.
    private func download(
        _ objects: [LFSObject], _ files: [File], _ all: [GitEntry], _ tree: TreeNode,
        target: (LFSObject) -> (Descriptor, String)
    ) async throws(FetchError) -> NARSummary? {
        let requests = try await requests(for: objects, all)
        var jobs: [FileJob] = []
        var tree = tree
        var keys: [String: String] = [:]
        for (object, request) in zip(objects, requests) {
            let (directory, name) = target(object)
            let job = FileJob(request: request, target: directory, name: name)
            keys[object.pointer.identifier] = job.key
            jobs.append(job)
        }
        for file in files {
            guard let key = keys[file.pointer.identifier] else { continue }
            tree.insert(.download(key: key, isExecutable: file.isExecutable), at: file.path.utf8)
        }
        let batch = FileBatch(context: context, workspace: workspace, jobs: jobs) { request, error in
            Self.translate(request, error)
        }
        return try await batch.run(hashing: TreePlan(named: []) { [tree] _ in tree }).nar
    }

    private func requests(for objects: [LFSObject], _ all: [GitEntry]) async throws(FetchError) -> [FileRequest] {
        var requests: [FileRequest] = []
        let discovery = LFSDiscovery(git: git, remote: remote, login: login)
        switch try await discovery.place(repository, all) {
        case .folder(let folder):
            for object in objects {
                let name = object.pointer.identifier
                let file = "\(folder)/\(name.prefix(2))/\(name.dropFirst(2).prefix(2))/\(name)"
                guard access(file, R_OK) == 0 else {
                    throw FetchError(
                        .notFound, "'\(remote.redacted)' has no content for '\(object.path.printable)' (\(name))",
                        hint: "run 'git lfs fetch --all' in that repository")
                }
                let url = try Downloader.parse("file://\(URLReference.percentEncoded(file, keepingSlashes: true))")
                requests.append(request(object, url))
            }
        case .server(let server):
            let permissions = LFSPermissions {
                [repository, remote, context, git] (renewed) async throws(FetchError) -> [String: LFSAction] in
                var server = server
                if renewed {
                    context.observer.observe(
                        .note("'\(remote.redacted)': the permission to download has ended, asking for another"))
                    // What ssh told may have ended too.
                    guard case .server(let other) = try await discovery.place(repository, all) else { return [:] }
                    server = other
                }
                var batch = LFSBatch(
                    server, reference: repository.reference, helpers: GitCredentialHelpers(git: git),
                    credentials: URLCredentials(environment: git.environment), context: context)
                return try await batch.actions(for: objects)
            }
            let actions = try await permissions.first()
            for object in objects {
                guard let action = actions[object.pointer.identifier] else { continue }
                var request = request(object, action.url)
                request.authorizer = action.authorizer
                request.decodesContent = false
                request.xet = xet?[object.pointer.identifier]
                request.renewal = { await permissions.renewed(object.pointer.identifier, after: $0.round) }
                requests.append(request)
            }
        }
        return requests
    }

    private func request(_ object: LFSObject, _ url: URLReference) -> FileRequest {
        var request = FileRequest(url: url, label: object.path)
        request.expected = .required(object.pointer.hash)
        request.size = object.pointer.size
        return request
    }

    private static func translate(_ request: FileRequest, _ error: TransferError) -> FetchError {
        guard case .status(let status) = error.code else { return error.fetchError }
        let subject = "'\(request.label.printable)' from the LFS storage '\(request.url.redacted)'"
        switch status {
        case 401, 403:
            return FetchError(
                .unauthorized, "no access to \(subject) (status \(status))",
                hint: "the LFS server gave this address: its owner has to allow the download")
        case 404, 410: return FetchError(.notFound, "\(subject) does not exist (status \(status))")
        default: return error.fetchError
        }
    }

    /// Copies a file within the staging directory, where possible without its bytes.
    private func copy(
        _ source: (directory: Descriptor, name: String), to target: (directory: Descriptor, name: String)
    ) throws(FileAccess.Failure) {
        let input = Descriptor(
            try FileAccess.call("open", source.name) {
                openat(source.directory.number, source.name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
            })
        let output = Descriptor(
            try FileAccess.call("create", target.name) {
                openat(
                    target.directory.number, target.name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
            })
        let size = try FileAccess.status(input).st_size
        var offset: off_t = 0
        while offset < size {
            let count = try FileAccess.call("copy", target.name) {
                sendfile(output.number, input.number, &offset, min(Int(size - offset), 1 << 30))
            }
            guard count > 0 else { throw FileAccess.Failure(number: EIO, action: "copy", path: target.name) }
        }
        try FileAccess.call("set the mode of", target.name) { fchmod(output.number, 0o444) }
    }
}

/// Where the contents of one download are; asked for again, all at once, when one of the addresses has ended.
private actor LFSPermissions {
    private let ask: @Sendable (_ renewed: Bool) async throws(FetchError) -> [String: LFSAction]
    private var actions: [String: LFSAction] = [:]
    /// How often they were renewed.
    private var round = 0
    private var renewal: Task<Void, Never>?

    init(
        ask: @escaping @Sendable (_ renewed: Bool) async throws(FetchError) -> [String: LFSAction]
    ) {
        self.ask = ask
    }

    /// The first actions, by identifier.
    func first() async throws(FetchError) -> [String: LFSAction] {
        actions = try await ask(false)
        return actions
    }

    /// The address of a content after one of an earlier round was refused; nil when the server gives none.
    func renewed(_ identifier: String, after refused: Int) async -> FileAddress? {
        if round == refused {
            let running = renewal ?? Task { await renew() }
            renewal = running
            await running.valueOrCancel()
        }
        guard round > refused, let action = actions[identifier] else { return nil }
        return FileAddress(url: action.url, authorizer: action.authorizer, round: round)
    }

    private func renew() async {
        if let next = try? await ask(true) {
            actions = next
            round += 1
        }
        renewal = nil
    }
}
