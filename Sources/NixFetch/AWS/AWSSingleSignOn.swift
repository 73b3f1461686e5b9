import Glibc
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
        let query = [("account_id", account), ("role_name", role)].map { name, value in
            "\(name)=\(URLReference.percentEncoded(value, keepingSlashes: false))"
        }
        let base =
            AWSEndpoints.configured("sso", environment, profile)
            ?? "https://portal.sso.\(region).\(AWSEndpoints.domain(region))"
        let url = try Downloader.parse("\(base)/federation/credentials?\(query.joined(separator: "&"))")
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
        let document = fields.map { "\"\($0.0)\":\(JSONValue.quoted($0.1))" }.joined(separator: ",")
        var exchange = context.exchange(try Downloader.parse("\(base)/token"), AnonymousAuthorizer())
        exchange.body = RequestBody(contentType: "application/json", bytes: Array("{\(document)}".utf8))
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

/// Times of AWS's answers.
enum AWSDate {
    /// Seconds since 1970 of `2024-05-06T07:08:09Z`, with a fraction or an offset where there is one.
    static func seconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int32? {
            range.upperBound <= bytes.count ? Int32(String(decoding: bytes[range], as: UTF8.self)) : nil
        }
        guard bytes.count >= 19, let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            (1970...9999).contains(year)
        else { return nil }
        var fields = tm()
        fields.tm_year = year - 1900
        fields.tm_mon = month - 1
        fields.tm_mday = day
        fields.tm_hour = hour
        fields.tm_min = minute
        fields.tm_sec = second
        var offset: Int64 = 0
        if let sign = bytes[19...].lastIndex(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }) {
            let digits = bytes[(sign + 1)...].filter { $0 != UInt8(ascii: ":") }
            guard digits.count == 4, let value = Int64(String(decoding: digits, as: UTF8.self)) else { return nil }
            offset = (value / 100 * 3600 + value % 100 * 60) * (bytes[sign] == UInt8(ascii: "-") ? -1 : 1)
        }
        return Int64(timegm(&fields)) - offset
    }

    /// A time as `2024-05-06T07:08:09Z`.
    static func text(_ seconds: Int64) -> String {
        var time = time_t(seconds)
        var fields = tm()
        gmtime_r(&time, &fields)
        func padded(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(fields.tm_year + 1900)-\(padded(fields.tm_mon + 1))-\(padded(fields.tm_mday))T"
            + "\(padded(fields.tm_hour)):\(padded(fields.tm_min)):\(padded(fields.tm_sec))Z"
    }
}
