import Glibc
import NixFormats

/// One commit of a Git repository as a checkout has it, with its large files from LFS.
///
/// Git itself fetches the commit and writes the ordinary files; the large ones are downloaded here, several at once.
struct GitLFSSource: FileSource {
    private let location: ModelSource.GitLocation
    private let remote: GitRemote
    private let login: GitLogin?
    private let selection: FileSelection
    /// The components of `subdir`.
    private let folder: [[UInt8]]
    private let git: GitProgram
    private let context: FetchContext

    init(
        location: ModelSource.GitLocation, credentials: CredentialRequest, environment: FetchEnvironment,
        context: FetchContext
    ) throws(FetchError) {
        self.location = location
        remote = try GitRemote(location.url)
        try GitRevision.check(location.revision)
        selection = FileSelection(location.files)
        folder = Array((location.folder ?? "").utf8).split(separator: UInt8(ascii: "/")).map(Array.init)
            .filter { !$0.elementsEqual(".".utf8) }
        for component in folder {
            if let objection = NetworkNames.objection(toComponent: component) {
                throw FetchError(.badRequest, "'subdir' is refused: \(objection)")
            }
        }
        var git = GitProgram(environment: environment, context: context)
        var login: GitLogin?
        if case .web(let url) = remote.kind {
            login = try GitLogin.find(
                credentials, url: url, tokenVariables: location.isXet ? ["XET_TOKEN"] : [],
                tokenFiles: location.isXet ? ["~/.xet/credentials"] : [], environment)
            // The usual file git reads itself.
            if login == nil, let path = environment.value("NETRC") {
                let entry = NetrcFile(contentsOf: environment.expand(path)).entry(host: url.host)
                login = entry.map { GitLogin(user: $0.login, password: $0.password) }
            }
            if let login {
                let (settings, variables) = login.settings(for: url.redactedOrigin)
                git.settings = settings
                git.variables = variables
            }
            let proxies = context.transfer.proxies
            // One of the environment git finds itself, after that of its own configuration.
            if let proxy = proxies.proxy(scheme: url.scheme),
                proxy != ProxySettings(environment).proxy(scheme: url.scheme)
            {
                git.settings.append(("http.proxy", proxy))
            }
            if let hosts = proxies.noProxy { git.variables["no_proxy"] = hosts }
        }
        self.login = login
        self.git = git
        self.context = context
    }

    /// A large file: where it is in the repository and what it is.
    private struct LargeFile: Sendable {
        let entry: GitEntry
        let pointer: LFSPointer
        /// In the output.
        let path: String
    }

    /// Fetches the commit and its large files.
    func fetch(into workspace: Workspace) async throws(FetchError) -> FetchedModel {
        let repository = try await GitRepository.fetch(location.revision, of: remote, with: git, in: workspace)
        let all = try await repository.entries()
        let entries = all.filter { isChosen($0.path) }
        guard !entries.isEmpty else {
            throw FetchError(
                .notFound,
                "'\(remote.redacted)' has nothing below '\((location.folder ?? "").printable)' at \(repository.commit)")
        }
        let large = try await largeFiles(entries, of: repository)
        let kept = large.filter { selection.keeps($0.path) }
        try selection.checkKept(kept.map(\.path), of: large.map(\.path), in: "the large files of '\(remote.redacted)'")
        for pattern in selection.unused(large.map(\.path)) {
            context.observer.observe(
                .note("pattern '\(pattern.printable)' matches no large file of '\(remote.redacted)'"))
        }
        if let file = kept.first(where: { !$0.pointer.extensions.isEmpty }) {
            let names = file.pointer.extensions.map { "'\($0.printable)'" }.joined(separator: ", ")
            throw FetchError(
                .unsupportedSource,
                "'\(file.path.printable)' of '\(remote.redacted)' was changed by the Git LFS extension \(names) before it was stored, which cannot be undone here",
                hint: "leave it out with 'lfsFiles', or store it again without extensions")
        }
        let omitted = Set(large.map(\.entry.path))
        let ordinary = entries.filter { !omitted.contains($0.path) }
        try place(ordinary, from: try await repository.checkOut(ordinary), in: workspace.staging)
        let download = LFSDownload(
            context: context, workspace: workspace, git: git, remote: try await effectiveRemote(), login: login,
            repository: repository, xet: kept.isEmpty ? nil : await xetContents(repository.commit))
        let files = kept.map { file in
            LFSDownload.File(
                path: file.path, pointer: file.pointer, isExecutable: file.entry.kind == .file(isExecutable: true))
        }
        let tree = try tree(ordinary, workspace.staging)
        let (fetched, nar) = try await download.run(files, all: all, tree: tree)
        repository.remove()
        let bytes = fetched + ordinary.reduce(0) { $0 + $1.size }
        return FetchedModel(
            files: kept.count + ordinary.count { $0.kind != .submodule }, bytes: bytes, commit: repository.commit,
            nar: nar)
    }

    /// What Xet calls the large files, when they shall come by its protocol and the repository is of a hub.
    private func xetContents(_ commit: String) async -> XetContents? {
        guard location.isXet, context.usesXet else { return nil }
        do throws(FetchError) {
            guard case .web(let url) = remote.kind,
                let repository = XetRepository(url, endpoint: location.endpoint)
            else { throw FetchError(.badRequest, "'\(remote.redacted)' is no repository of a hub") }
            // The login is of the repository's server, and of no other.
            let isSame = try Downloader.parse(repository.base).origin == url.origin
            let token = isSame ? login.map { HubToken(value: $0.password, origin: "the repository's login") } : nil
            let hub = try HuggingFaceSource(repository, commit: commit, token: token, context: context)
            return try await hub.xetContents()
        } catch {
            context.observer.observe(.note("\(error.message); going on without Xet"))
            return nil
        }
    }

    /// The repository's address after the user's `url.<base>.insteadOf`.
    private func effectiveRemote() async throws(FetchError) -> GitRemote {
        let output = try await git.asUser(["ls-remote", "--get-url", remote.text])
        let text = output.text.trimmingBlanks()
        guard output.status == 0, text != remote.text, let other = try? GitRemote(text) else { return remote }
        return other
    }

    private func isChosen(_ path: [UInt8]) -> Bool {
        let components = path.split(separator: UInt8(ascii: "/"))
        return components.count > folder.count && zip(folder, components).allSatisfy { $0.elementsEqual($1) }
    }

    /// A repository's path in the output.
    private func relative(_ path: [UInt8]) -> [UInt8] {
        Array(path.dropFirst(folder.reduce(0) { $0 + $1.count + 1 }))
    }

    /// The files that are pointers and that `.gitattributes` says are large.
    private func largeFiles(
        _ entries: [GitEntry], of repository: GitRepository
    ) async throws(FetchError) -> [LargeFile] {
        let files = entries.filter { if case .file = $0.kind { true } else { false } }
        let filtered = try await repository.filteredPaths(files)
        // An empty file stands for itself.
        let marked = files.filter { filtered.contains($0.path) && $0.size > 0 }
        let candidates = marked.filter { $0.size < LFSPointer.longest }
        var pointers: [[UInt8]: LFSPointer] = [:]
        for (entry, content) in zip(candidates, try await repository.contents(candidates)) {
            pointers[entry.path] = LFSPointer(parsing: content)
        }
        var large: [LargeFile] = []
        for entry in marked {
            let text = String(validating: relative(entry.path), as: UTF8.self)
            let shown = String(decoding: entry.path, as: UTF8.self).printable
            guard let pointer = pointers[entry.path] else {
                context.observer.observe(
                    .note(
                        "'\(shown)' of '\(remote.redacted)' should be in LFS and is in Git itself: it is kept as it is")
                )
                continue
            }
            guard let path = text else {
                throw FetchError(
                    .verification, "'\(remote.redacted)' has a large file '\(shown)' whose name is not UTF-8")
            }
            large.append(LargeFile(entry: entry, pointer: pointer, path: path))
        }
        return large
    }

    /// Moves what was checked out to the top of the output.
    private func place(
        _ entries: [GitEntry], from checkout: DirectoryTree, in staging: DirectoryTree
    ) throws(FetchError) {
        do throws(FileAccess.Failure) {
            for entry in entries {
                let (directories, name) = DirectoryTree.split(relative(entry.path))
                if entry.kind == .submodule {
                    _ = try staging.directory(directories + [name])
                    continue
                }
                let source = entry.path.map { CChar(bitPattern: $0) } + [0]
                let target = try staging.directory(directories)
                let shown = String(decoding: entry.path, as: UTF8.self)
                if case .file(let isExecutable) = entry.kind {
                    try FileAccess.call("set the mode of", shown) {
                        fchmodat(checkout.root.number, source, isExecutable ? 0o555 : 0o444, 0)
                    }
                }
                let destination = name.map { CChar(bitPattern: $0) } + [0]
                try FileAccess.call("move", shown) {
                    renameat(checkout.root.number, source, target.number, destination)
                }
            }
        } catch {
            throw error.fetchError
        }
    }

    /// The tree of the ordinary files, for its NAR.
    private func tree(_ entries: [GitEntry], _ staging: DirectoryTree) throws(FetchError) -> TreeNode {
        var tree = TreeNode.directory([:])
        for entry in entries {
            let path = relative(entry.path)
            let place = "\(staging.path)/\(String(decoding: path, as: UTF8.self))"
            switch entry.kind {
            case .submodule: tree.insert(.directory([:]), at: path)
            case .file(let isExecutable): tree.insert(.file(path: place, isExecutable: isExecutable), at: path)
            case .link:
                var target = [UInt8](repeating: 0, count: 4097)
                let name = path.map { CChar(bitPattern: $0) } + [0]
                let count = target.withUnsafeMutableBytes { bytes in
                    readlinkat(
                        staging.root.number, name, bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
                }
                guard count >= 0 else {
                    throw FileAccess.Failure(number: errno, action: "read link", path: place).fetchError
                }
                tree.insert(.link(target: ByteString(target[..<count])), at: path)
            }
        }
        return tree
    }
}
