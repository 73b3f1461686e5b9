/// What Nix allows in archives, independent of the host's own limits.
package enum NARLimits {
    /// Nodes on the way from the root to a leaf, both included.
    package static let depth = 64
    /// Bytes in a keyword.
    package static let tagCount = 32
    /// Bytes in the name of a directory entry.
    package static let nameCount = 255
    /// Bytes in the target of a symbolic link.
    package static let targetCount = 4095

    /// Checks an entry's name by itself and against the one before it in the directory.
    static func check(name: ByteString, after previous: ByteString?) throws(FormatError) {
        guard name.count <= nameCount else { throw FormatError(.nar, "string is too long") }
        guard !name.isEmpty, name != ".", name != "..", !name.bytes.contains(UInt8(ascii: "/")), !name.bytes.contains(0)
        else { throw FormatError(.nar, "bad archive: NAR contains invalid file name '\(name)'") }
        if let previous, !(previous < name) {
            throw FormatError(.nar, "bad archive: NAR directory is not sorted")
        }
    }

    static func check(target: ByteString) throws(FormatError) {
        guard target.count <= targetCount else { throw FormatError(.nar, "string is too long") }
        guard !target.isEmpty, !target.bytes.contains(0) else {
            throw FormatError(.nar, "bad archive: NAR contains invalid symlink target")
        }
    }
}
