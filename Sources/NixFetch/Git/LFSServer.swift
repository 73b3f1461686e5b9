import NixFormats

/// Where the large files of a repository are: a server with the batch API, or a repository on this machine.
enum LFSPlace: Sendable {
    case server(LFSServer)
    /// The folder of another repository that holds `objects`.
    case folder(String)
}

/// A server with the batch API and who we are to it.
struct LFSServer: Sendable {
    /// Without a final slash; user information counts as a login.
    var endpoint: URLReference
    /// Sent with every request.
    var authorizer: any RequestAuthorizer = AnonymousAuthorizer()
    /// Nothing else than `authorizer` may be tried: it came from the model's `auth` or from ssh.
    var isFixed = false
}

/// Finds the place of a repository's large files.
///
/// https://github.com/git-lfs/git-lfs/blob/main/docs/api/server-discovery.md
struct LFSDiscovery: Sendable {
    let git: GitProgram
    let remote: GitRemote
    /// What `auth` and the URL give for the repository's own server.
    let login: GitLogin?

    /// `lfs.url` of the user's configuration, of the commit's `.lfsconfig`, or what belongs to the repository's URL.
    func place(_ repository: GitRepository, _ entries: [GitEntry]) async throws(FetchError) -> LFSPlace {
        // A URL of the user's settings may hold a login; one of the repository's may not.
        if let own = try await git.configured("lfs.url") { return try await place(own, isTrusted: true) }
        if let theirs = try await repository.lfsSetting("lfs.url", in: entries) {
            return try await place(theirs, isTrusted: false)
        }
        switch remote.kind {
        case .folder(let path): return .folder(try await largeFolder(path))
        case .secureShell(let address): return try await place(over: address)
        case .web, .daemon: return try await place(remote.lfsEndpoint ?? "", isTrusted: true)
        }
    }

    private func place(_ text: String, isTrusted: Bool) async throws(FetchError) -> LFSPlace {
        let address = try GitRemote(text.withoutFinalSlashes)
        switch address.kind {
        case .web(let url):
            var server = LFSServer(endpoint: url)
            if case .web(let origin) = remote.kind, origin.origin == url.origin, let login {
                server.authorizer = login.authorizer
                server.isFixed = true
            } else if isTrusted, let own = url.userInformation, !own.password.isEmpty {
                server.authorizer = StaticAuthorizer(user: own.user, password: own.password)
                server.isFixed = true
            }
            return .server(server)
        case .secureShell(let address):
            guard isTrusted else { break }
            return try await place(over: address)
        case .folder(let path):
            guard isTrusted || remote.isFolder else { break }
            return .folder(try await largeFolder(path))
        case .daemon: break
        }
        throw FetchError(
            .badRequest, "the LFS server '\(address.redacted)' of '\(remote.redacted)' is of a kind that is not used",
            hint: "set 'lfs.url' in your Git configuration")
    }

    /// A repository's folder for large files.
    private func largeFolder(_ path: String) async throws(FetchError) -> String {
        let output = try await git.asUser(["-C", path, "rev-parse", "--absolute-git-dir"])
        let folder = output.text.trimmingBlanks()
        guard output.status == 0, folder.hasPrefix("/") else {
            throw FetchError(.notFound, "'\(path.printable)' is no Git repository: \(GitWords.reason(output.errors))")
        }
        return "\(folder)/lfs/objects"
    }

    /// Asks an ssh server where its LFS server is and how to log in there.
    private func place(over address: GitRemote.SecureShellAddress) async throws(FetchError) -> LFSPlace {
        let answer = try await secureShell(address)
        let value: JSONValue
        do {
            value = try JSONValue(parsing: answer)
        } catch {
            throw FetchError(
                .verification, "'\(address.host)': the answer of git-lfs-authenticate is no JSON: \(error)")
        }
        let text = value["href"]?.text ?? remote.lfsEndpoint ?? ""
        guard case .web(let url) = try GitRemote(text).kind else {
            throw FetchError(.verification, "'\(address.host)' names the LFS server '\(GitWords.redacted(text))'")
        }
        let fields = FieldsAuthorizer(value["header"])
        return .server(LFSServer(endpoint: url, authorizer: fields, isFixed: fields.hasCredentials))
    }

    private func secureShell(_ address: GitRemote.SecureShellAddress) async throws(FetchError) -> [UInt8] {
        let environment = git.environment
        var command: [String]
        let configured = try await git.configured("core.sshCommand")
        if let text = environment.value("GIT_SSH_COMMAND") ?? configured {
            command = ["sh", "-c", "\(text) \"$@\"", text]
        } else {
            command = [environment.value("GIT_SSH") ?? "ssh"]
        }
        if let port = address.port { command += ["-p", port] }
        let isPlain = address.path.utf8.allSatisfy { byte in
            byte.isAlphanumeric || "/._-~+@".utf8.contains(byte)
        }
        let path =
            isPlain
            ? address.path
            : "'\(address.path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'"
        command += [address.destination, "git-lfs-authenticate \(path) download"]
        let output = try await HelperProgram(command: command, environment: environment.variables, limit: 1 << 20)
            .run(as: "ssh")
        guard output.status == 0 else {
            throw FetchError(
                .unauthorized,
                "'\(address.host)' does not tell where its large files are (git-lfs-authenticate): \(GitWords.reason(output.errors))",
                hint: "'lfs.url' in your Git configuration names the LFS server")
        }
        return output.bytes
    }
}

extension GitRemote {
    /// Whether the repository is a folder of this machine.
    var isFolder: Bool {
        if case .folder = kind { return true }
        return false
    }
}
