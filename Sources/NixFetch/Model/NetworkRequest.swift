import NixFormats

/// A model's `network`: what is nil is left to the downloader's own options.
package struct NetworkRequest: Sendable, Equatable {
    /// Seconds until a connection must stand.
    package var connectTimeout: Double?
    /// Seconds a transfer may idle, or stay below `stallBytesPerSecond`.
    package var readTimeout: Double?
    package var stallBytesPerSecond: Int64?
    /// Seconds the whole model may take, whatever its size, and for each GiB of it.
    package var totalTimeout: Double?
    package var timeoutPerGiB: Double?
    /// Tries per request, the first included.
    package var maxAttempts: Int?
    /// Seconds before the second try.
    package var baseDelay: Double?
    /// The longest pause before a try, in seconds.
    package var maxDelay: Double?
    /// The part of a pause that is random, from 0 to 1.
    package var jitter: Double?
    /// The only failures that are tried again.
    package var retryOn: [RetryCondition]?
    /// Failures that are not.
    package var noRetryOn: [RetryCondition] = []
    /// Bytes per second of one model.
    package var bytesPerSecond: Int64?
    /// Bytes per second of each connection.
    package var bytesPerSecondAndConnection: Int64?
    /// Bytes of one model that come before the limit holds.
    package var burst: Int64?
    /// Proxies' URLs, in place of those of the environment.
    package var proxies = ProxyRequest()
    /// A file of trusted certificates.
    package var certificateFile: String?
    package var minimumTLS: TLSVersion?
    /// Large files of a hub in chunks, by Xet's own protocol, in place of its plain URLs.
    package var usesXet = false

    /// Versions of TLS that can be asked for.
    package enum TLSVersion: String, Sendable {
        case version12 = "1.2"
        case version13 = "1.3"
    }

    package init() {}

    init(_ fields: RequestFields) throws(FetchError) {
        for name in ["timeout", "timeouts"] {
            guard let timeout = try fields.object(name) else { continue }
            try readTimeouts(timeout)
        }
        if let retry = try fields.object("retry") { try readRetry(retry) }
        if let bandwidth = try fields.object("bandwidth") {
            bytesPerSecond = try bandwidth.byteCount("limit")
            bytesPerSecondAndConnection = try bandwidth.byteCount("perConnectionLimit")
            burst = try bandwidth.byteCount("burstSize")
        }
        proxies = try ProxyRequest(fields)
        if let tls = try fields.object("tls") { try readTLS(tls) }
        usesXet = try fields.bool("xet") ?? false
    }

    private mutating func readTimeouts(_ fields: RequestFields) throws(FetchError) {
        if let seconds = try fields.seconds("connect") { connectTimeout = seconds }
        if let seconds = try fields.seconds("read") { readTimeout = seconds }
        if let seconds = try fields.seconds("stallTimeout") { readTimeout = seconds }
        if let speed = try fields.byteCount("stallMinSpeed") { stallBytesPerSecond = speed }
        if let seconds = try fields.seconds("total"), seconds > 0 { totalTimeout = seconds }
        if let seconds = try fields.seconds("totalPerGB"), seconds > 0 { timeoutPerGiB = seconds }
    }

    private mutating func readRetry(_ fields: RequestFields) throws(FetchError) {
        if let attempts = try fields.number("maxAttempts") {
            guard attempts >= 1, attempts <= 1000 else {
                throw FetchError(.badRequest, "network.retry.maxAttempts must lie between 1 and 1000")
            }
            maxAttempts = Int(attempts)
        }
        baseDelay = try fields.seconds("baseDelay")
        maxDelay = try fields.seconds("maxDelay")
        if case .some(.bool(let isOn)) = fields["jitter"] {
            jitter = isOn ? nil : 0
        } else if let part = try fields.number("jitter") {
            guard part >= 0, part <= 1 else {
                throw FetchError(.badRequest, "network.retry.jitter must lie between 0 and 1")
            }
            jitter = part
        }
        retryOn = try RetryCondition.list(fields, "retryOn")
        noRetryOn = try RetryCondition.list(fields, "noRetryOn") ?? []
    }

    private mutating func readTLS(_ fields: RequestFields) throws(FetchError) {
        certificateFile = try fields.string("caBundle")
        if try fields.bool("insecure") == true {
            throw FetchError(
                .badRequest, "network.tls.insecure is refused: certificates are always verified",
                hint: "name the server's own certificates with 'network.tls.caBundle'")
        }
        guard let version = try fields.string("minVersion") else { return }
        guard let known = TLSVersion(rawValue: version) else {
            throw FetchError(
                .badRequest, "network.tls.minVersion must be \"1.2\" or \"1.3\", not '\(version.printable)'")
        }
        minimumTLS = known
    }

    /// Seconds a model of so many bytes may take; nil without a limit.
    func deadline(bytes: Int64?) -> Double? {
        let bySize = timeoutPerGiB.flatMap { seconds in bytes.map { max(seconds, seconds * Double($0) / 0x1p30) } }
        guard let totalTimeout else { return bySize }
        return bySize.map { min($0, totalTimeout) } ?? totalTimeout
    }
}

/// A model's `network.proxy`: one URL for everything, or one for each scheme.
package struct ProxyRequest: Sendable, Equatable {
    package var http: String?
    package var https: String?
    /// Hosts that bypass the proxy, comma-separated.
    package var noProxy: String?
    /// Whether the environment's proxies hold where none is named here.
    package var usesEnvironment = true
    /// Variables with the credentials of the proxy.
    package var usernameEnvVar: String?
    package var passwordEnvVar: String?

    init() {}

    init(_ network: RequestFields) throws(FetchError) {
        guard network["proxy"]?.object != nil, let fields = try network.object("proxy") else {
            http = try network.string("proxy")
            https = http
            return
        }
        http = try fields.string("http")
        https = try fields.string("https")
        if case .some(.array) = fields["noProxy"] {
            noProxy = try fields.strings("noProxy")?.joined(separator: ",")
        } else {
            noProxy = try fields.string("noProxy")
        }
        usesEnvironment = try fields.bool("useEnvironment") ?? true
        if let credentials = try fields.object("auth") {
            usernameEnvVar = try credentials.string("usernameEnvVar")
            passwordEnvVar = try credentials.string("passwordEnvVar")
            guard credentials["username"] == nil, credentials["password"] == nil else {
                throw FetchError(
                    .badRequest, "network.proxy.auth holds credentials, which everyone can read in the Nix store",
                    hint: "name variables with 'usernameEnvVar' and 'passwordEnvVar'")
            }
        }
        if let socks = try fields.object("socks"), try socks.bool("enable") ?? false {
            let url = try socks.requiredString("url")
            let version = try socks.number("version") ?? 5
            guard version == 4 || version == 5 else {
                throw FetchError(.badRequest, "network.proxy.socks.version must be 4 or 5")
            }
            // The proxy resolves names, as for HTTP proxies.
            let address = url.split(separator: "/").last.map(String.init) ?? url
            http = (version == 4 ? "socks4a://" : "socks5h://") + address
            https = http
        }
    }
}

/// A failure that `network.retry` names.
package enum RetryCondition: Sendable, Equatable {
    case connectionTimeout
    case connectionReset
    case connectionRefused
    case nameLookup
    case hashMismatch
    /// Statuses of answers.
    case statuses(ClosedRange<Int>)

    /// Reads `connection_timeout`, `http_5xx`, `http_429`, ….
    init?(_ name: String) {
        switch name {
        case "connection_timeout", "timeout": self = .connectionTimeout
        case "connection_reset": self = .connectionReset
        case "connection_refused": self = .connectionRefused
        case "dns_failure": self = .nameLookup
        case "hash_mismatch": self = .hashMismatch
        default:
            guard name.hasPrefix("http_") else { return nil }
            let rest = name.dropFirst(5)
            if rest.count == 3, rest.hasSuffix("xx"), let hundreds = rest.first?.wholeNumberValue, hundreds > 0 {
                self = .statuses(hundreds * 100...hundreds * 100 + 99)
            } else if let status = Int(rest), (100...999).contains(status) {
                self = .statuses(status...status)
            } else {
                return nil
            }
        }
    }

    static func list(_ fields: RequestFields, _ member: String) throws(FetchError) -> [Self]? {
        guard let names = try fields.strings(member) else { return nil }
        var conditions: [Self] = []
        for name in names {
            guard let condition = Self(name) else {
                throw FetchError(
                    .badRequest, "network.retry.\(member): unknown failure '\(name.printable)'",
                    hint:
                        "known are connection_timeout, connection_reset, connection_refused, dns_failure, hash_mismatch, http_429, http_5xx and the like"
                )
            }
            conditions.append(condition)
        }
        return conditions
    }

    /// Whether a failed request is one of these; libcurl's codes for the network.
    func matches(_ code: TransferError.Code) -> Bool {
        switch (self, code) {
        case (.connectionTimeout, .curl(28)): true
        case (.connectionReset, .curl(let code)): [18, 52, 55, 56, 92, 95].contains(code)
        case (.connectionReset, .tooShort): true
        case (.connectionRefused, .curl(7)): true
        case (.nameLookup, .curl(5)), (.nameLookup, .curl(6)): true
        case (.statuses(let range), .status(let status)): range.contains(status)
        default: false
        }
    }
}
