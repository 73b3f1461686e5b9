import NixEval
import NixFormats

/// Where a flake (or another input) lies, in the words of Nix's flake references.
///
/// The forms are those of the Nix manual, *nix flake*, "Flake references": URL-like (`github:owner/repo/ref?dir=sub`,
/// `git+https://…`, `path:…`, `https://….tar.gz`), path-like (`.`, `./x`, `/x`) and registry names (`nixpkgs`,
/// `flake:nixpkgs/ref`). What comes after `#` is not part of it: `split` takes it off first.
package struct FlakeReference: Hashable, Sendable {
    /// Which fetcher an input needs.
    package enum Kind: String, Sendable {
        case path, github, gitlab, sourcehut, git, mercurial = "hg", tarball, file, indirect
    }

    package var kind: Kind
    /// The fetcher's attributes apart from `type` and `dir`, such as `owner`, `repo`, `ref`, `rev`, `url`, `path`, `id`.
    package var attributes: [String: String]
    /// The folder of `flake.nix` inside of what is fetched; empty for its root.
    package var directory: String

    package init(kind: Kind, attributes: [String: String], directory: String = "") {
        self.kind = kind
        self.attributes = attributes
        self.directory = directory
    }

    /// The reference and the fragment of an installable such as `.#models.bert`; the fragment is nil without `#`.
    package static func split(_ text: String) -> (reference: String, fragment: String?) {
        guard let hash = text.firstIndex(of: "#") else { return (text, nil) }
        let fragment = text[text.index(after: hash)...]
        return (String(text[..<hash]), PercentEncoding.decode(String(fragment)) ?? String(fragment))
    }

    /// Parses a reference.
    ///
    /// - Parameter base: the absolute folder that relative paths start from; nil makes them an error.
    /// - Throws: `ProjectError` in Nix's words.
    package init(parsing text: String, relativeTo base: String?) throws(ProjectError) {
        if let indirect = Self.indirect(text) {
            self = indirect
        } else if let colon = text.firstIndex(of: ":"), Self.isScheme(text[..<colon]) {
            self = try Self.url(text, scheme: String(text[..<colon]), rest: text[text.index(after: colon)...], base)
        } else {
            self = try Self.path(text, base)
        }
    }

    /// A registry name: `nixpkgs`, `nixpkgs/release-25.05`, `nixpkgs/<ref>/<rev>`.
    private static func indirect(_ text: String) -> FlakeReference? {
        let components = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard let name = components.first, isIdentifier(name), components.count <= 3 else { return nil }
        var attributes = ["id": name]
        for component in components.dropFirst() {
            if isRevision(component) {
                guard attributes["rev"] == nil else { return nil }
                attributes["rev"] = component
            } else {
                guard isGitReference(component), attributes["ref"] == nil, attributes["rev"] == nil else { return nil }
                attributes["ref"] = component
            }
        }
        return FlakeReference(kind: .indirect, attributes: attributes)
    }

    private static func url(
        _ text: String, scheme: String, rest: Substring, _ base: String?
    ) throws(ProjectError) -> FlakeReference {
        let (locator, members) = try splitQuery(rest, of: text)
        switch scheme {
        case "path": return try path(String(rest), base)
        case "flake":
            guard let reference = indirect(String(rest)) else { throw ProjectError("'\(text)' is not a valid URL") }
            return reference
        case "github", "gitlab", "sourcehut":
            return try forge(Kind(rawValue: scheme)!, locator, members, text)
        default: break
        }
        let parts = scheme.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let (application, transport) = parts.count == 2 ? (parts[0], parts[1]) : ("", parts[0])
        var query = members
        let directory = query.removeValue(forKey: "dir") ?? ""
        switch (application, transport) {
        case ("git", "http"), ("git", "https"), ("git", "ssh"), ("git", "file"), ("git", "git"), ("", "git"):
            var attributes = query.filter { $0.key != "url" }
            attributes["url"] = "\(transport):\(locator)"
            return FlakeReference(kind: .git, attributes: attributes, directory: directory)
        case ("hg", "http"), ("hg", "https"), ("hg", "ssh"), ("hg", "file"):
            var attributes = query.filter { $0.key != "url" }
            attributes["url"] = "\(transport):\(locator)"
            return FlakeReference(kind: .mercurial, attributes: attributes, directory: directory)
        case ("", "http"), ("", "https"), ("", "file"), ("tarball", _), ("file", _):
            let isTarball = application != "file"
            var attributes: [String: String] = [:]
            for name in ["narHash", "rev", "revCount", "lastModified"] {
                if let value = query.removeValue(forKey: name) { attributes[name] = value }
            }
            attributes["url"] = "\(transport):\(locator)" + PercentEncoding.query(query)
            return FlakeReference(kind: isTarball ? .tarball : .file, attributes: attributes, directory: directory)
        default: throw ProjectError("input '\(text)' is unsupported")
        }
    }

    /// `owner/repo[/ref-or-rev]`, the reference possibly in the query instead.
    private static func forge(
        _ kind: Kind, _ locator: String, _ query: [String: String], _ text: String
    ) throws(ProjectError) -> FlakeReference {
        let components = locator.split(separator: "/", omittingEmptySubsequences: false).map {
            PercentEncoding.decode(String($0)) ?? String($0)
        }
        guard components.count >= 2, !components[0].isEmpty, !components[1].isEmpty else {
            throw ProjectError("URL '\(text)' is invalid")
        }
        var attributes = ["owner": components[0], "repo": components[1]]
        if components.count > 2 {
            let last = components[2...].joined(separator: "/")
            if isRevision(last) {
                attributes["rev"] = last
            } else if isGitReference(last) {
                attributes["ref"] = last
            } else {
                throw ProjectError("in URL '\(text)', '\(last)' is not a commit hash or branch/tag name")
            }
        }
        for (name, value) in query {
            switch name {
            case "rev":
                guard attributes["rev"] == nil else {
                    throw ProjectError("URL '\(text)' contains multiple commit hashes")
                }
                attributes["rev"] = value
            case "ref":
                guard isGitReference(value) else {
                    throw ProjectError("URL '\(text)' contains an invalid branch/tag name")
                }
                guard attributes["ref"] == nil else {
                    throw ProjectError("URL '\(text)' contains multiple branch/tag names")
                }
                attributes["ref"] = value
            case "host", "narHash": attributes[name] = value
            default: break
            }
        }
        if let reference = attributes["ref"], let revision = attributes["rev"] {
            throw ProjectError(
                "URL '\(text)' contains both a commit hash and a branch/tag name \(reference) \(revision)")
        }
        return FlakeReference(kind: kind, attributes: attributes, directory: query["dir"] ?? "")
    }

    private static func path(_ text: String, _ base: String?) throws(ProjectError) -> FlakeReference {
        let (locator, query) = try splitQuery(text[...], of: text)
        var path = PercentEncoding.decode(locator) ?? locator
        guard !path.utf8.contains(0) else { throw ProjectError("'\(text)' is not a valid path") }
        if !path.hasPrefix("/") {
            guard let base else {
                throw ProjectError("flake reference '\(text)' is relative, but there is no folder it is relative to")
            }
            path = path.isEmpty ? base : "\(base)/\(path)"
        }
        var attributes = query.filter { ["narHash", "rev", "revCount", "lastModified"].contains($0.key) }
        attributes["path"] = Paths.normalised(path)
        return FlakeReference(kind: .path, attributes: attributes, directory: query["dir"] ?? "")
    }

    private static func splitQuery(
        _ text: Substring, of whole: String
    ) throws(ProjectError) -> (locator: String, query: [String: String]) {
        guard let mark = text.firstIndex(of: "?") else { return (String(text), [:]) }
        var query: [String: String] = [:]
        for pair in text[text.index(after: mark)...].split(separator: "&") {
            guard let equals = pair.firstIndex(of: "=") else { continue }
            guard let name = PercentEncoding.decode(String(pair[..<equals])),
                let value = PercentEncoding.decode(String(pair[pair.index(after: equals)...]))
            else { throw ProjectError("'\(whole)' is not a valid URL") }
            query[name] = value
        }
        return (String(text[..<mark]), query)
    }
}

extension FlakeReference {
    /// The attributes, `type` among them, as a fetch of a tree takes them.
    var fetchAttributes: [String: HostFetch.Attribute] {
        var attributes = attributes
        attributes["type"] = kind.rawValue
        return attributes.mapValues { .string(Array($0.utf8)) }
    }

    /// The attributes, `type` among them, with numbers and flags as what they are.
    var inputAttributes: InputAttributes {
        var result: [String: InputAttributes.Value] = ["type": .string(kind.rawValue)]
        for (name, text) in attributes {
            switch name {
            case "lastModified", "revCount": result[name] = UInt64(text).map { .integer($0) } ?? .string(text)
            case "shallow", "submodules", "exportIgnore", "allRefs", "lfs", "verifyCommit":
                result[name] = .bool(text == "1")
            default: result[name] = .string(text)
            }
        }
        return InputAttributes(result)
    }

    /// Letters, digits, `+`, `-` and `.`, a letter first.
    static func isScheme(_ text: Substring) -> Bool {
        guard let first = text.first, first.isASCII, first.isLetter else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
    }

    /// Whether `text` can be a name in the registry.
    static func isIdentifier(_ text: String) -> Bool {
        guard let first = text.first, first.isASCII, first.isLetter else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
    }

    /// Whether `text` is a whole commit hash.
    static func isRevision(_ text: String) -> Bool {
        (text.utf8.count == 40 || text.utf8.count == 64)
            && text.allSatisfy { $0.isASCII && ($0.isNumber || ("a"..."f").contains($0)) }
    }

    /// Whether `text` can be the name of a branch or tag and nothing that git could take for an option.
    static func isGitReference(_ text: String) -> Bool {
        guard let first = text.first, first.isASCII, first.isLetter || first.isNumber || first == "@" else {
            return false
        }
        return !text.contains("..") && !text.hasSuffix(".lock")
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_./@+-".contains($0)) }
    }
}
