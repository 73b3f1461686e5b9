/// The logical store directory, which every store path's hash depends on.
///
/// Where the files really lie is another matter.
package struct StoreDirectory: Hashable, Sendable {
    /// Absolute, without a final slash.
    package let path: ByteString

    /// `/nix/store`.
    package static let standard = StoreDirectory("/nix/store")

    /// `path` must be absolute and canonical.
    package init(_ path: ByteString) {
        self.path = path
    }

    /// `<store directory>/<base name>`.
    package func print(_ storePath: StorePath) -> ByteString {
        var output: [UInt8] = []
        output.reserveCapacity(path.count + 1 + storePath.baseName.count)
        append(storePath, to: &output)
        return ByteString(output)
    }

    package func append(_ storePath: StorePath, to output: inout [UInt8]) {
        output.append(contentsOf: path.bytes)
        output.append(UInt8(ascii: "/"))
        output.append(contentsOf: storePath.baseName.bytes)
    }

    /// Parses an absolute path of a direct child of the store directory, after removing `.`, `..` and doubled slashes.
    package func parse(_ text: ByteString) throws(FormatError) -> StorePath {
        guard !text.isEmpty else { throw FormatError(.storePath, "empty path is not a valid store path") }
        // The usual case: nothing to make canonical.
        if let direct = baseName(in: text.bytes[...]), direct.first != UInt8(ascii: "."),
            !direct.contains(UInt8(ascii: "/"))
        {
            return try StorePath(baseName: direct)
        }
        let canonical = try Self.canonicalPath(text)
        guard let baseName = baseName(in: canonical.bytes[...]), !baseName.contains(UInt8(ascii: "/")) else {
            throw FormatError(.storePath, "path \"\(canonical)\" is not in the Nix store")
        }
        return try StorePath(baseName: baseName)
    }

    /// Parses a path into or below a store object and gives the object and what follows it (empty or with a slash).
    package func parsePrefix(_ text: ByteString) throws(FormatError) -> (path: StorePath, rest: ByteString) {
        let canonical = try Self.canonicalPath(text)
        guard let below = baseName(in: canonical.bytes[...]) else {
            throw FormatError(.storePath, "path \"\(canonical)\" is not in the Nix store")
        }
        let end = below.firstIndex(of: UInt8(ascii: "/")) ?? below.endIndex
        return (try StorePath(baseName: below[..<end]), ByteString(below[end...]))
    }

    /// Whether `text`, canonical, lies below the store directory.
    package func contains(_ text: ByteString) -> Bool {
        baseName(in: text.bytes[...]) != nil
    }

    /// What follows `<store directory>/`, if anything does.
    private func baseName(in text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let prefix = path.count + 1
        guard text.count > prefix, text[text.startIndex + prefix - 1] == UInt8(ascii: "/"),
            text.prefix(path.count).elementsEqual(path.bytes)
        else { return nil }
        return text.dropFirst(prefix)
    }

    /// `text` without empty and `.` components and with `..` removed together with its parent, as text: links are
    /// not followed.
    package static func canonicalPath(_ text: ByteString) throws(FormatError) -> ByteString {
        guard text.bytes.first == UInt8(ascii: "/") else {
            throw FormatError(.storePath, "not an absolute path: '\(text)'")
        }
        var components: [ArraySlice<UInt8>] = []
        for component in text.bytes.split(separator: UInt8(ascii: "/")) {
            if component.elementsEqual("..".utf8) {
                _ = components.popLast()
            } else if !component.elementsEqual(".".utf8) {
                components.append(component)
            }
        }
        guard !components.isEmpty else { return "/" }
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        for component in components {
            output.append(UInt8(ascii: "/"))
            output.append(contentsOf: component)
        }
        return ByteString(output)
    }
}
