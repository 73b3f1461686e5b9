package import NixFormats

/// Which outputs the end of an installable asks for: `hello^out,dev`, `hello^*`, or by its absence the usual ones.
package struct OutputSelection: Equatable, Sendable {
    package enum Outputs: Equatable, Sendable {
        /// What the derivation itself names.
        case usual
        case all
        case named([ByteString])
    }
    /// The installable without its end.
    package let installable: String
    package let outputs: Outputs

    /// - Throws: ``ProjectError`` where what follows the last `^` is no list of names.
    package init(parsing text: String) throws(ProjectError) {
        guard let mark = text.lastIndex(of: "^") else {
            installable = text
            outputs = .usual
            return
        }
        installable = String(text[..<mark])
        let end = text[text.index(after: mark)...]
        if end == "*" {
            outputs = .all
            return
        }
        let names = end.split(separator: ",", omittingEmptySubsequences: false)
        guard names.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(StorePathName.isAllowed) }) else {
            throw ProjectError("invalid extended outputs specifier '\(text)'")
        }
        outputs = .named(names.map { ByteString(String($0)) })
    }
}
