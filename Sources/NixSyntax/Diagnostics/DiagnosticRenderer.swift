/// Words messages and the places they point at as Nix prints them, in bytes, without colours.
///
///     error: syntax error, unexpected end of file, expecting ';'
///            at «string»:1:5:
///                 1| {a=1
///                  |     ^
///
/// A caller that adds traces builds the lines of its report itself, from messages and `place(_:)`, and has
/// `indented(_:prefix:)` put `error: ` before the first and spaces before the others.
package enum DiagnosticRenderer {
    /// The whole report of a syntax error, with the line break at its end.
    package static func render(_ error: SyntaxError) -> [UInt8] {
        var body = Array(error.message.utf8)
        body.append(UInt8(ascii: "\n"))
        body.append(contentsOf: place(error.location))
        return indented(body, prefix: "error: ") + [UInt8(ascii: "\n")]
    }

    /// `at file:line:column:` and the lines around it, with a caret.
    ///
    /// Ends with a line break where there are such lines, which is everywhere but in an empty text. `indentation` goes
    /// before `at` only.
    package static func place(_ location: SourceLocation, indentation: String = "") -> [UInt8] {
        let (line, column) = location.lineAndColumn
        var out = Array("\(indentation)at \(location.file.displayName):\(line):\(column):".utf8)
        let text = location.file.text
        guard !text.isEmpty else { return out }
        var start = Int(location.offset) - (column - 1)
        if line > 1 {
            var previous = start - 1
            if text[previous] == UInt8(ascii: "\n"), previous > 0, text[previous - 1] == UInt8(ascii: "\r") {
                previous -= 1
            }
            var from = previous
            while from > 0, text[from - 1] != UInt8(ascii: "\n"), text[from - 1] != UInt8(ascii: "\r") { from -= 1 }
            appendLine(line - 1, text[from..<previous], to: &out)
        }
        let end = LineIndex.endOfLine(in: text, from: start)
        appendLine(line, text[start..<end], to: &out)
        out.append(contentsOf: "\n      |".utf8)
        out.append(contentsOf: repeatElement(UInt8(ascii: " "), count: column))
        out.append(UInt8(ascii: "^"))
        if let next = LineIndex.nextLine(in: text, after: &start) {
            appendLine(line + 1, text[next..<LineIndex.endOfLine(in: text, from: next)], to: &out)
        }
        out.append(UInt8(ascii: "\n"))
        return out
    }

    private static func appendLine(_ number: Int, _ line: Slice<UnsafeBufferPointer<UInt8>>, to out: inout [UInt8]) {
        let digits = String(number)
        out.append(contentsOf: "\n ".utf8)
        out.append(contentsOf: repeatElement(UInt8(ascii: " "), count: max(0, 5 - digits.utf8.count)))
        out.append(contentsOf: "\(digits)| ".utf8)
        out.append(contentsOf: line)
    }

    /// Lines with `prefix` before the first and as many spaces before the others, without the white space at the end of
    /// each line and of the whole, and without a line break at the end.
    package static func indented(_ body: some Collection<UInt8>, prefix: String) -> [UInt8] {
        var out: [UInt8] = []
        var isFirst = true
        let blank = repeatElement(UInt8(ascii: " "), count: prefix.unicodeScalars.count)
        for line in trimmed(Array(body)[...]).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if !isFirst { out.append(UInt8(ascii: "\n")) }
            let whole = (isFirst ? Array(prefix.utf8) : Array(blank)) + line
            out.append(contentsOf: trimmed(whole[...]))
            isFirst = false
        }
        return out
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var text = text
        while let last = text.last, " \n\r\t".utf8.contains(last) { text.removeLast() }
        return text
    }
}
