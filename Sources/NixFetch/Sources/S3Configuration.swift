import Synchronization

/// Region, address and manner of an S3 source, from its own settings, the environment and the profile.
struct S3Configuration: Sendable {
    /// How a bucket is named in a URL.
    enum AddressingStyle: String, Sendable {
        /// AWS by host unless the bucket's name has a dot, other services by path.
        case auto
        case path
        case virtual
    }

    var region: String
    /// A service other than AWS.
    var endpoint: String?
    var addressing = AddressingStyle.auto
    /// What stands for a bucket, where `bucket` is its ARN.
    var accessPoint: S3AccessPoint?
    /// AWS's hosts with IPv6, and those that follow FIPS.
    var usesDualStack = false
    var usesFIPS = false

    /// Decides all of them; credentials are the business of `AWSCredentialChain`.
    init(
        _ location: ModelSource.S3Location, _ request: CredentialRequest, _ profiles: AWSProfiles,
        _ environment: FetchEnvironment
    ) throws(FetchError) {
        let profile = profiles[request.awsProfile ?? profiles.implicitName]
        accessPoint = try S3AccessPoint(location.bucket)
        region =
            accessPoint?.region ?? location.region ?? environment.value("AWS_REGION") ?? environment.value(
                "AWS_DEFAULT_REGION")
            ?? profile?["region"] ?? "us-east-1"
        endpoint = location.endpoint ?? AWSEndpoints.configured("s3", environment, profile)
        func isOn(_ variable: String, _ key: String) -> Bool {
            (environment.value(variable) ?? profile?[key])?.lowercased() == "true"
        }
        usesDualStack = isOn("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")
        usesFIPS = isOn("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")
        if let text = location.addressingStyle ?? profile?["s3.addressing_style"] {
            guard let style = AddressingStyle(rawValue: text) else {
                throw FetchError(
                    .badRequest, "'\(text.printable)' is no addressing style of S3: it is 'auto', 'path' or 'virtual'")
            }
            addressing = style
        }
    }
}

/// Who signs the requests to a bucket: keys that are renewed before they end, a region and a clock that are corrected.
final class S3Identity: RequestAuthorizer {
    private struct State {
        var credentials: S3Credentials?
        var region: String
        var clockOffset: Int64 = 0
    }

    private let chain: AWSCredentialChain
    private let state: Mutex<State>

    /// Whether the account of the credentials pays for what is read.
    private let requesterPays: Bool

    /// The first credentials of the chain, or none at all: then requests are not signed.
    init(_ chain: AWSCredentialChain, region: String, requesterPays: Bool) async throws(FetchError) {
        self.chain = chain
        self.requesterPays = requesterPays
        state = Mutex(State(credentials: try await chain.resolve(), region: region))
    }

    var credentials: S3Credentials? { state.withLock { $0.credentials } }

    var region: String {
        get { state.withLock { $0.region } }
        set { state.withLock { $0.region = newValue } }
    }

    /// Seconds to add to this machine's clock.
    var clockOffset: Int64 {
        get { state.withLock { $0.clockOffset } }
        set { state.withLock { $0.clockOffset = newValue } }
    }

    var hasCredentials: Bool { credentials != nil }

    func fields(for url: URLReference) -> [String] { fields(for: url, and: []) }

    /// The fields of a signed request, or of one that nobody signs, with further ones `x-amz-…`.
    func fields(for url: URLReference, and more: [(name: String, value: String)]) -> [String] {
        let state = state.withLock { $0 }
        let extra = more + (requesterPays ? [("x-amz-request-payer", "requester")] : [])
        guard let credentials = state.credentials else { return extra.map { "\($0.name): \($0.value)" } }
        var signer = S3Signer(credentials: credentials, region: state.region, clockOffset: state.clockOffset)
        signer.extra = extra
        return signer.fields(for: url)
    }

    /// Asks for new credentials.
    func renew() async throws(FetchError) {
        guard let credentials = try await chain.resolve() else { return }
        state.withLock { $0.credentials = credentials }
    }

    /// Runs until it is cancelled, and renews credentials five minutes before they end.
    func keepFresh() async {
        while !Task.isCancelled {
            guard let end = credentials?.expiration else { return }
            let pause = max(30, end - HTTPDate.now() - 300)
            guard (try? await Task.sleep(for: .seconds(pause))) != nil else { return }
            // While the old ones hold, a failure is tried again.
            try? await renew()
        }
    }
}
