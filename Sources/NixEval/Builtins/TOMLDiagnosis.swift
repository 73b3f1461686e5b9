/// Lays out what is wrong with a TOML text as the library does that Nix reads TOML with.
struct TOMLDiagnosis {
    /// A place and what is said of it.
    struct Note {
        var region: TOMLRegion
        /// A place is one byte, whose line counts even where it is the line break; a region may go over lines.
        var isPlace: Bool
        var mark: String
    }

    /// A line, perhaps with its ends cut off, and where in it the region begins or ends, counted from 1.
    private struct Line {
        var text: String
        var count: Int
        var column: Int
    }

    private let text: UnsafeBufferPointer<UInt8>
    private let name: String

    private init(_ text: UnsafeBufferPointer<UInt8>, name: String) {
        self.text = text
        self.name = name
    }

    /// The message.
    ///
    /// - Parameters:
    ///   - text: the whole text, with a line break at its end.
    ///   - name: what the text is called.
    ///   - hint: lines that come last, complete, or nothing.
    static func message(
        _ title: String, _ notes: [Note], in text: UnsafeBufferPointer<UInt8>, name: String = "fromTOML",
        hint: String = ""
    ) -> String {
        let diagnosis = TOMLDiagnosis(text, name: name)
        let width = notes.map { String(diagnosis.lastLine($0)).utf8.count }.max() ?? 1
        let margin = String(repeating: " ", count: width + 1)
        let places = notes.map { diagnosis.layout($0, width, margin) }
        return "[error] \(title)\n --> \(name)\n\(margin) |\n"
            + places.joined(separator: "\(margin) | ...\n\(margin) |\n") + hint
    }

    private func layout(_ note: Note, _ width: Int, _ margin: String) -> String {
        let region = clamped(note)
        let (first, last) = (lineNumber(region.start), lastLine(note))
        func numbered(_ number: Int, _ text: String) -> String {
            let digits = String(number)
            return " " + String(repeating: " ", count: width - digits.utf8.count) + digits + " | " + text + "\n"
        }
        func underline(_ column: Int, _ length: Int, _ mark: String) -> String {
            let blanks = String(repeating: " ", count: max(0, column - 1))
            return margin + " | " + blanks + String(repeating: "^", count: max(0, length)) + "-- " + mark + "\n"
        }
        let end = max(region.start, region.end - 1)
        if first == last {
            let line = line(region.start, end)
            let room = line.count < line.column ? 1 : line.count - line.column + 1
            return numbered(first, line.text)
                + underline(line.column, min(room, region.end - region.start), note.mark)
        }
        let limit = text.count - region.start > 60 ? region.start + 50 : text.count
        let firstEnd = text[region.start..<limit].firstIndex(of: UInt8(ascii: "\n")) ?? limit
        let lastStart = text[(end > 60 ? end - 50 : 0)..<end].firstIndex(of: UInt8(ascii: "\n")) ?? end
        let (firstLine, lastOne) = (line(region.start, firstEnd), line(lastStart, end))
        let length = firstLine.count - firstLine.column + 1
        var result = numbered(first, firstLine.text)
        if last == first + 1 {
            result += underline(firstLine.column, length, "")
        } else {
            result += underline(firstLine.column, length, "and")
            result += numbered(first + 1, "...") + underline(1, 3, "and")
        }
        return result + numbered(last, lastOne.text) + underline(1, lastOne.column, note.mark)
    }

    /// The end of the text is shown as its last byte.
    private func clamped(_ note: Note) -> TOMLRegion {
        guard note.isPlace else { return note.region }
        let start = min(note.region.start, text.count - 1)
        return TOMLRegion(start: max(start, 0), end: start + 1)
    }

    private func lastLine(_ note: Note) -> Int {
        if note.isPlace, note.region.start < text.count { return lineNumber(note.region.start) }
        return lineNumber(note.isPlace ? text.count : note.region.end)
    }

    /// The number of the line that a byte stands in.
    private func lineNumber(_ offset: Int) -> Int {
        text[..<min(offset, text.count)].count { $0 == UInt8(ascii: "\n") } + 1
    }

    /// The line from one place to another, with at most thirty bytes more at either side.
    private func line(_ begin: Int, _ end: Int) -> Line {
        let newline = UInt8(ascii: "\n")
        let earliest = max(0, begin - 30)
        let latest = min(text.count, end + 30)
        let start = text[earliest..<begin].lastIndex(of: newline).map { $0 + 1 } ?? earliest
        let stop = text[min(end, latest)..<latest].firstIndex(of: newline) ?? latest
        var line = Line(text: "", count: stop - start, column: begin - start + 1)
        for byte in text[start..<max(start, stop)] { line.text += Self.shown(byte) }
        if start != 0, text[start - 1] != newline {
            line.text = "... " + line.text
            line.count += 4
            line.column += 4
        }
        if stop != text.count, text[stop] != newline {
            line.text += " ..."
            line.count += 4
        }
        return line
    }

    /// A byte as itself, or as a number where it is not printable ASCII.
    private static func shown(_ byte: UInt8) -> String {
        if (0x20...0x7E).contains(byte) { return String(UnicodeScalar(byte)) }
        let names: [UInt8: String] = [
            0: "NUL", 10: "LINE FEED", 13: "CARRIAGE RETURN", 9: "TAB", 11: "VERTICAL TAB", 12: "FORM FEED",
            27: "ESCAPE",
        ]
        let digits = String(byte, radix: 16)
        return "0x" + (digits.utf8.count < 2 ? "0" : "") + digits + (names[byte].map { "(\($0))" } ?? "")
    }
}
