import NixFormats

/// The artifacts of a registered model's version: found in the registry, read from wherever they are kept.
struct MLflowSource: FileSource {
    private let model: ModelSource.MLflowModel
    private let credentials: CredentialRequest
    private let environment: FetchEnvironment
    private let server: MLflowServer
    private let selection: FileSelection

    init(
        model: ModelSource.MLflowModel, credentials: CredentialRequest, environment: FetchEnvironment,
        context: FetchContext
    ) throws(FetchError) {
        self.model = model
        self.credentials = credentials
        self.environment = environment
        server = try MLflowServer(
            trackingURI: model.trackingURI, credentials: credentials, environment: environment, context: context)
        selection = FileSelection(model.files)
    }

    /// A version as the registry describes it.
    private struct Version {
        let number: String
        let source: String?
        let runIdentifier: String?
        let modelIdentifier: String?
    }

    /// Fetches the artifacts as a tree.
    func fetch(into workspace: Workspace) async throws(FetchError) -> FetchedModel {
        let version = try await findVersion()
        server.context.observer.observe(.identified(version.number))
        if server.flavour == .unityCatalog { return try await fetchFromCatalog(version, workspace) }
        let place = try await findArtifacts(version)
        if case .bucket(let name, let prefix) = place {
            return try await fetchBucket(name, prefix, credentials, environment, workspace)
        }
        let artifacts = MLflowArtifacts(server: server, place: place)
        let all = try await artifacts.list()
        guard !all.isEmpty else {
            throw FetchError(.notFound, "version \(version.number) of '\(model.name.printable)' has no artifacts")
        }
        let files = all.filter { selection.keeps($0.path) }
        try selection.checkKept(files.map(\.path), of: all.map(\.path), in: "'\(model.name.printable)'")
        var tree = FileTree(owner: "the MLflow server \(server.base)", workspace: workspace)
        for file in files { try tree.add(try await artifacts.request(for: file), at: file.path) }
        return try await tree.fetch(server.context) { [server] request, error in
            // The address of a stored file is not the server's.
            request.url.origin == server.origin ? server.translate(error) : error.fetchError
        }
    }

    // MARK: name → version

    private func findVersion() async throws(FetchError) -> Version {
        switch model.version {
        case .number(let number):
            let answer = try await server.askRegistry(
                "model-versions/get", [("name", model.name), ("version", number)])
            return try version(answer["model_version"])
        case .alias(let alias):
            let answer = try await server.askRegistry(
                "registered-models/alias", [("name", model.name), ("alias", alias)])
            return try version(answer["model_version"])
        case .stage(let stage):
            let versions = try await latestVersions()
            let found = versions.first { $0["current_stage"]?.text?.lowercased() == stage.lowercased() }
            guard let found else {
                let stages = versions.compactMap { $0["current_stage"]?.text?.printable }.joined(separator: ", ")
                throw FetchError(
                    .notFound,
                    "model '\(model.name.printable)' at \(server.base) has no version in stage '\(stage.printable)'",
                    hint: stages.isEmpty ? nil : "there are versions in: \(stages)")
            }
            return try version(found)
        case .latest:
            let versions = try await latestVersions()
            let newest = versions.max { number($0) < number($1) }
            guard let newest else {
                throw FetchError(.notFound, "model '\(model.name.printable)' at \(server.base) has no versions")
            }
            return try version(newest)
        }
    }

    /// The newest version of each stage; in a catalog, which has no stages, all versions.
    private func latestVersions() async throws(FetchError) -> [JSONValue] {
        if server.flavour == .unityCatalog {
            let quoted = model.name.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
            let answer = try await server.askRegistry("model-versions/search", [("filter", "name='\(quoted)'")])
            return answer["model_versions"]?.array ?? []
        }
        let answer = try await server.askRegistry("registered-models/get", [("name", model.name)])
        return answer["registered_model"]?["latest_versions"]?.array ?? []
    }

    private func number(_ version: JSONValue) -> Int64 {
        version["version"].flatMap { $0.integer ?? $0.text.flatMap { Int64($0) } } ?? 0
    }

    private func version(_ description: JSONValue?) throws(FetchError) -> Version {
        func text(_ member: String) -> String? {
            description?[member]?.text.flatMap { $0.isEmpty ? nil : $0 }
        }
        guard let description, number(description) > 0 else {
            throw FetchError(
                .verification, "the answer of \(server.base) about '\(model.name.printable)' has no version")
        }
        let status = text("status") ?? "READY"
        guard status == "READY" else {
            let said = text("status_message").map { ": \($0.printable)" } ?? ""
            throw FetchError(
                .notFound,
                "version \(number(description)) of '\(model.name.printable)' at \(server.base) is not ready, but \(status.printable)\(said)"
            )
        }
        return Version(
            number: "\(number(description))", source: text("source"), runIdentifier: text("run_id"),
            modelIdentifier: text("model_id"))
    }

    // MARK: version → place of its artifacts

    private func findArtifacts(_ version: Version) async throws(FetchError) -> MLflowPlace {
        if server.flavour == .databricks { return .signed(name: model.name, version: version.number) }
        let answer = try await server.askRegistry(
            "model-versions/get-download-uri", [("name", model.name), ("version", version.number)])
        guard let uri = answer["artifact_uri"]?.text ?? version.source else {
            throw FetchError(
                .verification, "the answer of \(server.base) about '\(model.name.printable)' has no artifact URI")
        }
        let place = try await resolve(uri, depth: 0)
        guard case .unreachable(let location) = place else { return place }
        return try await throughServer(location, version)
    }

    /// Follows `runs:` and `models:` to where the bytes are.
    private func resolve(_ uri: String, depth: Int) async throws(FetchError) -> MLflowPlace {
        guard depth < 8 else {
            throw FetchError(.verification, "the artifact URI '\(uri.printable)' leads in a circle")
        }
        let scheme = uri.prefix { $0 != ":" }.lowercased()
        guard scheme == "runs" || scheme == "models" else { return try MLflowPlace(uri: uri, server: server.base) }
        let path = uri.dropFirst(scheme.count + 1).drop { $0 == "/" }
        let parts = path.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let rest = parts.count > 1 ? parts[1] : ""
        guard let first = parts.first, !first.isEmpty,
            rest.isEmpty || NetworkNames.objection(toPath: rest) == nil
        else { throw FetchError(.verification, "the artifact URI '\(uri.printable)' is malformed") }
        if scheme == "runs" {
            let root = try await runRoot(first)
            let place = try await resolve(root, depth: depth + 1)
            if case .unreachable = place { return .run(id: first, path: rest) }
            return place.appending(rest)
        }
        if first.hasPrefix("m-") {
            let root = try await modelRoot(first)
            let place = try await resolve(root, depth: depth + 1)
            if case .unreachable = place { return .loggedModel(id: first, path: rest) }
            return place.appending(rest)
        }
        let answer = try await server.askRegistry(
            "model-versions/get-download-uri", [("name", first), ("version", rest)])
        guard let next = answer["artifact_uri"]?.text else {
            throw FetchError(.verification, "the answer of \(server.base) about '\(uri.printable)' has no artifact URI")
        }
        return try await resolve(next, depth: depth + 1)
    }

    private func runRoot(_ identifier: String) async throws(FetchError) -> String {
        let answer = try await server.ask("/api/2.0/mlflow/runs/get", [("run_id", identifier)])
        guard let uri = answer["run"]?["info"]?["artifact_uri"]?.text else {
            throw FetchError(
                .verification, "the answer of \(server.base) about run '\(identifier.printable)' has no artifact URI")
        }
        return uri
    }

    private func modelRoot(_ identifier: String) async throws(FetchError) -> String {
        let name = URLReference.percentEncoded(identifier, keepingSlashes: false)
        let answer = try await server.ask("/api/2.0/mlflow/logged-models/\(name)", [])
        guard let uri = answer["model"]?["info"]?["artifact_uri"]?.text else {
            throw FetchError(
                .verification, "the answer of \(server.base) about model '\(identifier.printable)' has no artifact URI")
        }
        return uri
    }

    /// Storage that cannot be read from here is read through the server, where it belongs to a model or a run.
    private func throughServer(_ location: String, _ version: Version) async throws(FetchError) -> MLflowPlace {
        func path(below root: String) -> String? {
            let root = root.withoutFinalSlashes
            guard location.hasPrefix(root) else { return nil }
            let rest = location.dropFirst(root.count)
            guard rest.isEmpty || rest.hasPrefix("/") else { return nil }
            let path = String(rest.drop { $0 == "/" })
            return path.isEmpty || NetworkNames.objection(toPath: path) == nil ? path : nil
        }
        // The server names the logged model in the source alone.
        let logged = version.source.flatMap { source -> String? in
            guard source.hasPrefix("models:/m-") else { return nil }
            return String(source.dropFirst("models:/".count).prefix { $0 != "/" })
        }
        if let identifier = version.modelIdentifier ?? logged, let path = path(below: try await modelRoot(identifier)) {
            return .loggedModel(id: identifier, path: path)
        }
        if let identifier = version.runIdentifier, let path = path(below: try await runRoot(identifier)) {
            return .run(id: identifier, path: path)
        }
        throw FetchError(
            .unsupportedSource,
            "the artifacts of '\(model.name.printable)' are at '\(location.printable)', which cannot be read from here",
            hint: "let the server hand them out ('mlflow server --serve-artifacts'), or keep them in S3")
    }

    // MARK: buckets

    private func fetchBucket(
        _ name: String, _ prefix: String, _ credentials: CredentialRequest, _ environment: FetchEnvironment,
        _ workspace: Workspace, region: String? = nil
    ) async throws(FetchError) -> FetchedModel {
        let location = ModelSource.S3Location(
            bucket: name, prefix: prefix, region: region, endpoint: environment.value("MLFLOW_S3_ENDPOINT_URL"),
            files: model.files)
        // What `auth` says of user and token is for the tracking server.
        var own = CredentialRequest()
        own.awsProfile = credentials.awsProfile
        let source = try S3Source(
            location: location, credentials: own, environment: environment, context: server.context)
        return try await source.fetch(into: workspace)
    }

    /// A catalog gives credentials for the storage of one version, valid for about an hour.
    private func fetchFromCatalog(_ version: Version, _ workspace: Workspace) async throws(FetchError) -> FetchedModel {
        let members = [
            ("name", model.name), ("version", version.number), ("operation", "MODEL_VERSION_OPERATION_READ"),
        ]
        let answer = try await server.askRegistry(
            "model-versions/generate-temporary-credentials", sending: JSONValue.document(members))
        let uri = try await server.askRegistry(
            "model-versions/get-download-uri", [("name", model.name), ("version", version.number)])["artifact_uri"]
        let place = try MLflowPlace(uri: uri?.text ?? "", server: server.base)
        let keys = answer["credentials"]?["aws_temp_credentials"]
        guard case .bucket(let name, let prefix) = place, let access = keys?["access_key_id"]?.text,
            let secret = keys?["secret_access_key"]?.text
        else {
            throw FetchError(
                .unsupportedSource,
                "the catalog keeps '\(model.name.printable)' at '\(uri?.text?.printable ?? "")', and only S3 can be read"
            )
        }
        var temporary = environment
        temporary.variables["AWS_ACCESS_KEY_ID"] = access
        temporary.variables["AWS_SECRET_ACCESS_KEY"] = secret
        temporary.variables["AWS_SESSION_TOKEN"] = keys?["session_token"]?.text
        temporary.variables["AWS_PROFILE"] = nil
        return try await fetchBucket(
            name, prefix, CredentialRequest(), temporary, workspace,
            region: answer["credentials"]?["aws_temp_credentials"]?["region"]?.text)
    }
}
