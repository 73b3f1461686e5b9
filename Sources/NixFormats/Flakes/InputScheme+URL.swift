/// Inputs as URLs.
extension InputScheme {
    /// The attributes of the input at a URL.
    ///
    /// - Parameters:
    ///   - needsTree: whether a plain `https:` address is an archive even if it is not called like one.
    package static func attributes(
        of url: InputURL, needsTree: Bool, features: Set<String>
    ) throws(InputError) -> InputAttributes {
        for scheme in allCases {
            guard var attributes = try scheme.ownAttributes(of: url, needsTree: needsTree) else { continue }
            _ = try check(&attributes, features: features)
            return attributes
        }
        if InputURL.parts(of: url.scheme) == ("file", "git") {
            throw InputError("input '\(url.text)' is unsupported; did you mean 'git+file' instead of 'file+git'?")
        }
        throw InputError("input '\(url.text)' is unsupported")
    }

    /// Nil where the URL belongs to another scheme.
    private func ownAttributes(of url: InputURL, needsTree: Bool) throws(InputError) -> InputAttributes? {
        let (application, transport) = InputURL.parts(of: url.scheme)
        switch self {
        case .file, .tarball:
            guard ["file", "http", "https"].contains(transport) else { return nil }
            if let application {
                guard application == rawValue else { return nil }
            } else {
                guard (needsTree || Self.isArchive(url)) == (self == .tarball) else { return nil }
            }
            return download(url, transport)
        case .git:
            guard url.scheme == "git" || application == "git" else { return nil }
            guard transport == "file" || url.authority != nil else {
                throw InputError("Git URL '\(url.text)' names no host", isBadURL: true)
            }
            return Self.repository(
                url, transport, type: "git", texts: ["rev", "ref", "keytype", "publicKey", "publicKeys"],
                flags: ["shallow", "submodules", "lfs", "exportIgnore", "allRefs", "verifyCommit"])
        case .mercurial:
            guard application == "hg", ["http", "https", "ssh", "file"].contains(transport) else { return nil }
            return Self.repository(url, transport, type: "hg", texts: ["rev", "ref"], flags: [])
        case .github, .gitlab, .sourcehut: return url.scheme == rawValue ? try forge(url) : nil
        case .indirect: return url.scheme == "flake" ? try Self.indirect(url) : nil
        case .path: return url.scheme == "path" ? try Self.path(url) : nil
        }
    }

    private static func isArchive(_ url: InputURL) -> Bool {
        guard let name = url.path.last else { return false }
        return [".zip", ".tar", ".tgz", ".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst"].contains { name.hasSuffix($0) }
    }

    private func download(_ url: InputURL, _ transport: String) -> InputAttributes {
        var attributes = InputAttributes(["type": .string(rawValue)])
        for name in ["narHash", "rev"] {
            if let text = url.query[name] { attributes[name] = .string(text) }
        }
        for name in ["revCount", "lastModified"] {
            if let number = url.query[name].flatMap({ UInt64($0) }) { attributes[name] = .integer(number) }
        }
        var plain = url
        plain.scheme = transport
        for name in allowedAttributes { plain.query[name] = nil }
        attributes["url"] = .string(plain.text)
        return attributes
    }

    private static func repository(
        _ url: InputURL, _ transport: String, type: String, texts: Set<String>, flags: Set<String>
    ) -> InputAttributes {
        var attributes = InputAttributes(["type": .string(type)])
        var plain = url
        plain.scheme = transport
        plain.query = [:]
        for (name, value) in url.query {
            if texts.contains(name) {
                attributes[name] = .string(value)
            } else if flags.contains(name) {
                attributes[name] = .bool(value == "1")
            } else {
                plain.query[name] = value
            }
        }
        attributes["url"] = .string(plain.text)
        return attributes
    }

    private func forge(_ url: InputURL) throws(InputError) -> InputAttributes {
        let path = url.path.filter { !$0.isEmpty }
        guard path.count >= 2 else { throw InputError("URL '\(url.text)' is invalid", isBadURL: true) }
        var attributes = InputAttributes([
            "type": .string(rawValue), "owner": .string(path[0]), "repo": .string(path[1]),
        ])
        if path.count > 2 {
            let version = path[2...].joined(separator: "/")
            attributes[path.count == 3 && GitNames.isRevision(version) ? "rev" : "ref"] = .string(version)
        }
        for (name, kind) in [("rev", "commit hashes"), ("ref", "branch/tag names")] {
            guard let value = url.query[name] else { continue }
            guard attributes[name] == nil else {
                throw InputError("URL '\(url.text)' contains multiple \(kind)", isBadURL: true)
            }
            attributes[name] = .string(value)
        }
        for name in ["host", "narHash"] {
            if let value = url.query[name] { attributes[name] = .string(value) }
        }
        return attributes
    }

    private static func indirect(_ url: InputURL) throws(InputError) -> InputAttributes {
        let path = url.path.filter { !$0.isEmpty }
        func bad(_ message: String) -> InputError { InputError(message, isBadURL: true) }
        guard (1...3).contains(path.count) else { throw bad("GitHub URL '\(url.text)' is invalid") }
        var attributes = InputAttributes(["type": .string("indirect"), "id": .string(path[0])])
        if path.count == 2 {
            if GitNames.isRevision(path[1]) {
                attributes["rev"] = .string(path[1].lowercased())
            } else if GitNames.isReference(path[1]) {
                attributes["ref"] = .string(path[1])
            } else {
                throw bad("in flake URL '\(url.text)', '\(path[1])' is not a commit hash or branch/tag name")
            }
        } else if path.count == 3 {
            guard GitNames.isReference(path[1]) else {
                throw bad("in flake URL '\(url.text)', '\(path[1])' is not a branch/tag name")
            }
            guard GitNames.isRevision(path[2]) else {
                throw bad("in flake URL '\(url.text)', '\(path[2])' is not a commit hash")
            }
            attributes["ref"] = .string(path[1])
            attributes["rev"] = .string(path[2].lowercased())
        }
        return attributes
    }

    private static func path(_ url: InputURL) throws(InputError) -> InputAttributes {
        if let authority = url.authority, !authority.isEmpty {
            throw InputError("path URL '\(url.text)' should not have an authority ('\(authority)')")
        }
        var plain = ""
        for character in url.plainPath where character != "/" || plain.last != "/" { plain.append(character) }
        var attributes = InputAttributes([
            "type": .string("path"), "path": .string(plain.isEmpty ? "/" : plain),
        ])
        for (name, value) in url.query.sorted(by: { $0.key < $1.key }) {
            switch name {
            case "rev", "narHash": attributes[name] = .string(value)
            case "revCount", "lastModified":
                guard let number = UInt64(value) else {
                    throw InputError("path URL '\(url.text)' has invalid parameter '\(name)'")
                }
                attributes[name] = .integer(number)
            default: throw InputError("path URL '\(url.text)' has unsupported parameter '\(name)'")
            }
        }
        return attributes
    }

    /// The URL of an input, whose attributes were checked.
    package func url(of attributes: InputAttributes) throws(InputError) -> InputURL {
        var warnings: [String] = []
        func parsed(isLenient: Bool) throws(InputError) -> InputURL {
            try InputURL(
                parsing: try attributes.requiredString("url"), isLenient: isLenient, warnings: &warnings)
        }
        var url: InputURL
        switch self {
        case .file, .tarball:
            url = try parsed(isLenient: false)
            if let hash = try Self.narHash(attributes) { url.query["narHash"] = hash.sri.description }
        case .git:
            url = try parsed(isLenient: false)
            if url.scheme != "git" { url.scheme = "git+" + url.scheme }
            try addVersion(attributes, to: &url)
            for name in ["shallow", "lfs", "submodules", "exportIgnore", "verifyCommit"]
            where try attributes.bool(name) == true { url.query[name] = "1" }
        case .mercurial:
            url = try parsed(isLenient: false)
            url.scheme = "hg+" + url.scheme
            try addVersion(attributes, to: &url)
        case .github, .gitlab, .sourcehut:
            url = InputURL(
                scheme: rawValue,
                path: [try attributes.requiredString("owner"), try attributes.requiredString("repo")])
            if let reference = try attributes.string("ref") { url.path.append(reference) }
            if let revision = try Self.revision(attributes) { url.path.append(revision) }
            if let hash = try Self.narHash(attributes) { url.query["narHash"] = hash.sri.description }
            if let host = try attributes.string("host") { url.query["host"] = host }
        case .indirect:
            url = InputURL(scheme: "flake", path: [try attributes.requiredString("id")])
            if let reference = try attributes.string("ref") { url.path.append(reference) }
            if let revision = try Self.revision(attributes) { url.path.append(revision) }
        case .path:
            let path = try attributes.requiredString("path")
            url = InputURL(
                scheme: "path", path: path.split(separator: "/", omittingEmptySubsequences: false).map(String.init))
            for (name, value) in attributes.sorted where !["path", "type", "__final"].contains(name) {
                url.query[name] =
                    switch value {
                    case .string(let text): text
                    case .integer(let number): "\(number)"
                    case .bool(let flag): flag ? "1" : "0"
                    }
            }
        }
        return url
    }

    private func addVersion(_ attributes: InputAttributes, to url: inout InputURL) throws(InputError) {
        if let revision = try Self.revision(attributes) { url.query["rev"] = revision }
        if let reference = try attributes.string("ref") { url.query["ref"] = reference }
    }
}
