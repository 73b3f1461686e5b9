/// A flake reference: an input, and the folder of the flake in it.
///
/// Source: "Flake references" in the Nix manual (`nix flake --help`).
package struct InputReference: Hashable, Sendable {
    /// `type` and what it needs, without `dir`.
    package var attributes: InputAttributes
    /// The folder of `flake.nix` in what is fetched; empty for its root.
    package var directory: String
    /// What the caller should tell about the text.
    package private(set) var warnings: [String] = []

    /// A registry name (`nixpkgs/24.05`), a URL (`github:a/b`), or an absolute path (`/a/b?dir=c`).
    ///
    /// - Parameters:
    ///   - needsTree: whether a plain `https:` address is an archive even if it is not called like one.
    ///   - allowsRelativePaths: whether a path may be a relative one (`./b`), which it then stays.
    package init(
        parsing text: String, features: Set<String>, needsTree: Bool = true, allowsRelativePaths: Bool = false
    ) throws(InputError) {
        var warnings: [String] = []
        var (url, fragment) = try Self.url(text, &warnings, features, needsTree, allowsRelativePaths)
        directory = url.query.removeValue(forKey: "dir") ?? ""
        attributes = try InputScheme.attributes(of: url, needsTree: needsTree, features: features)
        if fragment == nil { fragment = url.fragment }
        if let fragment, !fragment.isEmpty {
            throw InputError("unexpected fragment '\(fragment)' in flake reference '\(text)'")
        }
        self.warnings = warnings
    }

    /// - Parameters:
    ///   - attributes: without `dir`.
    ///   - directory: where the flake is in the tree; empty for its root.
    package init(_ attributes: InputAttributes, directory: String) {
        self.attributes = attributes
        self.directory = directory
    }

    /// The reference with the given attributes, `dir` among them.
    package init(_ attributes: InputAttributes) throws(InputError) {
        directory = try attributes.string("dir") ?? ""
        self.attributes = attributes
        self.attributes["dir"] = nil
    }

    /// The attributes with `dir`.
    package var allAttributes: InputAttributes {
        var all = attributes
        if !directory.isEmpty { all["dir"] = .string(directory) }
        return all
    }

    /// The kind of input; nil for a type that nobody knows.
    package var scheme: InputScheme? {
        guard case .string(let type)? = attributes["type"] else { return nil }
        return InputScheme(rawValue: type)
    }

    /// Whether what it names can never be anything else.
    package var isLocked: Bool { scheme?.isLocked(attributes) ?? false }

    /// As a URL; the attributes where there is none.
    package var url: String { (try? text(features: ["flakes"])) ?? allAttributes.json }

    /// The path of an input that lies beside the flake that names it; nil for all others.
    package var relativePath: String? {
        guard case .string("path")? = attributes["type"], case .string(let path)? = attributes["path"] else {
            return nil
        }
        return path.hasPrefix("/") ? nil : path
    }

    /// Whether both name the same, whichever way they were written.
    package func isSame(as other: InputReference) -> Bool { allAttributes == other.allAttributes }

    /// The reference as a URL.
    package func text(features: Set<String>) throws(InputError) -> String {
        var checked = attributes
        guard let scheme = try InputScheme.check(&checked, features: features) else {
            throw InputError("cannot show unsupported input '\(attributes.json)'")
        }
        var url = try scheme.url(of: checked)
        if !directory.isEmpty, url.query["dir"] == nil { url.query["dir"] = directory }
        return url.text
    }

    /// The URL that a text stands for, and the fragment where that is not the URL's.
    private static func url(
        _ text: String, _ warnings: inout [String], _ features: Set<String>, _ needsTree: Bool,
        _ allowsRelativePaths: Bool
    ) throws(InputError) -> (InputURL, String?) {
        if let short = short(text) { return short }
        do throws(InputError) {
            var own: [String] = []
            let url = try InputURL(parsing: text, isLenient: true, warnings: &own)
            var plain = url
            plain.query["dir"] = nil
            _ = try InputScheme.attributes(of: plain, needsTree: needsTree, features: features)
            warnings = own
            return (url, nil)
        } catch {
            guard error.isBadURL else { throw error }
            return try path(text, &warnings, allowsRelativePaths)
        }
    }

    /// `id`, `id/reference`, `id/reference/revision`, and a fragment.
    private static func short(_ text: String) -> (InputURL, String?)? {
        var rest = Substring(text)
        var fragment: Substring = ""
        if let mark = rest.firstIndex(of: "#") {
            fragment = rest[rest.index(after: mark)...]
            rest = rest[..<mark]
        }
        let slash = rest.firstIndex(of: "/")
        guard GitNames.isFlakeID(rest[..<(slash ?? rest.endIndex)]),
            slash.map({ GitNames.isShortReference(rest[rest.index(after: $0)...]) }) ?? true
        else { return nil }
        let path = rest.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        return (InputURL(scheme: "flake", path: path), PercentEncoding.decodeLeniently(fragment))
    }

    private static func path(
        _ text: String, _ warnings: inout [String], _ allowsRelativePaths: Bool
    ) throws(InputError) -> (InputURL, String?) {
        var rest = Substring(text)
        var fragment: Substring = ""
        if let mark = rest.firstIndex(of: "#") {
            fragment = rest[rest.index(after: mark)...]
            rest = rest[..<mark]
        }
        var query: Substring = ""
        if let mark = rest.firstIndex(of: "?") {
            query = rest[rest.index(after: mark)...]
            rest = rest[..<mark]
        }
        let members = try InputURL.query(String(query), isLenient: true, warnings: &warnings)
        let isAbsolute = rest.hasPrefix("/")
        guard isAbsolute || allowsRelativePaths else {
            throw InputError("flake reference '\(text)' is not an absolute path", isBadURL: true)
        }
        let segments = rest.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        return (
            InputURL(scheme: "path", authority: isAbsolute ? "" : nil, path: segments, query: members),
            PercentEncoding.decodeLeniently(fragment)
        )
    }
}
