/// A kind of input: which attributes it has, and how it is written as a URL.
///
/// Source: "Flake references" in the Nix manual; checks and words as Nix 2.34 has them.
package enum InputScheme: String, CaseIterable, Sendable {
    case file, git, github, gitlab, mercurial = "hg", indirect, path, sourcehut, tarball

    /// The attributes apart from `type` that an input of this kind may have.
    package var allowedAttributes: Set<String> {
        switch self {
        case .file, .tarball: Self.downloadAttributes
        case .git:
            [
                "url", "ref", "rev", "shallow", "submodules", "lfs", "exportIgnore", "lastModified", "revCount",
                "narHash", "allRefs", "name", "dirtyRev", "dirtyShortRev", "verifyCommit", "keytype", "publicKey",
                "publicKeys",
            ]
        case .github, .gitlab, .sourcehut:
            ["owner", "repo", "ref", "rev", "narHash", "lastModified", "host", "treeHash"]
        case .mercurial: ["url", "ref", "rev", "revCount", "narHash", "name"]
        case .indirect: ["id", "ref", "rev", "narHash"]
        case .path: ["path", "rev", "revCount", "lastModified", "narHash"]
        }
    }

    /// Whether inputs of this kind are commits of a repository, fetched by its own program.
    package var isRepository: Bool { self == .git || self == .mercurial }

    private static let downloadAttributes: Set<String> = [
        "url", "narHash", "name", "unpack", "rev", "revCount", "lastModified",
    ]

    private static let verifications = ["verifyCommit", "keytype", "publicKey", "publicKeys"]

    // MARK: Attributes

    /// The scheme of some attributes, which are checked and completed; nil for a type that nobody knows.
    ///
    /// - Parameter features: the experimental features that are on.
    package static func check(
        _ attributes: inout InputAttributes, features: Set<String>
    ) throws(InputError) -> InputScheme? {
        guard let type = try attributes.string("type") else {
            throw InputError("'type' attribute to specify input scheme is required but not provided")
        }
        guard let scheme = InputScheme(rawValue: type) else { return nil }
        if scheme.needsFlakes, !features.contains("flakes") {
            throw InputError(
                "experimental Nix feature 'flakes' is disabled; add '--extra-experimental-features flakes' to enable it"
            )
        }
        for (name, _) in attributes.sorted where name != "type" && name != "__final" {
            guard scheme.allowedAttributes.contains(name) else {
                throw InputError("input attribute '\(name)' not supported by scheme '\(type)'")
            }
        }
        try scheme.checkOwn(&attributes, features)
        // What every input may have.
        _ = try attributes.string("ref")
        _ = try attributes.integer("revCount")
        _ = try attributes.integer("lastModified")
        return scheme
    }

    /// Whether inputs of this kind are there with the feature `flakes` only.
    private var needsFlakes: Bool {
        switch self {
        case .github, .gitlab, .sourcehut, .indirect, .path: true
        case .file, .tarball, .git, .mercurial: false
        }
    }

    private func checkOwn(_ attributes: inout InputAttributes, _ features: Set<String>) throws(InputError) {
        switch self {
        case .file, .tarball: break
        case .git:
            for name in Self.verifications where attributes[name] != nil && !features.contains("verified-fetches") {
                throw InputError(
                    "experimental Nix feature 'verified-fetches' is disabled; add '--extra-experimental-features verified-fetches' to enable it"
                )
            }
            _ = try attributes.bool("verifyCommit")
            if let reference = try attributes.string("ref"), !GitNames.isReference(reference) {
                throw InputError("invalid Git branch/tag name '\(reference)'", isBadURL: true)
            }
            attributes["url"] = .string(try Self.gitURL(try attributes.requiredString("url")))
            for name in ["shallow", "submodules", "allRefs"] { _ = try attributes.bool(name) }
        case .github, .gitlab, .sourcehut:
            _ = try attributes.requiredString("owner")
            _ = try attributes.requiredString("repo")
            let reference = try attributes.string("ref")
            let revision = try attributes.string("rev")
            if let reference, let revision {
                throw InputError(
                    "input \(attributes.json) contains both a commit hash ('\(revision)') and a branch/tag name ('\(reference)')",
                    isBadURL: true)
            }
            _ = try Self.revision(attributes)
            if let reference, !GitNames.isReference(reference) {
                throw InputError("input \(attributes.json) contains an invalid branch/tag name", isBadURL: true)
            }
            if let host = try attributes.string("host"), !Self.isHost(host) {
                throw InputError("input \(attributes.json) contains an invalid instance host", isBadURL: true)
            }
        case .mercurial:
            var warnings: [String] = []
            _ = try InputURL(
                parsing: try attributes.requiredString("url"), isLenient: false, warnings: &warnings)
            if let reference = try attributes.string("ref"), !GitNames.isShortReference(reference) {
                throw InputError("invalid Mercurial branch/tag name '\(reference)'", isBadURL: true)
            }
        case .indirect:
            let id = try attributes.requiredString("id")
            guard GitNames.isFlakeID(id) else { throw InputError("'\(id)' is not a valid flake ID", isBadURL: true) }
        case .path: _ = try attributes.requiredString("path")
        }
    }

    /// Whether an input with these attributes can never be anything else.
    package func isLocked(_ attributes: InputAttributes) -> Bool {
        switch self {
        case .file, .tarball, .path: attributes["narHash"] != nil
        case .git, .mercurial, .github, .gitlab, .sourcehut: attributes["rev"] != nil
        case .indirect: false
        }
    }

    private static func isHost(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy {
            $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "." || $0 == "-")
        }
    }

    /// The commit hash of an input, as 40 hexadecimal digits.
    package static func revision(_ attributes: InputAttributes) throws(InputError) -> String? {
        guard let text = try attributes.string("rev") else { return nil }
        do throws(FormatError) {
            return try NixHash(parsing: ByteString(text), expected: .sha1).base16.description
        } catch { throw InputError(error.message) }
    }

    /// The hash that the tree must have.
    package static func narHash(_ attributes: InputAttributes) throws(InputError) -> NixHash? {
        guard let text = try attributes.string("narHash") else { return nil }
        do throws(FormatError) {
            if text.isEmpty { return .fake(.sha256) }
            return try NixHash(parsingSRI: ByteString(text))
        } catch { throw InputError(error.message) }
    }

    /// An address with a scheme for a path or the form `user@host:path`.
    package static func gitURL(_ text: String) throws(InputError) -> String {
        if text.hasPrefix("/") { return "file://" + text }
        if text.isEmpty { return "file:/" }
        if !text.contains(":") { return "file:" + text }
        var warnings: [String] = []
        if let colon = text.firstIndex(of: ":"), !text[..<colon].contains("/"), text[..<colon].contains("@"),
            !text[colon...].hasPrefix("://")
        {
            let path = text[text.index(after: colon)...].drop { $0 == "/" }
            return "ssh://\(text[..<colon])/\(path)"
        }
        let url = try InputURL(parsing: text, isLenient: true, warnings: &warnings)
        return url.text
    }
}
