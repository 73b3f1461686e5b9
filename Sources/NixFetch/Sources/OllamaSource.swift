import NixFormats

/// A model of an Ollama registry, laid out as the folder that `OLLAMA_MODELS` names.
///
/// `manifests/<host>/<namespace>/<model>/<tag>` is the manifest as it was served, whose digest is the model's identity;
/// `blobs/sha256-<hexadecimal>` are the configuration and the layers it names.
struct OllamaSource: FileSource {
    private let name: OllamaName
    private let base: String
    private let credentials: CredentialRequest
    private let environment: FetchEnvironment
    private let context: FetchContext

    private static let accept = "Accept: application/vnd.docker.distribution.manifest.v2+json"
    private static let largestManifest = 16 << 20

    init(
        model: ModelSource.OllamaModel, credentials: CredentialRequest, environment: FetchEnvironment,
        context: FetchContext
    ) throws(FetchError) {
        name = try OllamaName(model)
        base = "\(name.scheme)://\(name.host)/v2/\(name.namespace)/\(name.model)"
        self.credentials = credentials
        self.environment = environment
        self.context = context
    }

    /// A part of the model: its SHA-256 digest and size.
    private struct Blob: Hashable {
        let digest: NixHash
        let size: Int64
        var fileName: String { "sha256-\(digest.base16)" }
    }

    /// Fetches manifest and blobs.
    func fetch(into workspace: Workspace) async throws(FetchError) -> FetchedModel {
        let (manifest, authorizer) = try await readManifest()
        let digest = Digester.sha256(manifest)
        if let wanted = name.digest, wanted != digest {
            throw FetchError(
                .verification,
                """
                the manifest of '\(name.shown)' does not have the digest that the name asks for
                expected: \(wanted.sri)
                received: \(digest.sri)
                """)
        }
        context.observer.observe(.identified("sha256:\(digest.base16)"))
        var tree = FileTree(owner: "the manifest of '\(name.shown)'", workspace: workspace)
        try tree.add(manifest, at: "manifests/\(name.path)")
        for blob in try blobs(of: manifest) {
            let url = try Downloader.parse("\(base)/blobs/sha256:\(blob.digest.base16)")
            var request = FileRequest(url: url, label: blob.fileName)
            request.authorizer = authorizer
            request.size = blob.size
            request.expected = .required(blob.digest)
            request.decodesContent = false
            try tree.add(request, at: "blobs/\(blob.fileName)")
        }
        return try await tree.fetch(context) { request, error in translate(error, about: request.label) }
    }

    /// The manifest's bytes, and who may ask for the blobs.
    private func readManifest() async throws(FetchError) -> (bytes: [UInt8], authorizer: any RequestAuthorizer) {
        let reference = name.digest.map { "sha256:\($0.base16)" } ?? name.tag
        let url = try Downloader.parse("\(base)/manifests/\(reference)")
        var authorizer: any RequestAuthorizer =
            credentials.authorizer(environment) ?? URLCredentials(environment: environment).authorizer(for: url)
        if credentials.required, !authorizer.hasCredentials {
            throw FetchError(.unauthorized, "the model requires credentials and there are none")
        }
        var canAskForToken = true
        while true {
            do {
                let exchange = context.exchange(url, authorizer, headers: [Self.accept])
                let answer = try await context.bytes(exchange, label: name.shown, limit: Self.largestManifest)
                return (answer.body, authorizer)
            } catch {
                guard canAskForToken, error.code == .status(401),
                    let challenge = error.head?["www-authenticate"].flatMap(BearerChallenge.init)
                else { throw translate(error, about: nil) }
                canAskForToken = false
                authorizer = StaticAuthorizer(bearer: try await token(challenge, authorizer, url))
            }
        }
    }

    /// A token from the registry's token service, which has to be on the registry's own host.
    private func token(
        _ challenge: BearerChallenge, _ authorizer: any RequestAuthorizer, _ registry: URLReference
    ) async throws(FetchError) -> String {
        let realm = try Downloader.parse(challenge.realm)
        guard realm.host == registry.host, realm.scheme == registry.scheme else {
            throw FetchError(
                .unauthorized, "registry \(name.host) wants a token from another host, '\(realm.redacted)'")
        }
        var parameters = challenge.parameters
        // Who has no other login shows Ollama's own key.
        let key = authorizer.hasCredentials ? nil : try OllamaKey(environment)
        if key != nil { parameters += [("ts", "\(HTTPDate.now())"), ("nonce", OllamaKey.nonce())] }
        let query = [realm.query ?? "", URLReference.query(parameters)].filter { !$0.isEmpty }
        let address = "\(realm.redactedOrigin)\(realm.path)" + (query.isEmpty ? "" : "?\(query.joined(separator: "&"))")
        let service = try Downloader.parse(address)
        var asker = authorizer
        if let key { asker = FieldsAuthorizer("Authorization: \(try key.authorization(for: service.text))") }
        let body: [UInt8]
        do {
            body = try await context.bytes(context.exchange(service, asker), label: name.shown).body
        } catch {
            throw translate(error, about: nil)
        }
        let answer = try? JSONValue(parsing: body)
        guard let token = answer?["token"]?.text ?? answer?["access_token"]?.text, !token.isEmpty else {
            throw FetchError(.unauthorized, "the token service of registry \(name.host) gives no token")
        }
        return token
    }

    /// Configuration and layers, each digest once, in the order of the output's names.
    private func blobs(of manifest: [UInt8]) throws(FetchError) -> [Blob] {
        func malformed(_ reason: String) -> FetchError {
            FetchError(.verification, "the manifest of '\(name.shown)' is not one of a model: \(reason)")
        }
        let document: JSONValue
        do { document = try JSONValue(parsing: manifest) } catch { throw malformed("\(error)") }
        guard document["schemaVersion"]?.integer == 2, let layers = document["layers"]?.array else {
            throw malformed("it has no layers of schema version 2")
        }
        var blobs: [NixHash: Blob] = [:]
        for entry in [document["config"]].compactMap({ $0 }) + layers {
            let text = entry["digest"]?.text ?? ""
            guard text.hasPrefix("sha256:"), let bytes = Base16.decode(text.dropFirst(7).utf8), bytes.count == 32,
                let size = entry["size"]?.integer, size >= 0
            else { throw malformed("a layer has no usable digest and size ('\(text.printable)')") }
            let digest = NixHash(.sha256, bytes)
            let blob = Blob(digest: digest, size: size)
            guard blobs[digest] == nil || blobs[digest] == blob else { throw malformed("a digest has two sizes") }
            blobs[digest] = blob
        }
        return blobs.values.sorted { $0.fileName < $1.fileName }
    }

    /// Puts a failed request into words; a registry's error answers are `{"errors":[{"code","message"}]}`.
    private func translate(_ error: TransferError, about file: String?) -> FetchError {
        guard case .status(let status) = error.code else { return error.fetchError }
        let first = (try? JSONValue(parsing: error.body))?["errors"]?.array?.first
        let words = [first?["code"]?.text, first?["message"]?.text].compactMap { $0?.printable }
        let said = words.isEmpty ? "it answered \(status)" : words.joined(separator: ": ")
        switch status {
        case 404:
            let what = file.map { "blob '\($0)' of '\(name.shown)'" } ?? "model '\(name.shown)'"
            return FetchError(
                .notFound, "registry \(name.host) has no \(what): \(said)",
                hint: file == nil ? "check 'source.ollama.model' and its tag" : nil)
        case 401, 403:
            return FetchError(
                .unauthorized, "registry \(name.host) refuses access to '\(name.shown)': \(said)",
                hint: "check the name; for a private registry set 'auth.tokenEnvVar' or an entry in ~/.netrc")
        default:
            var failed = error
            failed.reason = words.joined(separator: ": ")
            return failed.fetchError
        }
    }
}
