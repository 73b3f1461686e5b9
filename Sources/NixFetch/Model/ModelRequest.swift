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
