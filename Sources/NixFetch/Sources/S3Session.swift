/// Requests to one bucket: addressing, listing, and the region and clock that the server corrects.
struct S3Session: Sendable {
    let bucket: String
    let identity: S3Identity
    private let context: FetchContext
    private let configuration: S3Configuration
    private let endpoint: URLReference?

    init(
        bucket: String, configuration: S3Configuration, identity: S3Identity, context: FetchContext
    ) throws(FetchError) {
        self.bucket = bucket
        self.configuration = configuration
        self.identity = identity
        if let text = configuration.endpoint {
            endpoint = try Downloader.parse(text.contains("://") ? text : "https://\(text)")
        } else {
            endpoint = nil
        }
        self.context = context
    }

    /// The URL of a key, or of the bucket for an empty one.
    func url(key: String, query: [(String, String)] = []) throws(FetchError) -> URLReference {
        let object = URLReference.percentEncoded(key, keepingSlashes: true)
        let origin: (scheme: String, authority: String, path: String)
        if let endpoint {
            origin = (endpoint.scheme, endpoint.authority, endpoint.path.withoutFinalSlashes)
        } else {
            let region = identity.region
            let kind = configuration.accessPoint == nil ? "s3" : "s3-accesspoint"
            let service =
                "\(kind)\(configuration.usesFIPS ? "-fips" : "")\(configuration.usesDualStack ? ".dualstack" : "")"
            origin = ("https", "\(service).\(region).\(AWSEndpoints.domain(region))", "")
        }
        let isVirtual =
            switch configuration.addressing {
            case .virtual: true
            case .path: false
            // Old buckets may have capitals and underscores, which are no part of host names.
            case .auto: endpoint == nil && bucket.isHostLabel
            }
        // An access point has no other form.
        let label = configuration.accessPoint?.label ?? (isVirtual ? bucket : nil)
        var text =
            label != nil
            ? "\(origin.scheme)://\(label ?? "").\(origin.authority)\(origin.path)/\(object)"
            : "\(origin.scheme)://\(origin.authority)\(origin.path)/\(bucket)/\(object)"
        if !query.isEmpty { text += "?" + URLReference.query(query) }
        return try Downloader.parse(text)
    }

    /// An object of a listing.
    struct Listed: Sendable {
        let key: String
        let size: Int64
        let etag: String?
        /// Archived objects have to be restored before they can be read.
        let storageClass: String?
    }

    /// All keys with a prefix, page by page.
    func list(prefix: String) async throws(FetchError) -> [Listed] {
        var objects: [Listed] = []
        var token: String?
        var tokens: Set<String> = []
        repeat {
            var query = [("encoding-type", "url"), ("list-type", "2"), ("max-keys", "1000"), ("prefix", prefix)]
            if let token { query.insert(("continuation-token", token), at: 0) }
            let page = try await ask(query)
            for entry in page.children where entry.name == "Contents" {
                guard let raw = entry["Key"], let size = entry["Size"].flatMap({ Int64($0) }), size >= 0,
                    let key = URLReference.percentDecoded(Substring(raw.map { $0 == "+" ? " " : String($0) }.joined()))
                else {
                    throw FetchError(.verification, "bucket '\(bucket)' lists an object without usable key and size")
                }
                objects.append(Listed(key: key, size: size, etag: entry["ETag"], storageClass: entry["StorageClass"]))
            }
            token = page["IsTruncated"] == "true" ? page["NextContinuationToken"] : nil
            if let token, !tokens.insert(token).inserted {
                throw FetchError(.verification, "the list of bucket '\(bucket)' does not end")
            }
        } while token != nil
        return objects
    }

    /// A page of the list; tries again where the server names another region, shows another time or wants new keys.
    private func ask(_ query: [(String, String)]) async throws(FetchError) -> XMLElement {
        var corrections = 0
        while true {
            let body: [UInt8]
            let exchange = context.exchange(try url(key: "", query: query), identity)
            do throws(TransferError) {
                body = try await context.bytes(exchange, label: bucket).body
            } catch {
                guard corrections < 3, try await correct(after: error) else { throw translate(error, about: nil) }
                corrections += 1
                continue
            }
            do {
                let page = try XMLElement(parsing: body)
                guard page.name == "ListBucketResult" else {
                    throw FetchError(.verification, "bucket '\(bucket)': the server sent no list of objects")
                }
                return page
            } catch let error as FetchError {
                throw error
            } catch {
                throw FetchError(.verification, "bucket '\(bucket)': the server's list is malformed: \(error)")
            }
        }
    }

    /// Takes what the server says about region, time and keys; false when that changes nothing.
    func correct(after error: TransferError) async throws(FetchError) -> Bool {
        guard case .status = error.code else { return false }
        let answer = S3ErrorAnswer(error.body)
        let isSkewed = answer?.code == "RequestTimeTooSkewed" || answer?.code == "RequestInTheFuture"
        if isSkewed, let date = error.head?["date"].flatMap(HTTPDate.seconds) {
            let offset = date - HTTPDate.now()
            defer { identity.clockOffset = offset }
            return abs(offset - identity.clockOffset) > 60
        }
        if answer?.code == "ExpiredToken" || answer?.code == "RequestExpired", identity.credentials?.expiration != nil {
            let old = identity.credentials
            try await identity.renew()
            return identity.credentials != old
        }
        guard let other = error.head?["x-amz-bucket-region"] ?? answer?.region, other != identity.region,
            other.isHostLabel
        else { return false }
        identity.region = other
        return true
    }

    /// The same address with new keys, where those in use have an end; asked for once in a while.
    func renewed(_ refused: FileAddress) async -> FileAddress? {
        // Another file's refusal may have renewed them already, so that they need not differ.
        guard refused.round == 0, identity.credentials?.expiration != nil else { return nil }
        try? await identity.renew()
        return FileAddress(url: refused.url, authorizer: refused.authorizer, round: refused.round + 1)
    }

    /// Puts a failed request into words.
    func translate(_ error: TransferError, about path: String?) -> FetchError {
        guard case .status(let status) = error.code else { return error.fetchError }
        let answer = S3ErrorAnswer(error.body)
        let subject = path.map { "object '\($0.printable)' of bucket '\(bucket)'" } ?? "bucket '\(bucket)'"
        let said = answer.map { " (\($0.code)\($0.message.isEmpty ? "" : ": \($0.message)"))" } ?? " (status \(status))"
        switch (status, answer?.code) {
        case (_, "NoSuchBucket"), (_, "NoSuchKey"), (_, "NoSuchVersion"), (404, _):
            return FetchError(.notFound, "\(subject) does not exist\(said)")
        case (412, _) where path != nil:
            return FetchError(.verification, "\(subject) changed while it was fetched\(said)")
        case (403, "InvalidObjectState"):
            return FetchError(
                .unauthorized, "\(subject) is archived and cannot be read\(said)",
                hint: "restore it first: 'aws s3api restore-object'")
        // OpenStack Swift takes a request that nobody signed for one of its own interface.
        case (412, _) where !identity.hasCredentials,
            (401, _), (403, _), (400, "InvalidAccessKeyId"), (400, "ExpiredToken"), (400, "InvalidToken"):
            let sent = identity.credentials.map { "with the credentials of \($0.origin)" } ?? "without credentials"
            return FetchError(
                .unauthorized, "no access to \(subject) \(sent)\(said)",
                hint: identity.hasCredentials ? nil : AWSCredentialChain.advice)
        default:
            var failed = error
            failed.reason = answer.map { "\($0.code): \($0.message)" } ?? ""
            return failed.fetchError
        }
    }
}
