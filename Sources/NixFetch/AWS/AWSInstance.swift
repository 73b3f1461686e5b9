import NixFormats

/// Credentials that the container's or the machine's own service gives.
struct AWSInstance: Sendable {
    let environment: FetchEnvironment
    let profile: AWSProfile?
    let context: FetchContext

    init(environment: FetchEnvironment, profile: AWSProfile?, context: FetchContext) {
        self.environment = environment
        self.profile = profile
        var context = context
        // These services are one hop away or not there at all, and never behind a proxy.
        let seconds = environment.value("AWS_METADATA_SERVICE_TIMEOUT").flatMap { Double($0) } ?? 1
        context.transfer.connectTimeout = min(max(seconds, 0.1), 60)
        context.transfer.stallTimeout = context.transfer.connectTimeout
        context.transfer.proxies = ProxySettings(FetchEnvironment(variables: [:]))
        context.retry.maxAttempts = environment.value("AWS_METADATA_SERVICE_NUM_ATTEMPTS").flatMap { Int($0) } ?? 1
        self.context = context
    }

    /// What `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or `…_FULL_URI` points at; nil when neither is set.
    func containerCredentials() async throws(FetchError) -> S3Credentials? {
        let url: URLReference
        if let path = environment.value("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
            url = try Downloader.parse("http://169.254.170.2\(path.hasPrefix("/") ? "" : "/")\(path)")
        } else if let text = environment.value("AWS_CONTAINER_CREDENTIALS_FULL_URI") {
            url = try Downloader.parse(text)
            let near = ["localhost", "127.0.0.1", "[::1]", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"]
            guard url.scheme == "https" || near.contains(url.host) else {
                throw FetchError(
                    .unauthorized,
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI names '\(url.redacted)', which is not on this machine")
            }
        } else {
            return nil
        }
        var token = environment.value("AWS_CONTAINER_AUTHORIZATION_TOKEN")
        if let file = environment.value("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
            token = environment.readTrimmedFile(file)
        }
        let fields = FieldsAuthorizer(token.map { .object(["Authorization": .string(ByteString($0))]) })
        let answer: JSONValue
        do {
            answer = try await ask(context.exchange(url, fields))
        } catch {
            throw FetchError(.unauthorized, "the container's service gives no AWS credentials: \(error.message)")
        }
        return try credentials(answer, token: "Token", from: url, origin: "the container")
    }

    /// The role of this machine (IMDSv2); nil when there is no such service here, or it is switched off.
    func machineCredentials() async throws(FetchError) -> S3Credentials? {
        if environment.isTrue("AWS_EC2_METADATA_DISABLED") { return nil }
        let endpoint =
            environment.value("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? profile?["ec2_metadata_service_endpoint"]
        let base = (endpoint ?? "http://169.254.169.254").withoutFinalSlashes
        let tokenURL = try Downloader.parse("\(base)/latest/api/token")
        var exchange = context.exchange(
            tokenURL, AnonymousAuthorizer(), headers: ["x-aws-ec2-metadata-token-ttl-seconds: 21600"])
        exchange.body = RequestBody(method: "PUT", bytes: [])
        guard let token = try? await context.bytes(exchange, label: "EC2 metadata", limit: 1 << 16).body else {
            return nil
        }
        let fields = FieldsAuthorizer(
            .object(["x-aws-ec2-metadata-token": .string(ByteString(token))]))
        let list = try Downloader.parse("\(base)/latest/meta-data/iam/security-credentials/")
        guard let names = try? await context.bytes(context.exchange(list, fields), label: "EC2 metadata").body,
            let role = String(decoding: names, as: UTF8.self).split(whereSeparator: \.isNewline).first
        else { return nil }
        let name = URLReference.percentEncoded(String(role), keepingSlashes: false)
        let url = try Downloader.parse("\(list.text)\(name)")
        let answer = try await ask(context.exchange(url, fields))
        return try credentials(answer, token: "Token", from: url, origin: "this machine's role '\(role.printable)'")
    }

    private func ask(_ exchange: Exchange) async throws(FetchError) -> JSONValue {
        do {
            let body = try await context.bytes(exchange, label: "AWS credentials", limit: 1 << 20).body
            return try JSONValue(parsing: body)
        } catch let error as TransferError {
            throw error.fetchError
        } catch {
            throw FetchError(.verification, "the answer of '\(exchange.url.redacted)' is no JSON: \(error)")
        }
    }

    private func credentials(
        _ answer: JSONValue, token: String, from url: URLReference, origin: String
    ) throws(FetchError) -> S3Credentials {
        guard let access = answer["AccessKeyId"]?.text, let secret = answer["SecretAccessKey"]?.text else {
            let said = answer["Message"]?.text ?? answer["Code"]?.text ?? "no keys"
            throw FetchError(.unauthorized, "'\(url.redacted)' gives no AWS credentials: \(said.printable)")
        }
        return S3Credentials(
            accessKey: access, secretKey: secret, sessionToken: answer[token]?.text, origin: origin,
            expiration: answer["Expiration"]?.text.flatMap(AWSDate.seconds))
    }
}
