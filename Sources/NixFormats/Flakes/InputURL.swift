/// A URL as flake references use it: RFC 3986, with blanks and quotation marks allowed in queries and fragments.
///
/// Everything is kept decoded; printing encodes what has to be encoded, so that equal URLs have one spelling.
package struct InputURL: Hashable, Sendable {
    package var scheme: String
    /// `user@host:port`, as it is written; nil without `//`.
    package var authority: String?
    /// What stands between slashes; a path that begins with one has an empty first segment.
    package var path: [String]
    /// The members of the query that have a value.
    package var query: [String: String]
    package var fragment: String

    package init(
        scheme: String, authority: String? = nil, path: [String], query: [String: String] = [:], fragment: String = ""
    ) {
        self.scheme = scheme
        self.authority = authority
        self.path = path
        self.query = query
        self.fragment = fragment
    }

    /// Parses a URL.
    ///
    /// - Parameters:
    ///   - isLenient: whether blanks and quotation marks may stand for themselves in the query and the fragment.
    ///   - warnings: gets what the caller should tell.
    package init(parsing text: String, isLenient: Bool, warnings: inout [String]) throws(InputError) {
        let invalid = InputError("'\(text)' is not a valid URL: leftover", isBadURL: true)
        var rest = Substring(text)
        var fragmentText: Substring = ""
        var queryText: Substring = ""
        if let mark = rest.firstIndex(of: "#") {
            fragmentText = rest[rest.index(after: mark)...]
            rest = rest[..<mark]
        }
        if let mark = rest.firstIndex(of: "?") {
            queryText = rest[rest.index(after: mark)...]
            rest = rest[..<mark]
        }
        guard let colon = rest.firstIndex(of: ":"), Self.isScheme(rest[..<colon]) else {
            // A slash or a missing colon makes it a relative reference, which is well-formed but no URL of an input.
            let first = rest.prefix { $0 != "/" }
            if first.contains(":") || !Self.isEncoded(rest, allowing: Self.pathCharacters) { throw invalid }
            throw InputError("'\(text)' doesn't have a scheme", isBadURL: true)
        }
        let scheme = String(rest[..<colon])
        rest = rest[rest.index(after: colon)...]
        var authority: String?
        if rest.hasPrefix("//") {
            let end = rest.dropFirst(2).firstIndex(of: "/") ?? rest.endIndex
            authority = String(rest[rest.index(rest.startIndex, offsetBy: 2)..<end])
            rest = rest[end...]
        }
        let lenient = isLenient ? " \"" : ""
        guard Self.isEncoded(rest, allowing: Self.pathCharacters),
            Self.isEncoded(queryText, allowing: Self.queryCharacters + lenient),
            Self.isEncoded(fragmentText, allowing: Self.queryCharacters + (isLenient ? " \"^" : ""))
        else { throw invalid }
        let (application, transport) = Self.parts(of: scheme)
        if let authority {
            try Self.check(authority, invalid)
            if transport == "file", !authority.isEmpty {
                throw InputError("file:// URL '\(text)' has unexpected authority '\(authority)'", isBadURL: true)
            }
        }
        _ = application
        if transport == "file", rest.isEmpty { rest = "/" }
        self.scheme = scheme
        self.authority = authority
        path = rest.split(separator: "/", omittingEmptySubsequences: false).map { PercentEncoding.decodeLeniently($0) }
        query = try Self.query(String(queryText), isLenient: isLenient, warnings: &warnings)
        fragment = PercentEncoding.decodeLeniently(fragmentText)
    }

    /// The URL as it is written, members of the query in the order of their names.
    package var text: String {
        var text = scheme + ":"
        if let authority { text += "//" + authority }
        text += path.map { PercentEncoding.encode($0, keeping: ":@") }.joined(separator: "/")
        if !query.isEmpty {
            text +=
                "?"
                + query.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
                .map {
                    PercentEncoding.encode($0.key, keeping: ":@/?") + "="
                        + PercentEncoding.encode($0.value, keeping: ":@/?")
                }
                .joined(separator: "&")
        }
        if !fragment.isEmpty { text += "#" + PercentEncoding.encode(fragment) }
        return text
    }

    /// `git+https` as `git` and `https`, a plain scheme as nil and itself.
    package static func parts(of scheme: String) -> (application: String?, transport: String) {
        guard let plus = scheme.firstIndex(of: "+") else { return (nil, scheme) }
        return (String(scheme[..<plus]), String(scheme[scheme.index(after: plus)...]))
    }

    /// The path without the encoding of a URL.
    package var plainPath: String { path.joined(separator: "/") }

    // MARK: Queries

    /// The members of a query; one without `=` is left out with a warning.
    package static func query(
        _ text: String, isLenient: Bool, warnings: inout [String]
    ) throws(InputError) -> [String: String] {
        guard isEncoded(Substring(text), allowing: queryCharacters + (isLenient ? " \"" : "")) else {
            throw InputError("invalid URI query '\(text)': leftover", isBadURL: true)
        }
        var query: [String: String] = [:]
        for member in text.split(separator: "&", omittingEmptySubsequences: true) {
            guard let equals = member.firstIndex(of: "=") else {
                warnings.append("dubious URI query '\(member)' is missing equal sign '=', ignoring")
                continue
            }
            let name = PercentEncoding.decodeLeniently(member[..<equals])
            if query[name] == nil {
                query[name] = PercentEncoding.decodeLeniently(member[member.index(after: equals)...])
            }
        }
        return query
    }

    // MARK: Characters

    private static let pathCharacters = "-._~!$&'()*+,;=:@/"
    private static let queryCharacters = "-._~!$&'()*+,;=:@/?"

    private static func isScheme(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, isLetter(first) else { return false }
        return text.utf8.allSatisfy { isLetter($0) || isDigit($0) || "+-.".utf8.contains($0) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// Whether there are only letters, digits, the given characters and encoded bytes.
    private static func isEncoded(_ text: Substring, allowing characters: String) -> Bool {
        let bytes = Array(text.utf8)
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%") {
                guard index + 2 < bytes.count, Base16.value(of: bytes[index + 1]) != nil,
                    Base16.value(of: bytes[index + 2]) != nil
                else { return false }
                index += 3
                continue
            }
            guard isLetter(bytes[index]) || isDigit(bytes[index]) || characters.utf8.contains(bytes[index]) else {
                return false
            }
            index += 1
        }
        return true
    }

    /// A user, a host that may be an address in brackets, and a port up to 65535.
    private static func check(_ authority: String, _ invalid: InputError) throws(InputError) {
        var host = Substring(authority)
        if let at = host.lastIndex(of: "@") {
            guard isEncoded(host[..<at], allowing: "-._~!$&'()*+,;=:") else { throw invalid }
            host = host[host.index(after: at)...]
        }
        var port: Substring = ""
        if host.first == "[" {
            guard let end = host.firstIndex(of: "]"),
                host[..<end].dropFirst().utf8.allSatisfy({
                    isLetter($0) || isDigit($0) || ":.%-_~".utf8.contains($0)
                })
            else { throw invalid }
            port = host[host.index(after: end)...]
            guard port.isEmpty || port.first == ":" else { throw invalid }
            port = port.dropFirst()
        } else {
            if let colon = host.firstIndex(of: ":") {
                port = host[host.index(after: colon)...]
                host = host[..<colon]
            }
            guard isEncoded(host, allowing: "-._~!$&'()*+,;=") else { throw invalid }
        }
        guard port.utf8.allSatisfy(isDigit) else { throw invalid }
        guard port.isEmpty || UInt16(port) != nil else {
            throw InputError("port '\(port)' is invalid", isBadURL: true)
        }
    }
}

/// Why something is no reference to an input.
package struct InputError: Error, Hashable, Sendable {
    package let message: String
    /// Whether only the form of a URL is wrong, so that the text may still mean a path.
    package let isBadURL: Bool

    package init(_ message: String, isBadURL: Bool = false) {
        self.message = message
        self.isBadURL = isBadURL
    }
}
