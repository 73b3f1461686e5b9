/// Signs the request for an object, and asks for its digest where the service keeps one.
struct S3ObjectAuthorizer: RequestAuthorizer {
    let identity: S3Identity

    var hasCredentials: Bool { identity.hasCredentials }

    func fields(for url: URLReference) -> [String] {
        identity.fields(for: url, and: [("x-amz-checksum-mode", "ENABLED")])
    }
}

/// The objects below a key prefix of an S3 bucket, as a tree.
struct S3Source: FileSource {
    private let location: ModelSource.S3Location
    private let selection: FileSelection
    private let configuration: S3Configuration
    private let chain: AWSCredentialChain
    private let context: FetchContext

    private struct Object: Sendable {
        /// The whole key.
        let key: String
        /// The key relative to the prefix.
        let path: String
        /// Nil when the bucket may not be listed.
        let size: Int64?
        let etag: String?
    }

    init(
        location: ModelSource.S3Location, credentials: CredentialRequest, environment: FetchEnvironment,
        context: FetchContext
    ) throws(FetchError) {
        let isGood = location.bucket.utf8.allSatisfy { byte in
            byte.isAlphanumeric || "-._".utf8.contains(byte)
        }
        let profiles = AWSProfiles(environment)
        configuration = try S3Configuration(location, credentials, profiles, environment)
        guard
            isGood && !location.bucket.hasPrefix(".") && !location.bucket.contains("..") && location.bucket.count <= 255
                || configuration.accessPoint != nil
        else {
            throw FetchError(.badRequest, "'\(location.bucket.printable)' is not a bucket name")
        }
        if let issued = credentials.issued {
            throw FetchError(
                .badRequest, "\(issued.origin) gives a token, and S3 takes signatures",
                hint: "a program that prints keys is the 'credential_process' of a profile: 'auth.awsProfile'")
        }
        guard configuration.region.isHostLabel else {
            throw FetchError(.badRequest, "'\(configuration.region.printable)' is not a region")
        }
        if location.versionId != nil, location.prefix.isEmpty || location.prefix.hasSuffix("/") {
            throw FetchError(.badRequest, "'versionId' belongs to one object: 'prefix' has to be its whole key")
        }
        chain = AWSCredentialChain(
            request: credentials, environment: environment, profiles: profiles, region: configuration.region,
            context: context)
        self.location = location
        selection = FileSelection(location.files)
        self.context = context
    }

    private var owner: String { "bucket '\(location.bucket)'" }

    /// Lists, selects and fetches.
    func fetch(into workspace: Workspace) async throws(FetchError) -> FetchedModel {
        let identity = try await S3Identity(
            chain, region: configuration.region, requesterPays: location.requesterPays)
        let session = try S3Session(
            bucket: location.bucket, configuration: configuration, identity: identity, context: context)
        let all = try await listObjects(session)
        let objects = all.filter { selection.keeps($0.path) }
        try selection.checkKept(
            objects.map(\.path), of: all.map(\.path), in: "\(owner) below '\(location.prefix.printable)'")
        for pattern in selection.unused(all.map(\.path)) {
            context.observer.observe(.note("pattern '\(pattern.printable)' matches no object of \(owner)"))
        }
        var tree = FileTree(owner: owner, workspace: workspace)
        for object in objects { try tree.add(request(for: object, session), at: object.path) }
        let renewal = Task { await identity.keepFresh() }
        defer { renewal.cancel() }
        return try await tree.fetch(context) { request, error in session.translate(error, about: request.label) }
    }

    private func request(for object: Object, _ session: S3Session) throws(FetchError) -> FileRequest {
        let version = location.versionId
        let query = version.map { [("versionId", $0)] } ?? []
        var request = FileRequest(url: try session.url(key: object.key, query: query), label: object.path)
        request.authorizer = S3ObjectAuthorizer(identity: session.identity)
        request.renewal = { refused in await session.renewed(refused) }
        request.size = object.size
        // The bytes of the object, whatever encoding is noted with it.
        request.decodesContent = false
        if let etag = object.etag { request.headers.append("If-Match: \(etag)") }
        if object.etag != nil || version != nil {
            let size = object.size.map { "\($0)" } ?? ""
            request.identity = "s3 \(request.url.text) \(object.etag ?? "") \(size)"
        }
        return request
    }

    /// The prefix is a directory; when nothing is below it, an object of exactly that key is taken.
    ///
    /// So is one whose bucket may not be listed, and one of which a version is asked for.
    private func listObjects(_ session: S3Session) async throws(FetchError) -> [Object] {
        let prefix = location.prefix
        let isDirectory = prefix.isEmpty || prefix.hasSuffix("/")
        if location.versionId != nil { return [try exactly(prefix)] }
        let directory = isDirectory ? prefix : prefix + "/"
        let listed: [S3Session.Listed]
        do {
            listed = try await session.list(prefix: directory)
        } catch {
            guard error.kind == .unauthorized, !isDirectory, try await isReadable(prefix, session) else { throw error }
            return [try exactly(prefix)]
        }
        var objects: [Object] = []
        for object in listed where !(object.size == 0 && object.key.hasSuffix("/")) {
            let path = String(decoding: Array(object.key.utf8.dropFirst(directory.utf8.count)), as: UTF8.self)
            try NetworkNames.check(path: path, from: owner)
            objects.append(Object(key: object.key, path: path, size: object.size, etag: object.etag))
        }
        if objects.isEmpty, !isDirectory {
            for object in try await session.list(prefix: prefix) where object.key.utf8.elementsEqual(prefix.utf8) {
                objects.append(try exactly(object.key, size: object.size, etag: object.etag))
            }
        }
        guard !objects.isEmpty else {
            throw FetchError(
                .notFound, "\(owner) has no objects below '\(prefix.printable)'",
                hint: "check 'source.s3.prefix'")
        }
        return objects
    }

    /// An object as the only file.
    private func exactly(_ key: String, size: Int64? = nil, etag: String? = nil) throws(FetchError) -> Object {
        let name = String(decoding: DirectoryTree.split(key.utf8).name, as: UTF8.self)
        try NetworkNames.check(path: name, from: owner)
        return Object(key: key, path: name, size: size, etag: etag)
    }

    /// Whether an object can be read: its first byte is.
    private func isReadable(_ key: String, _ session: S3Session) async throws(FetchError) -> Bool {
        let exchange = context.exchange(try session.url(key: key), session.identity, headers: ["Range: bytes=0-0"])
        return (try? await context.bytes(exchange, label: key, limit: 1 << 20)) != nil
    }
}
