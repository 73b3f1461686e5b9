import NixFormats

/// An absolute URL in parts, read strictly: anything two parsers could understand differently is refused.
///
/// RFC 3986 with the schemes `http`, `https` and `file` only. User information is split off at once, so that it is
/// never part of what is printed or sent on.
package struct URLReference: Sendable, Hashable {
    /// `http`, `https` or `file`.
    package let scheme: String
    /// Lower-case host name, IPv4 address or `[IPv6]`; empty for `file`.
    package let host: String
    /// As written; nil means the scheme's own.
    package let port: UInt16?
    /// Percent-encoded, begins with `/`.
    package let path: String
    /// Percent-encoded, without the `?`.
    package let query: String?
    /// Percent-decoded user and password that stood before the host.
    package let userInformation: UserInformation?

    /// A user and a password from a URL.
    package struct UserInformation: Sendable, Hashable {
        package let user: String
        package let password: String
    }

    /// Scheme, host and port: what credentials are bound to.
    package struct Origin: Sendable, Hashable {
        let scheme: String
        let host: String
        let port: UInt16
    }

    /// Why a text is not accepted as a URL.
    package struct ParseError: Error, Equatable, CustomStringConvertible {
        package let reason: String
        package var description: String { reason }
    }

    /// Reads an absolute URL.
    package init(_ text: String) throws(ParseError) {
        for byte in text.utf8 where byte <= 0x20 || byte == 0x7F || byte == UInt8(ascii: "\\") {
            throw ParseError(reason: "it contains a blank, control character or backslash")
        }
        guard let colon = text.firstIndex(of: ":") else { throw ParseError(reason: "it has no scheme") }
        let scheme = text[..<colon].lowercased()
        guard scheme == "http" || scheme == "https" || scheme == "file" else {
            throw ParseError(reason: "scheme '\(scheme)' is not supported")
        }
        let afterScheme = text[text.index(after: colon)...]
        guard afterScheme.hasPrefix("//") else { throw ParseError(reason: "it has no '//' after the scheme") }
        let rest = afterScheme.dropFirst(2)
        let authorityEnd = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
        try self.init(scheme: scheme, authority: rest[..<authorityEnd], target: rest[authorityEnd...])
    }

    private init(scheme: String, authority: Substring, target: Substring) throws(ParseError) {
        var hostAndPort = authority
        var userInformation: UserInformation?
        if let at = authority.lastIndex(of: "@") {
            let parts = authority[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard let user = Self.percentDecoded(parts[0]),
                let password = parts.count > 1 ? Self.percentDecoded(parts[1]) : "",
                !(user + password).utf8.contains(where: { $0 < 0x20 || $0 == 0x7F })
            else { throw ParseError(reason: "its user information is malformed") }
            userInformation = UserInformation(user: user, password: password)
            hostAndPort = authority[authority.index(after: at)...]
        }
        var port: UInt16?
        if let colon = hostAndPort.lastIndex(of: ":"), !hostAndPort.hasSuffix("]") {
            let digits = hostAndPort[hostAndPort.index(after: colon)...]
            if !digits.isEmpty {
                guard digits.utf8.allSatisfy(\.isDigit), let number = UInt16(digits), number > 0
                else { throw ParseError(reason: "its port is malformed") }
                port = number
            }
            hostAndPort = hostAndPort[..<colon]
        }
        let host = hostAndPort.lowercased()
        guard scheme == "file" ? host.isEmpty || host == "localhost" : Self.isHost(host) else {
            throw ParseError(reason: "its host is malformed")
        }
        let beforeFragment = target.prefix { $0 != "#" }
        let question = beforeFragment.firstIndex(of: "?")
        let path = beforeFragment[..<(question ?? beforeFragment.endIndex)]
        self.scheme = scheme
        self.host = scheme == "file" ? "" : host
        self.port = port
        self.path = path.isEmpty ? "/" : Self.encodingNonASCII(path)
        self.query = question.map { Self.encodingNonASCII(beforeFragment[beforeFragment.index(after: $0)...]) }
        self.userInformation = userInformation
    }

    private static func isHost(_ host: String) -> Bool {
        guard !host.isEmpty, host.utf8.count <= 255 else { return false }
        if host.hasPrefix("[") {
            return host.hasSuffix("]")
                && host.dropFirst().dropLast().utf8.allSatisfy {
                    Base16.value(of: $0) != nil || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".")
                }
        }
        return host.utf8.allSatisfy { $0.isDigit || $0.isLowercaseLetter || "-._".utf8.contains($0) }
    }

    /// What credentials are bound to.
    package var origin: Origin {
        Origin(scheme: scheme, host: host, port: port ?? (scheme == "https" ? 443 : 80))
    }

    /// Host with a port that is not the scheme's own: the `Host` header.
    package var authority: String {
        guard let port, port != (scheme == "https" ? 443 : 80) else { return host }
        return "\(host):\(port)"
    }

    /// The URL without user information, as sent.
    package var text: String {
        "\(scheme)://\(authority)\(path)\(query.map { "?\($0)" } ?? "")"
    }

    /// The URL for messages: no user information, and the values of a query replaced, for they may be signatures.
    package var redacted: String {
        guard let query else { return "\(scheme)://\(authority)\(path)" }
        let names = query.split(separator: "&").map { field in
            field.contains("=") ? "\(field.prefix { $0 != "=" })=…" : String(field)
        }
        return "\(scheme)://\(authority)\(path)?\(names.joined(separator: "&"))"
    }

    /// Whether an answer of `other` may lead here: over https, or where that one itself is over plain http.
    func isAsSafe(as other: URLReference) -> Bool {
        scheme == "https" || scheme == "http" && other.scheme == "http"
    }

    /// Scheme and authority.
    var redactedOrigin: String { "\(scheme)://\(authority)" }

    /// The target of a `Location` or `Link` header relative to this URL (RFC 3986 section 5.2).
    package func resolving(_ reference: String) throws(ParseError) -> URLReference {
        let trimmed = reference.trimmingBlanks()
        let schemeEnd = trimmed.firstIndex { !($0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0))) }
        if let schemeEnd, schemeEnd > trimmed.startIndex, trimmed[schemeEnd] == ":" { return try URLReference(trimmed) }
        if trimmed.hasPrefix("//") { return try URLReference("\(scheme):\(trimmed)") }
        let base = "\(scheme)://\(authority)"
        if trimmed.hasPrefix("/") { return try URLReference(base + Self.removingDotSegments(trimmed)) }
        if trimmed.hasPrefix("?") { return try URLReference(base + path + trimmed) }
        if trimmed.isEmpty || trimmed.hasPrefix("#") { return try URLReference(text) }
        let directory = path[...(path.lastIndex(of: "/") ?? path.startIndex)]
        return try URLReference(base + Self.removingDotSegments(directory + trimmed))
    }

    private static func removingDotSegments(_ text: some StringProtocol) -> String {
        let end = text.firstIndex { $0 == "?" || $0 == "#" } ?? text.endIndex
        var kept: [Substring] = []
        let segments = String(text[..<end]).split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        for (index, segment) in segments.enumerated() {
            let isLast = index == segments.count - 1
            if segment == ".." { _ = kept.popLast() }
            if segment == "." || segment == ".." {
                if isLast { kept.append("") }
            } else {
                kept.append(segment)
            }
        }
        return "/" + kept.joined(separator: "/") + text[end...]
    }

    /// The last path segment, percent-decoded; nil when there is none or it is malformed.
    package var lastPathSegment: String? {
        guard let slash = path.lastIndex(of: "/") else { return nil }
        let decoded = Self.percentDecoded(path[path.index(after: slash)...])
        return decoded?.isEmpty == true ? nil : decoded
    }

    /// The file a `file` URL names.
    package var filePath: String? {
        scheme == "file" ? Self.percentDecoded(path[...]) : nil
    }

    /// Percent-decodes; nil when malformed, or not UTF-8, or when a NUL results.
    package static func percentDecoded(_ text: Substring) -> String? {
        let decoded = PercentEncoding.decode(text)
        return decoded?.utf8.contains(0) == true ? nil : decoded
    }

    /// Percent-encodes every byte but RFC 3986's unreserved ones; `/` is kept when asked.
    static func percentEncoded(_ text: String, keepingSlashes: Bool) -> String {
        PercentEncoding.encode(text, keeping: keepingSlashes ? "/" : "")
    }

    /// The fields of a query or of a form: `name=value&…`, names and values percent-encoded.
    static func query(_ fields: [(String, String)]) -> String {
        fields.map { name, value in
            "\(percentEncoded(name, keepingSlashes: false))=\(percentEncoded(value, keepingSlashes: false))"
        }.joined(separator: "&")
    }

    private static func encodingNonASCII(_ text: Substring) -> String {
        guard text.utf8.contains(where: { $0 >= 0x80 }) else { return String(text) }
        return text.map { $0.isASCII ? String($0) : percentEncoded(String($0), keepingSlashes: true) }.joined()
    }
}
