/// The files `~/.aws/credentials` and `~/.aws/config`, as one set of values per profile.
struct AWSProfile: Sendable, Equatable {
    /// Keys in lower case; nested ones as `outer.inner`.
    private let values: [String: String]
    let name: String

    subscript(key: String) -> String? {
        guard let value = values[key], !value.isEmpty else { return nil }
        return value
    }

    /// Reads a profile; nil when neither file has it.
    ///
    /// `AWS_SHARED_CREDENTIALS_FILE` and `AWS_CONFIG_FILE` name other files. A value of the credentials file wins.
    init?(_ name: String, _ environment: FetchEnvironment) {
        func sections(_ variable: String, _ file: String) -> [String: [String: String]] {
            let path =
                environment.value(variable).map(environment.expand) ?? "\(environment.homeDirectory)/.aws/\(file)"
            guard let bytes = try? FileAccess.readWhole(path, limit: 1 << 20) else { return [:] }
            return Self.parse(String(decoding: bytes, as: UTF8.self))
        }
        let secrets = sections("AWS_SHARED_CREDENTIALS_FILE", "credentials")[name]
        let config = sections("AWS_CONFIG_FILE", "config")
        let settings = config["profile \(name)"] ?? (name == "default" ? config["default"] : nil)
        guard secrets != nil || settings != nil else { return nil }
        var values = (settings ?? [:]).merging(secrets ?? [:]) { $1 }
        // A profile may keep its endpoints in a section of services.
        if let services = values["services"].flatMap({ config["services \($0)"] }) {
            values["endpoint_url_s3"] = services["s3.endpoint_url"]
        }
        self.values = values
        self.name = name
    }

    /// Sections of an ini file: `[name]`, `key = value`, `#` and `;` comments, indented lines belong to the key above.
    static func parse(_ text: String) -> [String: [String: String]] {
        var sections: [String: [String: String]] = [:]
        var section: String?
        var outer: String?
        for line in text.split(whereSeparator: \.isNewline) {
            let trimmed = line.trimmingBlanks()
            if trimmed.isEmpty || trimmed.hasPrefix("#") || trimmed.hasPrefix(";") { continue }
            if trimmed.hasPrefix("["), let close = trimmed.firstIndex(of: "]") {
                let name = trimmed[trimmed.index(after: trimmed.startIndex)..<close]
                let words = name.split(whereSeparator: \.isWhitespace).map { $0.filter { $0 != "\"" } }
                section = words.joined(separator: " ")
                outer = nil
                if let section, sections[section] == nil { sections[section] = [:] }
                continue
            }
            guard let section, let equals = trimmed.firstIndex(of: "=") else { continue }
            let key = trimmed[..<equals].trimmingBlanks().lowercased()
            let value = trimmed[trimmed.index(after: equals)...].trimmingBlanks()
            if line.first?.isWhitespace == true, let outer {
                sections[section]?["\(outer).\(key)"] = value
            } else {
                sections[section]?[key] = value
                outer = value.isEmpty ? key : nil
            }
        }
        return sections
    }
}

/// Credentials, region and endpoint of an S3 source, from its own settings, the environment and the profile.
struct S3Configuration: Sendable {
    var credentials: S3Credentials?
    var region: String
    /// A service other than AWS.
    var endpoint: String?

    /// Decides all three.
    ///
    /// A profile that the model names switches the environment's keys off; `AWS_PROFILE` does not. Without any keys
    /// requests are sent unsigned.
    init(
        _ location: ModelSource.S3Location, _ request: CredentialRequest, _ environment: FetchEnvironment
    ) throws(FetchError) {
        let profileName = request.awsProfile ?? environment.value("AWS_PROFILE") ?? "default"
        let profile = AWSProfile(profileName, environment)
        let isNamed = request.awsProfile != nil || environment.value("AWS_PROFILE") != nil
        if request.awsProfile == nil, let access = environment.value("AWS_ACCESS_KEY_ID"),
            let secret = environment.value("AWS_SECRET_ACCESS_KEY")
        {
            credentials = S3Credentials(
                accessKey: access, secretKey: secret, sessionToken: environment.value("AWS_SESSION_TOKEN"),
                origin: "the environment")
        } else if let profile {
            credentials = try Self.credentials(of: profile)
        } else if isNamed {
            throw FetchError(.unauthorized, "there is no AWS profile '\(profileName.printable)' in ~/.aws")
        }
        if request.required, credentials == nil {
            throw FetchError(
                .unauthorized, "the model requires AWS credentials and there are none",
                hint: "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or 'auth.awsProfile'")
        }
        region =
            location.region ?? environment.value("AWS_REGION") ?? environment.value("AWS_DEFAULT_REGION")
            ?? profile?["region"] ?? "us-east-1"
        endpoint = location.endpoint
        if endpoint == nil, !environment.isTrue("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") {
            endpoint =
                environment.value("AWS_ENDPOINT_URL_S3") ?? environment.value("AWS_ENDPOINT_URL")
                ?? profile?["endpoint_url_s3"] ?? profile?["endpoint_url"]
        }
    }

    private static func credentials(of profile: AWSProfile) throws(FetchError) -> S3Credentials? {
        if let access = profile["aws_access_key_id"], let secret = profile["aws_secret_access_key"] {
            return S3Credentials(
                accessKey: access, secretKey: secret, sessionToken: profile["aws_session_token"],
                origin: "the AWS profile '\(profile.name.printable)'")
        }
        for key in ["credential_process", "role_arn", "sso_session", "sso_start_url"] where profile[key] != nil {
            throw FetchError(
                .unauthorized,
                "the AWS profile '\(profile.name.printable)' uses '\(key)', which this version of nixlite does not support",
                hint: "put its keys into AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN")
        }
        return nil
    }
}
