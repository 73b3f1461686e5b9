/// Rules for names that come from a server and become file names.
enum NetworkNames {
    /// Why a name is refused; nil when each component is harmless on every file system we know.
    ///
    /// A path is relative, with components that are neither empty nor `.` or `..`, at most 255 bytes, without `\`,
    /// NUL or control bytes, and no drive letter in front; at most 64 levels deep, as a NAR is.
    static func objection(toPath path: String) -> String? {
        let components = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard components.count <= 64 else { return "it is more than 64 levels deep" }
        for component in components {
            if let objection = objection(toComponent: component) { return objection }
        }
        return nil
    }

    /// Why one component is refused; nil when it is harmless.
    static func objection(toComponent component: some Collection<UInt8>) -> String? {
        if component.isEmpty { return "it has an empty component" }
        if component.count > 255 { return "a component is longer than 255 bytes" }
        if component.elementsEqual(".".utf8) || component.elementsEqual("..".utf8) {
            return "it has a component of dots"
        }
        for byte in component {
            if byte < 0x20 || byte == 0x7F { return "it has a control character" }
            if byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\\") { return "it has a path separator" }
        }
        let second = component.index(after: component.startIndex)
        if component.count == 2, component[second] == UInt8(ascii: ":") { return "it looks like a drive" }
        return nil
    }

    /// Throws unless a path of a server is harmless; `owner` names who sent it.
    static func check(path: String, from owner: String) throws(FetchError) {
        if let objection = objection(toPath: path) {
            throw FetchError(.verification, "\(owner) names a file '\(path.printable)', which is refused: \(objection)")
        }
    }
}

/// Rules for repository and revision names of a Hugging Face hub.
enum HubNames {
    /// Throws unless a repository is spelled `name` or `org/name` in the Hub's alphabet.
    static func check(repository: String) throws(FetchError) {
        let parts = repository.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let isGood =
            (1...2).contains(parts.count)
            && parts.allSatisfy { part in
                !part.isEmpty && part.count <= 96 && !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8)
                    && part.allSatisfy { byte in
                        byte.isAlphanumeric || "-_.".utf8.contains(byte)
                    }
            }
        guard isGood else {
            throw FetchError(.badRequest, "repository '\(repository.printable)' must be in 'org/model' format")
        }
    }

    /// Throws unless a revision is a plausible branch, tag, pull request or commit name, safe as a path below `refs/`.
    static func check(revision: String) throws(FetchError) {
        if let objection = NetworkNames.objection(toPath: revision) {
            throw FetchError(.badRequest, "revision '\(revision.printable)' is refused: \(objection)")
        }
    }

    /// Whether a revision is a commit: 40 lower-case hexadecimal digits.
    static func isCommit(_ revision: String) -> Bool {
        revision.utf8.count == 40 && revision.isLowercaseHexadecimal
    }
}
