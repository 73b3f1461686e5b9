import NixFormats
import Synchronization

/// Keys of an AWS account or of a service that speaks its protocol; never printed.
struct S3Credentials: Sendable, Equatable {
    var accessKey: String
    var secretKey: String
    var sessionToken: String?
    /// Where they came from, for messages.
    var origin: String
    /// When they end, in seconds since 1970; nil means never.
    var expiration: Int64?
}

/// Signature Version 4: requests without body to S3, and such with one to AWS's other services.
///
/// Each path segment is encoded once, as S3 wants it. https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
struct S3Signer: RequestAuthorizer {
    let credentials: S3Credentials
    let region: String
    /// Seconds to add to this machine's clock.
    var clockOffset: Int64 = 0
    var service = "s3"
    /// What a `POST` sends; nil for a `GET`.
    var body: RequestBody?
    /// Further fields `x-amz-…`, in lower case.
    var extra: [(name: String, value: String)] = []

    var hasCredentials: Bool { true }

    func fields(for url: URLReference) -> [String] {
        fields(for: url, at: HTTPDate.now() + clockOffset)
    }

    /// The fields for a point in time, in seconds since 1970.
    func fields(for url: URLReference, at seconds: Int64) -> [String] {
        let time = Self.timestamp(seconds)
        let day = String(time.prefix(8))
        let bodyHash = "\(Digester.sha256(body?.bytes ?? []).base16)"
        var signed = [("host", url.authority), ("x-amz-content-sha256", bodyHash), ("x-amz-date", time)]
        if let type = body?.contentType { signed.insert(("content-type", type), at: 0) }
        if let token = credentials.sessionToken { signed.append(("x-amz-security-token", token)) }
        signed = (signed + extra.map { ($0.name, $0.value) }).sorted { $0.0 < $1.0 }
        let names = signed.map(\.0).joined(separator: ";")
        let query = (url.query ?? "").split(separator: "&").map { $0.contains("=") ? String($0) : "\($0)=" }
        let request = [
            body?.method ?? "GET", url.path,
            query.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.joined(separator: "&"),
            signed.map { "\($0.0):\($0.1)\n" }.joined(), names, bodyHash,
        ].joined(separator: "\n")
        let scope = "\(day)/\(region)/\(service)/aws4_request"
        let text = "AWS4-HMAC-SHA256\n\(time)\n\(scope)\n\(Digester.sha256(Array(request.utf8)).base16)"
        var key = Array("AWS4\(credentials.secretKey)".utf8)
        for part in [day, region, service, "aws4_request"] { key = Self.authenticationCode(part, key: key) }
        let signature = Base16.encode(Self.authenticationCode(text, key: key))
        let authorization =
            "Authorization: AWS4-HMAC-SHA256 Credential=\(credentials.accessKey)/\(scope),"
            + "SignedHeaders=\(names),Signature=\(signature)"
        // Host and content type are set where the request is made.
        return [authorization] + signed.filter { $0.0.hasPrefix("x-amz-") }.map { "\($0.0): \($0.1)" }
    }

    /// A time as in `20130524T000000Z`.
    private static func timestamp(_ seconds: Int64) -> String {
        AWSDate.text(seconds).filter { $0 != "-" && $0 != ":" }
    }

    /// HMAC-SHA256 (RFC 2104).
    private static func authenticationCode(_ text: String, key: [UInt8]) -> [UInt8] {
        var block = key.count > 64 ? Digester.sha256(key).bytes : key
        block += [UInt8](repeating: 0, count: 64 - block.count)
        let inner = Digester.sha256(block.map { $0 ^ 0x36 } + Array(text.utf8)).bytes
        return Digester.sha256(block.map { $0 ^ 0x5C } + inner).bytes
    }
}

/// An error answer of an S3 service: its code and its words.
struct S3ErrorAnswer {
    let code: String
    let message: String
    let region: String?

    /// Reads `<Error><Code>…`, alone or in an `<ErrorResponse>`; nil when it is something else.
    init?(_ body: [UInt8]) {
        guard body.first == UInt8(ascii: "<"), let document = try? XMLElement(parsing: body) else { return nil }
        let element = document.name == "Error" ? document : document.children.first { $0.name == "Error" }
        guard let element, let code = element["Code"] else { return nil }
        self.code = code.printable
        message = (element["Message"] ?? "").printable
        region = element["Region"]
    }

    /// Whether a further try may help although the status says otherwise.
    var isTransient: Bool {
        code.hasPrefix("Throttling")
            || ["IncompleteBody", "InternalError", "RequestTimeout", "RequestExpired", "SlowDown"].contains(code)
    }
}
