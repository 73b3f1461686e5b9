import NixFormats

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
    /// Whether the file of the `hf` program is read; nil as the environment says.
    package var useHfCli: Bool?
    /// Words for whoever has no access.
    package var gatedModelHelp: String?
    /// A program in bash that prints credentials.
    package var authScript: String?
    package var tokenRefresh: TokenRefresh?
    /// What one of the two printed.
    var issued: IssuedToken?

    package init() {}

    init(_ fields: RequestFields) throws(FetchError) {
        tokenEnvVar = try fields.string("tokenEnvVar")
        tokenFile = try fields.string("tokenFile")
        usernameEnvVar = try fields.string("usernameEnvVar")
        passwordEnvVar = try fields.string("passwordEnvVar")
        awsProfile = try fields.string("awsProfile")
        required = try fields.bool("required") ?? false
        useHfCli = try fields.bool("useHfCli")
        gatedModelHelp = try fields.string("gatedModelHelp")
        authScript = try fields.string("authScript")
        tokenRefresh = try fields.object("tokenRefresh").flatMap { fields throws(FetchError) in
            try TokenRefresh(fields)
        }
        guard authScript == nil || tokenRefresh == nil else {
            throw FetchError(.badRequest, "auth has both 'authScript' and 'tokenRefresh', which give the same thing")
        }
    }
}

/// A program that prints a new token, and for how long one is good.
package struct TokenRefresh: Sendable, Equatable {
    /// Run by bash.
    package var command: String
    /// Seconds.
    package var lifetime: Double
    /// Seconds before the end of a token at which the next is asked for.
    package var margin: Double

    /// Nil when it is switched off.
    init?(_ fields: RequestFields) throws(FetchError) {
        guard try fields.bool("enable") ?? true else { return nil }
        command = try fields.requiredString("command")
        lifetime = try fields.seconds("maxTokenAgeSec") ?? 3600
        margin = try fields.seconds("refreshBeforeExpirySec") ?? 300
    }
}
