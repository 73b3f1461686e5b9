/// A position in a source text: where a message points.
package struct SourceLocation: Sendable {
    package let file: SourceFile
    /// Byte offset in `file.text`.
    package let offset: UInt32

    package init(file: SourceFile, offset: UInt32) {
        self.file = file
        self.offset = offset
    }

    /// One-based line and column, the column in bytes.
    ///
    /// Lines end at LF, CR LF or CR.
    package var lineAndColumn: (line: Int, column: Int) {
        LineIndex.lineAndColumn(of: Int(offset), in: file.text)
    }
}

extension SourceLocation: CustomStringConvertible {
    /// `file:line:column`.
    package var description: String {
        let (line, column) = lineAndColumn
        return "\(file.displayName):\(line):\(column)"
    }
}

/// What the parser throws: Nix's words and the place they are about.
package struct SyntaxError: Error, Sendable {
    /// Without the leading `error: `, lower case, no full stop, as Nix words it.
    package let message: String
    package let location: SourceLocation
    /// What there was to warn about before the error.
    package var warnings: [SyntaxWarning] = []

    package init(message: String, location: SourceLocation) {
        self.message = message
        self.location = location
    }
}

/// What the parser accepts and Nix warns about.
package struct SyntaxWarning: Sendable {
    package let message: String
    package let location: SourceLocation
    /// Whether the place is shown with the lines around it, instead of being named first.
    package let hasExcerpt: Bool

    package init(message: String, location: SourceLocation, hasExcerpt: Bool = false) {
        self.message = message
        self.location = location
        self.hasExcerpt = hasExcerpt
    }

    /// The place and the message, in one line.
    package var text: String { "at \(location): \(message)" }

    /// The whole warning, without a line break at its end.
    package var report: [UInt8] {
        guard hasExcerpt else { return Array("warning: \(text)".utf8) }
        let body = Array((message + "\n").utf8) + DiagnosticRenderer.place(location)
        return DiagnosticRenderer.indented(body, prefix: "warning: ")
    }
}
