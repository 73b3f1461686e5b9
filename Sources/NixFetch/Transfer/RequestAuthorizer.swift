import NixFormats

/// Adds credentials to a request; asked anew for each hop and each try, so that signatures and dates are fresh.
///
/// The `Downloader` asks only for URLs of the origin a fetch began at, and never again after a redirect left it.
protocol RequestAuthorizer: Sendable {
    /// Field lines to add.
    func fields(for url: URLReference) -> [String]
    /// Whether it has credentials at all (a downgrade to plain http is refused then).
    var hasCredentials: Bool { get }
}

/// No credentials.
struct AnonymousAuthorizer: RequestAuthorizer {
    func fields(for url: URLReference) -> [String] { [] }
    var hasCredentials: Bool { false }
}

/// A fixed `Authorization` field.
struct StaticAuthorizer: RequestAuthorizer {
    private let line: String

    /// The field `Authorization: Bearer …`.
    init(bearer token: String) {
        // A line break would begin another field.
        line = "Authorization: Bearer \(String(decoding: token.utf8.filter { $0 > 0x20 && $0 != 0x7F }, as: UTF8.self))"
    }

    /// The field `Authorization: Basic …`.
    init(user: String, password: String) {
        line = "Authorization: Basic \(Base64.encode(Array("\(user):\(password)".utf8)))"
    }

    func fields(for url: URLReference) -> [String] { [line] }
    var hasCredentials: Bool { true }
}

/// Fixed field lines that belong to one origin.
struct FieldsAuthorizer: RequestAuthorizer {
    let lines: [String]

    func fields(for url: URLReference) -> [String] { lines }
    var hasCredentials: Bool { !lines.isEmpty }

    /// One line.
    init(_ line: String) {
        lines = [line]
    }

    /// The members of a JSON object of header fields; those with control characters are left out.
    init(_ header: JSONValue?) {
        var lines: [String] = []
        if case .some(.object(let members)) = header {
            for member in members {
                let (name, value) = (member.key.description, member.value)
                let isName = !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
                guard isName, let text = value.text, !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
                    continue
                }
                lines.append("\(name): \(text)")
            }
        }
        self.lines = lines.sorted()
    }

    /// Whether there is a field of this name.
    func has(_ name: String) -> Bool {
        lines.contains { $0.prefix { $0 != ":" }.lowercased() == name }
    }
}

/// Chooses credentials of a plain URL: its own user information, then netrc.
struct URLCredentials: Sendable {
    private let netrc: NetrcFile

    init(environment: FetchEnvironment) {
        let path = environment.value("NETRC").map(environment.expand) ?? "\(environment.homeDirectory)/.netrc"
        netrc = NetrcFile(contentsOf: path)
    }

    /// Who answers for a URL.
    func authorizer(for url: URLReference) -> any RequestAuthorizer {
        if let own = url.userInformation { return StaticAuthorizer(user: own.user, password: own.password) }
        if let entry = netrc.entry(host: url.host) {
            return StaticAuthorizer(user: entry.login, password: entry.password)
        }
        return AnonymousAuthorizer()
    }
}
