import NixFormats

/// IAM Identity Center (SSO): turns the token that `aws sso login` left in `~/.aws/sso/cache` into credentials.
///
/// https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html
struct AWSSingleSignOn: Sendable {
    let profile: AWSProfile
    let profiles: AWSProfiles
    let environment: FetchEnvironment
    let context: FetchContext

    /// GetRoleCredentials with the token of the cache, renewed where it has ended and can be.
    func credentials() async throws(FetchError) -> S3Credentials {
        let session = profile["sso_session"].flatMap { profiles.singleSignOn($0) }
        if let name = profile["sso_session"], session == nil {
            throw FetchError(
                .unauthorized, "\(profile.origin) needs the section 'sso-session \(name.printable)', which is not there"
            )
        }
        guard let account = profile["sso_account_id"], let role = profile["sso_role_name"],
            let region = session?["sso_region"] ?? profile["sso_region"],
            let start = session?["sso_start_url"] ?? profile["sso_start_url"]
        else {
            throw FetchError(
                .unauthorized,
                "\(profile.origin) lacks one of 'sso_account_id', 'sso_role_name', 'sso_region' and 'sso_start_url'")
        }
        let token = try await token(named: profile["sso_session"] ?? start, region: region)
        let query = URLReference.query([("account_id", account), ("role_name", role)])
        let base =
            AWSEndpoints.configured("sso", environment, profile)
            ?? "https://portal.sso.\(region).\(AWSEndpoints.domain(region))"
        let url = try Downloader.parse("\(base)/federation/credentials?\(query)")
        let header = FieldsAuthorizer("x-amz-sso_bearer_token: \(token)")
        let answer = try await ask(context.exchange(url, header))["roleCredentials"]
        guard let access = answer?["accessKeyId"]?.text, let secret = answer?["secretAccessKey"]?.text else {
            throw FetchError(.verification, "the answer of '\(url.redacted)' has no credentials")
        }
        return S3Credentials(
            accessKey: access, secretKey: secret, sessionToken: answer?["sessionToken"]?.text, origin: profile.origin,
            expiration: answer?["expiration"]?.integer.map { $0 / 1000 })
    }

    private var ended: FetchError {
        FetchError(
            .unauthorized, "the single sign-on of \(profile.origin) has ended, or there was none",
            hint: "run 'aws sso login --profile \(profile.name.printable)'")
    }

    private func ask(_ exchange: Exchange) async throws(FetchError) -> JSONValue {
        let body: [UInt8]
        do {
            body = try await context.bytes(exchange, label: "AWS SSO", limit: 1 << 20).body
        } catch {
            guard case .status(let status) = error.code, status < 500 else { throw error.fetchError }
            throw ended
        }
        do {
            return try JSONValue(parsing: body)
        } catch {
            throw FetchError(.verification, "the answer of '\(exchange.url.redacted)' is no JSON: \(error)")
        }
    }

    /// The access token of a cache file, which is named by the digest of the session's name or of the start URL.
    private func token(named name: String, region: String) async throws(FetchError) -> String {
        let digester = Digester(.sha1)
        digester.update(Array(name.utf8))
        let folder = "\(environment.homeDirectory)/.aws/sso/cache"
        let file = "\(digester.finish().base16).json"
        guard let bytes = try? FileAccess.readWhole("\(folder)/\(file)", limit: 1 << 20),
            let cached = try? JSONValue(parsing: bytes), let token = cached["accessToken"]?.text,
            Self.isHarmless(token)
        else { throw ended }
        guard let end = cached["expiresAt"]?.text.flatMap(AWSDate.seconds), end > HTTPDate.now() + 60 else {
            return try await renewed(cached, region: region, folder: folder, file: file)
        }
        return token
    }

    private static func isHarmless(_ token: String) -> Bool {
        !token.isEmpty && token.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }

    /// Renews a token and puts it into the cache, since the old one's renewal is used up.
    private func renewed(
        _ cached: JSONValue, region: String, folder: String, file: String
    ) async throws(FetchError) -> String {
        guard let renewal = cached["refreshToken"]?.text, let client = cached["clientId"]?.text,
            let secret = cached["clientSecret"]?.text, case .object(var members) = cached
        else { throw ended }
        let base =
            AWSEndpoints.configured("sso_oidc", environment, profile)
            ?? "https://oidc.\(region).\(AWSEndpoints.domain(region))"
        let fields = [
            ("clientId", client), ("clientSecret", secret), ("grantType", "refresh_token"), ("refreshToken", renewal),
        ]
        var exchange = context.exchange(try Downloader.parse("\(base)/token"), AnonymousAuthorizer())
        exchange.body = RequestBody(contentType: "application/json", bytes: Array(JSONValue.document(fields).utf8))
        let answer = try await ask(exchange)
        guard let token = answer["accessToken"]?.text, Self.isHarmless(token) else { throw ended }
        let seconds = answer["expiresIn"]?.integer ?? 3600
        members["accessToken"] = .string(ByteString(token))
        members["expiresAt"] = .string(ByteString(AWSDate.text(HTTPDate.now() + min(max(seconds, 0), 1 << 32))))
        if let next = answer["refreshToken"]?.text { members["refreshToken"] = .string(ByteString(next)) }
        let text = (try? JSONValue.object(members).printed().bytes) ?? []
        if let directory = try? DirectoryTree(opening: folder) {
            // Without the cache the next run logs in again.
            try? FileAccess.replace(file, in: directory.root, with: text)
        }
        return token
    }
}
