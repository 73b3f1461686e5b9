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

    package init(message: String, location: SourceLocation) {
        self.message = message
        self.location = location
    }

    /// The text after `warning: `.
    package var text: String { "at \(location): \(message)" }
}
