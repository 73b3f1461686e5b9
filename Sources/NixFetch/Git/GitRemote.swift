/// Where a repository is: a URL of git's, or the short form of ssh, `[user@]host:path`.
///
/// User information of http URLs is split off, so that no program gets it as an argument.
struct GitRemote: Sendable, Equatable {
    /// How git reaches it.
    enum Kind: Sendable, Equatable {
        /// `http` or `https`.
        case web(URLReference)
        case secureShell(SecureShellAddress)
        /// A folder of this machine.
        case folder(String)
        /// git's own protocol, which knows no credentials.
        case daemon(host: String, path: String)
    }

    /// What `ssh` is told.
    struct SecureShellAddress: Sendable, Equatable {
        /// `[user@]host`.
        var destination: String
        var host: String
        var port: String?
        /// As the server is asked for it: with the leading slash of a URL, without one in the short form.
        var path: String
    }

    let kind: Kind
    /// What git gets as the URL.
    let text: String

    /// Reads an address; `git+` before a scheme is dropped, and `xet` means `https`.
    init(_ address: String) throws(FetchError) {
        var text = address
        if text.hasPrefix("git+") { text.removeFirst(4) }
        if text.hasPrefix("xet://") { text = "https" + text.dropFirst(3) }
        let isHarmless = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
        guard isHarmless, !text.hasPrefix("-") else { throw Self.refusal(address, "it is no URL of a repository") }
        if text.hasPrefix("/") {
            self.init(.folder(text), "file://\(URLReference.percentEncoded(text, keepingSlashes: true))")
            return
        }
        guard let mark = text.firstRange(of: "://") else {
            guard let address = SecureShellAddress(short: text) else {
                throw Self.refusal(address, "it is neither a URL nor of the form [user@]host:path")
            }
            self.init(.secureShell(address), text)
            return
        }
        let rest = text[mark.upperBound...]
        switch text[..<mark.lowerBound].lowercased() {
        case "http", "https":
            let url = try Downloader.parse(text)
            self.init(.web(url), url.text)
        case "file":
            guard let path = try Downloader.parse(text).filePath, path.hasPrefix("/") else {
                throw Self.refusal(address, "it names no folder")
            }
            self.init(.folder(path), text)
        case "ssh", "git+ssh", "ssh+git":
            guard let address = SecureShellAddress(authorityAndPath: rest) else {
                throw Self.refusal(address, "it has no usable host and path")
            }
            self.init(.secureShell(address), "ssh://\(rest)")
        case "git":
            guard let address = SecureShellAddress(authorityAndPath: rest) else {
                throw Self.refusal(address, "it has no usable host and path")
            }
            self.init(.daemon(host: address.host, path: address.path), "git://\(rest)")
        case let scheme: throw Self.refusal(address, "scheme '\(scheme.printable)' is not supported")
        }
    }

    private init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }

    private static func refusal(_ address: String, _ reason: String) -> FetchError {
        FetchError(.badRequest, "'\(GitWords.redacted(address))' is not usable as a Git repository: \(reason)")
    }

    /// The URL for messages.
    var redacted: String {
        if case .web(let url) = kind { return url.redacted }
        return GitWords.redacted(text)
    }

    /// The LFS server that belongs to the repository where nothing else is configured.
    ///
    /// https://github.com/git-lfs/git-lfs/blob/main/docs/api/server-discovery.md
    var lfsEndpoint: String? {
        func endpoint(_ base: String) -> String {
            let base = base.withoutFinalSlashes
            return (base.hasSuffix(".git") ? base : base + ".git") + "/info/lfs"
        }
        func encoded(_ path: String) -> String {
            let path = URLReference.percentEncoded(path, keepingSlashes: true)
            return path.hasPrefix("/") ? path : "/\(path)"
        }
        switch kind {
        case .web(let url): return endpoint("\(url.redactedOrigin)\(url.path)")
        case .secureShell(let address): return endpoint("https://\(address.host)\(encoded(address.path))")
        case .daemon(let host, let path): return endpoint("https://\(host)\(encoded(path))")
        case .folder: return nil
        }
    }
}

extension GitRemote.SecureShellAddress {
    /// Reads `[user@]host:path`; nil for anything else.
    init?(short text: String) {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        self.init(authority: text[..<colon], port: nil, path: String(text[text.index(after: colon)...]))
    }

    /// Reads what follows the scheme: `[user@]host[:port]/path`.
    init?(authorityAndPath text: Substring) {
        guard let slash = text.firstIndex(of: "/") else { return nil }
        var authority = text[..<slash]
        var port: String?
        if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
            let digits = authority[authority.index(after: colon)...]
            guard UInt16(digits) != nil else { return nil }
            port = String(digits)
            authority = authority[..<colon]
        }
        self.init(authority: authority, port: port, path: String(text[slash...]))
    }

    private init?(authority: Substring, port: String?, path: String) {
        let at = authority.lastIndex(of: "@")
        let user = at.map { authority[..<$0] }
        var host = at.map { authority[authority.index(after: $0)...] } ?? authority
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        let isName: (Substring) -> Bool = { text in
            !text.isEmpty && !text.hasPrefix("-")
                && text.utf8.allSatisfy { byte in
                    byte.isAlphanumeric || "-._:%+~".utf8.contains(byte)
                }
        }
        guard isName(host), user.map(isName) != false, !path.isEmpty, !path.hasPrefix("-") else { return nil }
        destination = user.map { "\($0)@\(host)" } ?? String(host)
        self.host = String(host)
        self.port = port
        self.path = path
    }
}

/// What programs say, made fit to be printed.
package enum GitWords {
    /// A text without user information of the URLs in it.
    package static func redacted(_ text: String) -> String {
        var output = ""
        var rest = Substring(text)
        while let mark = rest.firstRange(of: "://") {
            output += rest[..<mark.upperBound]
            rest = rest[mark.upperBound...]
            let authority = rest.prefix { !"/ '\"?#\n".contains($0) }
            if let at = authority.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
        }
        return String(output + rest).printable
    }

    /// The lines that say what went wrong: those of git's and of the server, without progress and prefixes.
    static func reason(_ errors: String) -> String {
        let lines = errors.split(whereSeparator: { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }).map { line in
            var line = line
            for prefix in ["fatal: ", "error: ", "remote: ", "ERROR: "] where line.hasPrefix(prefix) {
                line = line.dropFirst(prefix.count)
            }
            return line.trimmingBlanks()
        }
        let kept = lines.filter { !$0.isEmpty && !$0.hasPrefix("hint:") && !$0.hasPrefix("warning:") }
        return redacted(kept.suffix(4).joined(separator: "; "))
    }
}
