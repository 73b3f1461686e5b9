/// What a raw model derivation asks for, decoded from its three environment variables `source`, `auth` and `network`.
package struct ModelRequest: Sendable, Equatable {
    package var source: ModelSource
    package var credentials: CredentialRequest
    package var network: NetworkRequest

    /// A request in parts.
    package init(
        source: ModelSource, credentials: CredentialRequest = CredentialRequest(),
        network: NetworkRequest = NetworkRequest()
    ) {
        self.source = source
        self.credentials = credentials
        self.network = network
    }

    /// Decodes the JSON of the three variables; an empty `auth` or `network` means all defaults.
    ///
    /// Members that are unknown are ignored, members of a wrong type are errors that name them.
    package init(source: [UInt8], auth: [UInt8], network: [UInt8]) throws(FetchError) {
        let sourceFields = try RequestFields(parsing: source, named: "source")
        self.source = try ModelSource(sourceFields)
        self.credentials = try CredentialRequest(RequestFields(parsing: auth, named: "auth"))
        self.network = try NetworkRequest(RequestFields(parsing: network, named: "network"))
    }
}

/// Where a model comes from.
package enum ModelSource: Sendable, Equatable {
    /// A repository of a Hugging Face hub; `files` are glob patterns, nil means all files.
    case huggingface(repo: String, revision: String, files: [String]?)
    /// One file per entry, or unpacked archives when `extract` is set.
    case url([URLEntry], extract: Bool)
    /// The objects below a key prefix of an S3 bucket.
    case s3(S3Location)
    /// A tiny invented repository for tests of the program itself.
    case mock(MockRepository)

    /// One file of a `url` source; `sha256` in hexadecimal, base32 or SRI.
    package struct URLEntry: Sendable, Equatable {
        package var url: String
        package var sha256: String?
        package var filename: String?

        package init(url: String, sha256: String? = nil, filename: String? = nil) {
            self.url = url
            self.sha256 = sha256
            self.filename = filename
        }
    }

    /// The address of an `s3` source; `files` are glob patterns on keys relative to the prefix.
    package struct S3Location: Sendable, Equatable {
        package var bucket: String
        package var prefix: String
        package var region: String?
        package var endpoint: String?
        package var files: [String]?

        package init(
            bucket: String, prefix: String, region: String? = nil, endpoint: String? = nil, files: [String]? = nil
        ) {
            self.bucket = bucket
            self.prefix = prefix
            self.region = region
            self.endpoint = endpoint
            self.files = files
        }
    }

    /// The invented repository of a `mock` source.
    package struct MockRepository: Sendable, Equatable {
        package var org = "test-org"
        package var model = "test-model"
        package var revision = "main"
        package var files = ["config.json"]
        package var commit = String(repeating: "0", count: 40)

        package init() {}
    }

    init(_ fields: RequestFields) throws(FetchError) {
        let type = try fields.requiredString("type")
        switch type {
        case "huggingface":
            let repo = try fields.requiredString("repo")
            try HubNames.check(repository: repo)
            let revision = try fields.string("revision") ?? "main"
            try HubNames.check(revision: revision)
            self = .huggingface(repo: repo, revision: revision, files: try fields.patterns("files"))
        case "url": self = .url(try URLEntry.list(fields), extract: try fields.bool("extract") ?? false)
        case "s3":
            self = .s3(
                S3Location(
                    bucket: try fields.requiredString("bucket"), prefix: try fields.string("prefix") ?? "",
                    region: try fields.string("region"), endpoint: try fields.string("endpoint"),
                    files: try fields.patterns("files")))
        case "mock":
            var mock = MockRepository()
            mock.org = try fields.string("org") ?? mock.org
            mock.model = try fields.string("model") ?? mock.model
            mock.revision = try fields.string("revision") ?? mock.revision
            mock.files = try fields.strings("files") ?? mock.files
            mock.commit = try fields.string("commitSha") ?? mock.commit
            try HubNames.check(revision: mock.revision)
            try HubNames.check(revision: mock.commit)
            self = .mock(mock)
        case "git-lfs", "git-xet", "mlflow", "ollama":
            throw FetchError(
                .unsupportedSource, "source type '\(type)' is not supported yet by this version of nixlite")
        default: throw FetchError(.badRequest, "unknown source type '\(type.printable)'")
        }
    }
}

extension ModelSource.URLEntry {
    /// The elements of `urls` (strings or sets) or the single `url`.
    fileprivate static func list(_ fields: RequestFields) throws(FetchError) -> [Self] {
        if let url = try fields.string("url") {
            return [Self(url: url, sha256: try fields.string("sha256"), filename: try fields.string("filename"))]
        }
        guard let elements = try fields.array("urls"), !elements.isEmpty else {
            throw FetchError(.badRequest, "source.urls must be a non-empty list")
        }
        var entries: [Self] = []
        for (index, element) in elements.enumerated() {
            if let url = element.string {
                entries.append(Self(url: url))
                continue
            }
            let entry = try RequestFields(element, named: "source.urls[\(index)]")
            entries.append(
                Self(
                    url: try entry.requiredString("url"), sha256: try entry.string("sha256"),
                    filename: try entry.string("filename")))
        }
        return entries
    }
}

/// Which credentials a model's `auth` names; values themselves are looked up when the fetch begins.
package struct CredentialRequest: Sendable, Equatable {
    /// The variable that holds the token, tried first.
    package var tokenEnvVar: String?
    /// The file that holds the token, tried second.
    package var tokenFile: String?
    /// Variables for Basic authentication of `url` sources.
    package var usernameEnvVar: String?
    package var passwordEnvVar: String?
    /// The profile of `~/.aws` for `s3` sources; naming one switches the environment's keys off.
    package var awsProfile: String?
    /// Refuse to go on without a token.
    package var required = false

    package init() {}

    init(_ fields: RequestFields) throws(FetchError) {
        tokenEnvVar = try fields.string("tokenEnvVar")
        tokenFile = try fields.string("tokenFile")
        usernameEnvVar = try fields.string("usernameEnvVar")
        passwordEnvVar = try fields.string("passwordEnvVar")
        awsProfile = try fields.string("awsProfile")
        required = try fields.bool("required") ?? false
    }
}

/// A model's `network`: what is nil is left to the downloader's own options.
package struct NetworkRequest: Sendable, Equatable {
    /// Seconds until a connection must stand.
    package var connectTimeout: Double?
    /// Seconds a transfer may idle.
    package var readTimeout: Double?
    /// Tries per request, the first included.
    package var maxAttempts: Int?
    /// Seconds before the second try.
    package var baseDelay: Double?
    /// Bytes per second of one model.
    package var bytesPerSecond: Int64?
    /// The proxy's URL, in place of those of the environment.
    package var proxy: String?
    /// Hosts that bypass the proxy, comma-separated.
    package var noProxy: String?

    package init() {}

    init(_ fields: RequestFields) throws(FetchError) {
        if let timeout = try fields.object("timeout") {
            connectTimeout = try timeout.seconds("connect")
            readTimeout = try timeout.seconds("read")
        }
        if let retry = try fields.object("retry") {
            if let attempts = try retry.number("maxAttempts") {
                guard attempts >= 1, attempts <= 1000 else {
                    throw FetchError(.badRequest, "network.retry.maxAttempts must lie between 1 and 1000")
                }
                maxAttempts = Int(attempts)
            }
            baseDelay = try retry.seconds("baseDelay")
        }
        if let bandwidth = try fields.object("bandwidth") { bytesPerSecond = try bandwidth.byteCount("limit") }
        if case .some(.object) = fields["proxy"] {
            let proxies = try fields.object("proxy")
            let secure = try proxies?.string("https")
            let plain = try proxies?.string("http")
            proxy = secure ?? plain
            noProxy = try proxies?.string("noProxy")
        } else {
            proxy = try fields.string("proxy")
        }
    }
}
