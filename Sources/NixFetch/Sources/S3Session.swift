/// Requests to one bucket: addressing, signing, listing, and the region and clock that the server corrects.
struct S3Session: Sendable {
    private let bucket: String
    private let context: FetchContext
    private let credentials: S3Credentials?
    private let endpoint: URLReference?
    private var region: String
    private var clockOffset: Int64 = 0

    init(
        location: ModelSource.S3Location, configuration: S3Configuration, context: FetchContext
    ) throws(FetchError) {
        bucket = location.bucket
        credentials = configuration.credentials
        region = configuration.region
        if let text = configuration.endpoint {
            endpoint = try Downloader.parse(text.contains("://") ? text : "https://\(text)")
        } else {
            endpoint = nil
        }
        self.context = context
    }

    /// Who signs the requests.
    var authorizer: any RequestAuthorizer {
        guard let credentials else { return AnonymousAuthorizer() }
        return S3Signer(credentials: credentials, region: region, clockOffset: clockOffset)
    }

    /// The URL of a key, or of the bucket for an empty one.
    ///
    /// AWS is addressed by virtual host unless the bucket's name has a dot; other services by path.
    func url(key: String, query: [(String, String)] = []) throws(FetchError) -> URLReference {
        let object = URLReference.percentEncoded(key, keepingSlashes: true)
        var text: String
        if let endpoint {
            var base = endpoint.redactedOrigin + (endpoint.path == "/" ? "" : endpoint.path)
            while base.hasSuffix("/") { base.removeLast() }
            text = "\(base)/\(bucket)/\(object)"
        } else {
            let host = "s3.\(region).amazonaws.com\(region.hasPrefix("cn-") ? ".cn" : "")"
            text = bucket.contains(".") ? "https://\(host)/\(bucket)/\(object)" : "https://\(bucket).\(host)/\(object)"
        }
        if !query.isEmpty {
            let fields = query.map { name, value in
                URLReference.percentEncoded(name, keepingSlashes: false) + "="
                    + URLReference.percentEncoded(value, keepingSlashes: false)
            }
            text += "?" + fields.joined(separator: "&")
        }
        return try Downloader.parse(text)
    }

    /// All keys with a prefix, page by page, with size and ETag.
    mutating func list(prefix: String) async throws(FetchError) -> [(key: String, size: Int64, etag: String?)] {
        var objects: [(key: String, size: Int64, etag: String?)] = []
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
                objects.append((key, size, entry["ETag"]))
            }
            token = page["IsTruncated"] == "true" ? page["NextContinuationToken"] : nil
            if let token, !tokens.insert(token).inserted {
                throw FetchError(.verification, "the list of bucket '\(bucket)' does not end")
            }
        } while token != nil
        return objects
    }

    /// A page of the list; tries again where the server names another region or shows another time.
    private mutating func ask(_ query: [(String, String)]) async throws(FetchError) -> XMLElement {
        var corrections = 0
        while true {
            let body: [UInt8]
            do {
                let exchange = context.exchange(try url(key: "", query: query), authorizer)
                body = try await context.bytes(exchange, label: bucket).body
            } catch let error as TransferError {
                guard corrections < 2, correct(after: error) else { throw translate(error, about: nil) }
                corrections += 1
                continue
            } catch let error as FetchError {
                throw error
            } catch {
                throw FetchError(.transfer, "\(error)")
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

    private mutating func correct(after error: TransferError) -> Bool {
        guard case .status = error.code else { return false }
        let answer = S3ErrorAnswer(error.body)
        if answer?.code == "RequestTimeTooSkewed", let date = error.head?["date"].flatMap(HTTPDate.seconds) {
            clockOffset = date - HTTPDate.now()
            return true
        }
        guard let other = error.head?["x-amz-bucket-region"] ?? answer?.region, other != region,
            other.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D })
        else { return false }
        region = other
        return true
    }

    /// Puts a failed request into words.
    func translate(_ error: TransferError, about path: String?) -> FetchError {
        guard case .status(let status) = error.code else { return error.fetchError }
        let answer = S3ErrorAnswer(error.body)
        let subject = path.map { "object '\($0.printable)' of bucket '\(bucket)'" } ?? "bucket '\(bucket)'"
        let said = answer.map { " (\($0.code)\($0.message.isEmpty ? "" : ": \($0.message)"))" } ?? " (status \(status))"
        switch (status, answer?.code) {
        case (_, "NoSuchBucket"), (_, "NoSuchKey"), (404, _):
            return FetchError(.notFound, "\(subject) does not exist\(said)")
        case (412, _):
            return FetchError(.verification, "\(subject) changed while it was fetched\(said)")
        case (401, _), (403, _), (400, "InvalidAccessKeyId"), (400, "ExpiredToken"), (400, "InvalidToken"):
            let sent = credentials.map { "with the credentials of \($0.origin)" } ?? "without credentials"
            return FetchError(
                .unauthorized, "no access to \(subject) \(sent)\(said)",
                hint: credentials == nil
                    ? "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or 'auth.awsProfile'" : nil)
        default:
            var failed = error
            failed.reason = answer.map { "\($0.code): \($0.message)" } ?? ""
            return failed.fetchError
        }
    }
}
