import NixFormats

/// Where a model's artifacts are, in the ways there are to list and read them.
enum MLflowPlace: Sendable, Equatable {
    /// Behind an artifact proxy: its address (`…/mlflow-artifacts/artifacts`) and a path there.
    case proxy(base: String, path: String)
    /// Storage that only the server reaches, read through a run.
    case run(id: String, path: String)
    /// The same through a logged model (`models:/m-…`).
    case loggedModel(id: String, path: String)
    /// A Databricks workspace registry, which gives a signed URL for each file.
    case signed(name: String, version: String)
    /// A bucket that is read directly.
    case bucket(name: String, prefix: String)
    /// Storage that cannot be read directly: its URI.
    case unreachable(String)

    /// The place that a URI of artifacts names by itself.
    ///
    /// - Parameter server: the address of the tracking server, whose proxy a URI without a host means.
    init(uri: String, server: String) throws(FetchError) {
        let scheme = uri.prefix { $0 != ":" }.lowercased()
        let rest = uri.dropFirst(scheme.count + 1)
        switch scheme {
        case "mlflow-artifacts":
            let route = "/api/2.0/mlflow-artifacts/artifacts"
            guard rest.hasPrefix("//"), !rest.hasPrefix("///") else {
                self = .proxy(base: server + route, path: try Self.checked(rest, uri))
                return
            }
            let parts = rest.dropFirst(2).split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            let address = "\(server.prefix { $0 != ":" })://\(parts[0])"
            self = .proxy(base: address + route, path: try Self.checked(parts.count > 1 ? parts[1] : "", uri))
        case "http", "https":
            let marker = "/mlflow-artifacts/artifacts"
            guard let end = uri.firstRange(of: marker)?.upperBound else {
                self = .unreachable(uri)
                return
            }
            self = .proxy(base: String(uri[..<end]), path: try Self.checked(uri[end...], uri))
        case "s3":
            let parts = rest.drop { $0 == "/" }.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            guard let bucket = parts.first, !bucket.isEmpty else { throw Self.malformed(uri) }
            self = .bucket(name: String(bucket), prefix: try Self.checked(parts.count > 1 ? parts[1] : "", uri))
        default: self = .unreachable(uri)
        }
    }

    private static func malformed(_ uri: String) -> FetchError {
        FetchError(.verification, "the MLflow server names artifacts at '\(uri.printable)', which is malformed")
    }

    /// A path without slashes at its ends.
    private static func checked(_ path: Substring, _ uri: String) throws(FetchError) -> String {
        let path = path.drop { $0 == "/" }.withoutFinalSlashes
        guard path.isEmpty || NetworkNames.objection(toPath: path) == nil else { throw malformed(uri) }
        return path
    }

    /// The place of a path below this one.
    func appending(_ path: String) -> MLflowPlace {
        guard !path.isEmpty else { return self }
        func joined(_ base: String) -> String { base.isEmpty ? path : "\(base)/\(path)" }
        return switch self {
        case .proxy(let base, let own): .proxy(base: base, path: joined(own))
        case .run(let id, let own): .run(id: id, path: joined(own))
        case .loggedModel(let id, let own): .loggedModel(id: id, path: joined(own))
        case .bucket(let name, let own): .bucket(name: name, prefix: joined(own))
        case .unreachable(let uri): .unreachable("\(uri)/\(path)")
        case .signed: self
        }
    }
}

/// Lists and addresses artifacts that are read over HTTP.
struct MLflowArtifacts: Sendable {
    let server: MLflowServer
    let place: MLflowPlace

    /// An artifact by its path relative to the place.
    struct File: Sendable {
        let path: String
        let size: Int64?
    }

    /// All files below the place, sorted by path; one file when the place is a file itself.
    func list() async throws(FetchError) -> [File] {
        var files: [File] = []
        var folders = [""]
        var seen: Set<String> = [""]
        while let folder = folders.popLast() {
            for entry in try await entries(of: folder) {
                try NetworkNames.check(path: entry.path, from: "the MLflow server \(server.base)")
                guard entry.isFolder else {
                    files.append(File(path: entry.path, size: entry.size))
                    continue
                }
                guard seen.insert(entry.path).inserted, seen.count <= 100_000 else {
                    throw FetchError(.verification, "the list of artifacts at \(server.base) does not end")
                }
                folders.append(entry.path)
            }
        }
        return files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// An entry of a folder, by its path relative to the place.
    private struct Entry {
        let path: String
        let isFolder: Bool
        let size: Int64?
    }

    private func entries(of folder: String) async throws(FetchError) -> [Entry] {
        let full = place.appending(folder)
        var entries: [Entry] = []
        var token: String?
        var tokens: Set<String> = []
        repeat {
            let page = try await self.page(full, folder, token)
            for element in page["files"]?.array ?? [] {
                guard let listed = element["path"]?.text else {
                    throw FetchError(.verification, "the MLflow server \(server.base) lists an artifact without path")
                }
                let size = element["file_size"].flatMap { $0.integer ?? $0.text.flatMap { Int64($0) } }
                entries.append(
                    Entry(
                        path: try relative(listed, to: full, folder), isFolder: element["is_dir"]?.bool ?? false,
                        size: size.flatMap { $0 >= 0 ? $0 : nil }))
            }
            token = page["next_page_token"]?.text.flatMap { $0.isEmpty ? nil : $0 }
            if let token, !tokens.insert(token).inserted {
                throw FetchError(.verification, "the list of artifacts at \(server.base) does not end")
            }
        } while token != nil
        return entries
    }

    private func page(_ full: MLflowPlace, _ folder: String, _ token: String?) async throws(FetchError) -> JSONValue {
        let paging = token.map { [("page_token", $0)] } ?? []
        switch full {
        case .proxy(let base, let path):
            let query = path.isEmpty ? "" : "?path=" + URLReference.percentEncoded(path, keepingSlashes: false)
            return try await server.answer(exchange(try Downloader.parse(base + query)))
        case .run(let id, let path):
            let query = [("run_id", id)] + (path.isEmpty ? [] : [("path", path)]) + paging
            return try await server.ask("/api/2.0/mlflow/artifacts/list", query)
        case .loggedModel(let id, let path):
            let query = (path.isEmpty ? [] : [("artifact_directory_path", path)]) + paging
            let name = URLReference.percentEncoded(id, keepingSlashes: false)
            return try await server.ask("/api/2.0/mlflow/logged-models/\(name)/artifacts/directories", query)
        case .signed(let name, let version):
            let query = [("name", name), ("version", version)] + (folder.isEmpty ? [] : [("path", folder)]) + paging
            return try await server.askRegistry("model-versions/list-artifacts", query)
        case .bucket(let uri, _), .unreachable(let uri):
            throw FetchError(.unsupportedSource, "artifacts at '\(uri.printable)' cannot be listed over HTTP")
        }
    }

    /// Makes the path of an answer relative to the place: a proxy's are relative to the folder asked for, the others' to
    /// the root of the run, model or version.
    private func relative(_ listed: String, to full: MLflowPlace, _ folder: String) throws(FetchError) -> String {
        let base: String
        switch full {
        case .proxy: return folder.isEmpty ? listed : "\(folder)/\(listed)"
        case .run(_, let path), .loggedModel(_, let path): base = path
        default: base = folder
        }
        guard !base.isEmpty else { return listed }
        guard listed.hasPrefix(base + "/") else {
            throw FetchError(
                .verification,
                "the MLflow server \(server.base) lists '\(listed.printable)' below '\(base.printable)'")
        }
        let rest = String(listed.dropFirst(base.count + 1))
        return folder.isEmpty ? rest : "\(folder)/\(rest)"
    }

    /// A request to this server or to a proxy elsewhere, which gets no credentials.
    private func exchange(_ url: URLReference) -> Exchange {
        server.context.exchange(url, authorizer(for: url), headers: ["Accept: application/json"])
    }

    private func authorizer(for url: URLReference) -> any RequestAuthorizer {
        url.origin == server.origin ? server.authorizer : AnonymousAuthorizer()
    }

    /// How to download one file.
    func request(for file: File) async throws(FetchError) -> FileRequest {
        let full = place.appending(file.path)
        let url: URLReference
        var headers: [String] = []
        var isSigned = false
        switch full {
        case .proxy(let base, let path):
            url = try Downloader.parse("\(base)/\(URLReference.percentEncoded(path, keepingSlashes: true))")
        case .run(let id, let path):
            url = try server.url("/get-artifact", [("run_id", id), ("path", path)])
        case .loggedModel(let id, let path):
            let name = URLReference.percentEncoded(id, keepingSlashes: false)
            url = try server.url(
                "/ajax-api/2.0/mlflow/logged-models/\(name)/artifacts/files", [("artifact_file_path", path)])
        case .signed(let name, let version):
            (url, headers) = try await signedURL(name, version, file.path)
            isSigned = true
        case .bucket(let uri, _), .unreachable(let uri):
            throw FetchError(.unsupportedSource, "artifacts at '\(uri.printable)' cannot be read over HTTP")
        }
        var request = FileRequest(url: url, label: file.path)
        request.headers = headers
        request.authorizer = isSigned ? AnonymousAuthorizer() : authorizer(for: url)
        request.size = file.size
        // The bytes of the artifact, whatever encoding a proxy notes with it.
        request.decodesContent = false
        if isSigned, case .signed(let name, let version) = full {
            request.identity = "mlflow \(server.base) \(name) \(version) \(file.path) \(file.size ?? -1)"
        }
        return request
    }

    private func signedURL(
        _ name: String, _ version: String, _ path: String
    ) async throws(FetchError) -> (URLReference, [String]) {
        let answer = try await server.askRegistry(
            "model-versions/get-signed-download-uri", [("name", name), ("version", version), ("path", path)])
        guard let text = answer["signed_uri"]?.text else {
            throw FetchError(.verification, "the workspace \(server.base) gives no address for '\(path.printable)'")
        }
        let headers = (answer["headers"]?.array ?? []).compactMap { field -> String? in
            guard let name = field["name"]?.text, let value = field["value"]?.text,
                !(name + value).utf8.contains(where: { $0 < 0x20 || $0 == 0x7F })
            else { return nil }
            return "\(name): \(value)"
        }
        return (try Downloader.parse(text), headers)
    }
}
