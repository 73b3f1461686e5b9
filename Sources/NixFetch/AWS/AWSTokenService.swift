/// AWS's token service (STS): gives temporary credentials for a role.
///
/// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
struct AWSTokenService: Sendable {
    let environment: FetchEnvironment
    let profile: AWSProfile?
    let region: String
    let context: FetchContext

    /// The code of a device for roles that want one; nobody is asked for it.
    static let codeVariable = "AWS_MFA_CODE"

    /// AssumeRole, signed with other credentials.
    func assume(_ role: String, with base: S3Credentials) async throws(FetchError) -> S3Credentials {
        var fields = [("Action", "AssumeRole"), ("RoleArn", role), ("RoleSessionName", session(nil))]
        if let serial = profile?["mfa_serial"], let code = environment.value(Self.codeVariable) {
            fields += [("SerialNumber", serial), ("TokenCode", code)]
        }
        if let identifier = profile?["external_id"] { fields.append(("ExternalId", identifier)) }
        return try await ask(fields, role: role, base: base)
    }

    /// AssumeRoleWithWebIdentity, with the token in a file.
    func assume(_ role: String, webIdentity file: String, session name: String?) async throws(FetchError)
        -> S3Credentials
    {
        guard let token = environment.readTrimmedFile(file) else {
            throw FetchError(.unauthorized, "the web identity token '\(file.printable)' cannot be read or is empty")
        }
        let fields = [
            ("Action", "AssumeRoleWithWebIdentity"), ("RoleArn", role), ("RoleSessionName", session(name)),
            ("WebIdentityToken", token),
        ]
        return try await ask(fields, role: role, base: nil)
    }

    private func session(_ name: String?) -> String { name ?? profile?["role_session_name"] ?? "nixlite" }

    private func ask(
        _ fields: [(String, String)], role: String, base: S3Credentials?
    ) async throws(FetchError) -> S3Credentials {
        var fields = fields
        if let seconds = profile?["duration_seconds"].flatMap({ Int($0) }), (900...43_200).contains(seconds) {
            fields.append(("DurationSeconds", "\(seconds)"))
        }
        fields.append(("Version", "2011-06-15"))
        let region = profile?["region"] ?? region
        let address =
            AWSEndpoints.configured("sts", environment, profile)
            ?? "https://sts.\(region).\(AWSEndpoints.domain(region))"
        let url = try Downloader.parse(address)
        let body = Array(URLReference.query(fields).utf8)
        var exchange = context.exchange(url, AnonymousAuthorizer(), headers: ["Accept: application/xml"])
        exchange.body = RequestBody(contentType: "application/x-www-form-urlencoded; charset=utf-8", bytes: body)
        if let base {
            exchange.authorizer = S3Signer(credentials: base, region: region, service: "sts", body: exchange.body)
        }
        let answer: [UInt8]
        do {
            answer = try await context.bytes(exchange, label: "AWS STS", limit: 1 << 20).body
        } catch {
            guard case .status = error.code else { throw error.fetchError }
            let said = S3ErrorAnswer(error.body).map { "\($0.code): \($0.message)" } ?? error.description
            throw FetchError(.unauthorized, "AWS gives no credentials for the role '\(role.printable)' (\(said))")
        }
        let document = try? XMLElement(parsing: answer)
        let result = document?.children.first { $0.name.hasSuffix("Result") }
        guard let found = result?.children.first(where: { $0.name == "Credentials" }),
            let access = found["AccessKeyId"],
            let secret = found["SecretAccessKey"], let token = found["SessionToken"]
        else { throw FetchError(.verification, "the answer of '\(url.redacted)' has no credentials") }
        return S3Credentials(
            accessKey: access, secretKey: secret, sessionToken: token, origin: "the role '\(role.printable)'",
            expiration: found["Expiration"].flatMap(AWSDate.seconds))
    }
}

/// Addresses of AWS's services.
enum AWSEndpoints {
    /// The domain of a region's partition.
    static func domain(_ region: String) -> String {
        if region.hasPrefix("cn-") { return "amazonaws.com.cn" }
        if region.hasPrefix("us-iso-") { return "c2s.ic.gov" }
        if region.hasPrefix("us-isob-") { return "sc2s.sgov.gov" }
        return "amazonaws.com"
    }

    /// An address that stands in for AWS's own: of the service, then for all services; environment before profile.
    static func configured(_ service: String, _ environment: FetchEnvironment, _ profile: AWSProfile?) -> String? {
        if environment.isTrue("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") { return nil }
        return environment.value("AWS_ENDPOINT_URL_\(service.uppercased())") ?? environment.value("AWS_ENDPOINT_URL")
            ?? profile?["endpoint_url_\(service)"] ?? profile?["endpoint_url"]
    }
}
