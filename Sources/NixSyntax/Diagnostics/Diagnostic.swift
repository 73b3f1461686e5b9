/// A position in a source text: where a message points.
package struct SourceLocation: Sendable {
    package let file: SourceFile
    /// Byte offset in `file.text`.
    package let offset: UInt32

    package init(file: SourceFile, offset: UInt32) {
        self.file = file
        self.offset = offset
    }
}

/// What the parser throws: Nix's words and the place they are about.
package struct SyntaxError: Error, Sendable {
    /// Without the leading `error: `, lower case, no full stop, as Nix words it.
    package let message: String
    package let location: SourceLocation

    package init(message: String, location: SourceLocation) {
        self.message = message
        self.location = location
    }
}
