import Glibc
import NixFormats

/// Flakes as the command line names them: references, and paths that lie in a flake or in a Git work tree.
///
/// Source: "Flake references", "Path-like syntax" in the Nix manual.
package struct FlakeAddress {
    /// Where relative paths start from.
    let base: String
    /// Told what there is to say about the text: a warning, or a remark.
    var warn: (String) -> Void = { _ in }
    var note: (String) -> Void = { _ in }

    /// The address and the fragment of an installable such as `.#models.bert`; the fragment is nil without `#`.
    package static func split(_ text: String) -> (address: String, fragment: String?) {
        guard let hash = text.firstIndex(of: "#") else { return (text, nil) }
        let fragment = text[text.index(after: hash)...]
        return (String(text[..<hash]), PercentEncoding.decode(String(fragment)) ?? String(fragment))
    }

    /// The reference that a text stands for.
    ///
    /// - Parameter allowsMissing: whether a folder need not be a flake yet.
    func reference(_ text: String, allowsMissing: Bool = false) throws(ProjectError) -> InputReference {
        do throws(InputError) {
            // A slash at the front is no name and no URL.
            if !text.hasPrefix("/") {
                do throws(InputError) {
                    let reference = try InputReference(parsing: absoluteURL(text), features: FlakeLoader.features)
                    reference.warnings.forEach(warn)
                    return reference
                } catch {
                    guard error.isBadURL else { throw error }
                }
            }
            return try InputReference(parsing: try path(text, allowsMissing), features: FlakeLoader.features)
        } catch {
            throw ProjectError(error.message)
        }
    }

    /// A URL of a relative path, made absolute.
    private func absoluteURL(_ text: String) -> String {
        guard ["path:", "git+file:"].contains(where: { text.hasPrefix($0) }) else { return text }
        var warnings: [String] = []
        guard var url = try? InputURL(parsing: text, isLenient: true, warnings: &warnings),
            url.path.first?.isEmpty == false
        else { return text }
        url.authority = ""
        url.path = Self.segments(Paths.absolute(url.plainPath, from: base))
        return url.text
    }

    /// The URL of a path: in a Git work tree, that of the tree with the folder in it.
    private func path(_ text: String, _ allowsMissing: Bool) throws(InputError) -> String {
        var rest = Substring(text)
        var queryText = ""
        if let mark = rest.firstIndex(of: "#") {
            let fragment = String(rest[rest.index(after: mark)...])
            guard fragment.isEmpty else {
                throw InputError(
                    "unexpected fragment '\(PercentEncoding.decodeLeniently(fragment[...]))' in flake reference '\(text)'"
                )
            }
            rest = rest[..<mark]
        }
        if let mark = rest.firstIndex(of: "?") {
            queryText = String(rest[rest.index(after: mark)...])
            rest = rest[..<mark]
        }
        var warnings: [String] = []
        var query = try InputURL.query(queryText, isLenient: true, warnings: &warnings)
        warnings.forEach(warn)
        let folder = try flakeFolder(Paths.absolute(String(rest), from: base), allowsMissing)
        guard let (root, directory) = FlakePlace.workTree(of: folder), root != "/" else {
            return InputURL(scheme: "path", authority: "", path: Self.segments(folder), query: query).text
        }
        if !directory.isEmpty {
            guard query["dir"] == nil else {
                throw InputError("flake URL '\(text)' has an inconsistent 'dir' parameter")
            }
            query["dir"] = directory
        }
        if Paths.exists("\(root)/.git/shallow") { query["shallow"] = "1" }
        return InputURL(scheme: "git+file", authority: "", path: Self.segments(root), query: query).text
    }

    private static func segments(_ path: String) -> [String] {
        path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    }

    /// The folder of the flake that a path lies in.
    private func flakeFolder(_ path: String, _ allowsMissing: Bool) throws(InputError) -> String {
        var path = path
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw InputError("getting status of \"\(path)\": \(String(cString: strerror(errno)))")
        }
        if status.st_mode & S_IFMT != S_IFDIR {
            guard Paths.baseName(path) == "flake.nix" else {
                throw InputError("path \"\(path)\" is not a flake (because it's not a directory)")
            }
            let parent = Paths.parent(path)
            warn(
                "Path \"\(path)\" should point at the directory containing the 'flake.nix' file, not the file itself. Pretending that you meant \"\(parent)\""
            )
            path = parent
        }
        if allowsMissing || Paths.exists("\(path)/flake.nix") { return path }
        note("path \"\(path)\" does not contain a 'flake.nix', searching up")
        let device = status.st_dev
        while path != "/" {
            if Paths.exists("\(path)/flake.nix") { return path }
            if Paths.exists("\(path)/.git") {
                throw InputError(
                    "path \"\(path)\" is not part of a flake (neither it nor its parent directories contain a 'flake.nix' file)"
                )
            }
            if stat(path, &status) == 0, status.st_dev != device {
                throw InputError("unable to find a flake before encountering filesystem boundary at \"\(path)\"")
            }
            path = Paths.parent(path)
        }
        throw InputError("could not find a flake.nix file")
    }
}
