/// Markdown as a terminal shows it: paragraphs filled, code set off, marks of emphasis gone.
///
/// Knows what documentation uses: paragraphs, headings, lists, quotes, fenced and indented code, `code`, *emphasis*,
/// **strong** and links.
struct MarkdownText {
    /// Columns of a filled line.
    let width: Int
    /// Whether to use bold and underlined text.
    let hasStyles: Bool

    /// The text without a line break at its end.
    func render(_ markdown: String) -> String {
        var blocks: [String] = []
        var paragraph: [String] = []
        var code: [String]?
        var fence: String?
        func endParagraph() {
            if !paragraph.isEmpty { blocks.append(fill(paragraph)) }
            paragraph = []
        }
        func endCode() {
            guard var lines = code else { return }
            while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
            blocks.append(lines.map { "  │ \($0)" }.joined(separator: "\n"))
            code = nil
        }
        for line in markdown.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            let trimmed = line.drop { $0 == " " }
            if let open = fence {
                if trimmed.hasPrefix(open) {
                    fence = nil
                    endCode()
                } else {
                    code?.append(line)
                }
            } else if trimmed.hasPrefix("```") || trimmed.hasPrefix("~~~") {
                endParagraph()
                endCode()
                fence = String(trimmed.prefix(3))
                code = []
            } else if line.hasPrefix("    "), paragraph.isEmpty, !trimmed.isEmpty || code != nil {
                code = (code ?? []) + [String(line.dropFirst(4))]
            } else if trimmed.isEmpty {
                endParagraph()
                if code != nil { code?.append("") }
            } else {
                endCode()
                if trimmed.hasPrefix("#") {
                    endParagraph()
                    blocks.append(style(inline(String(trimmed)), "1"))
                } else if Self.listMark(trimmed) != nil {
                    endParagraph()
                    paragraph = [line]
                } else {
                    paragraph.append(line)
                }
            }
        }
        endParagraph()
        endCode()
        return blocks.joined(separator: "\n\n")
    }

    /// The mark that a line of a list begins with, with the blank after it.
    private static func listMark(_ line: Substring) -> Substring? {
        for mark in ["- ", "* ", "+ "] where line.hasPrefix(mark) { return line.prefix(2) }
        let digits = line.prefix { $0.isNumber }
        let rest = line.dropFirst(digits.count)
        return !digits.isEmpty && (rest.hasPrefix(". ") || rest.hasPrefix(") ")) ? line.prefix(digits.count + 2) : nil
    }

    /// The words of a paragraph on lines of at most `width` columns; a backslash at a line's end breaks the line.
    private func fill(_ lines: [String]) -> String {
        let first = lines[0].drop { $0 == " " }
        let mark = Self.listMark(first).map(String.init) ?? ""
        let margin = mark.isEmpty ? "" : String(repeating: " ", count: mark.count)
        var text = ([String(first.dropFirst(mark.count))] + lines.dropFirst().map { String($0.drop { $0 == " " }) })
            .joined(separator: "\n")
        text = inline(text)
        var out: [String] = []
        var current = mark
        var isEmpty = true
        for part in text.split(separator: "\\\n", omittingEmptySubsequences: false) {
            for word in part.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
                if !isEmpty, Self.columns(current) + 1 + Self.columns(String(word)) > width {
                    out.append(current)
                    current = margin
                    isEmpty = true
                }
                current += (isEmpty ? "" : " ") + word
                isEmpty = false
            }
            if !isEmpty { out.append(current) }
            current = margin
            isEmpty = true
        }
        return out.joined(separator: "\n")
    }

    /// The text with its marks of emphasis, code and links replaced by styles.
    private func inline(_ text: String) -> String {
        var out = ""
        var rest = text[...]
        while let character = rest.first {
            if let (inner, after) = Self.enclosed(rest, "**") {
                out += style(inline(String(inner)), "1")
                rest = after
            } else if let (inner, after) = Self.enclosed(rest, "`") {
                out += style(String(inner), "1")
                rest = after
            } else if let (inner, after) = Self.enclosed(rest, "*") {
                out += style(inline(String(inner)), "4")
                rest = after
            } else if character == "[", let (label, after) = Self.link(rest) {
                out += inline(String(label))
                rest = after
            } else {
                out.append(character)
                rest = rest.dropFirst()
            }
        }
        return out
    }

    /// What stands between two marks at the beginning, and what comes after.
    private static func enclosed(_ text: Substring, _ mark: String) -> (Substring, Substring)? {
        guard text.hasPrefix(mark) else { return nil }
        let body = text.dropFirst(mark.count)
        guard let first = body.first, first != " ", first != "*" else { return nil }
        var end = body.startIndex
        while end < body.endIndex {
            if body[end...].hasPrefix(mark) { return (body[..<end], body[end...].dropFirst(mark.count)) }
            end = body.index(after: end)
        }
        return nil
    }

    /// The label of `[label](address)`, and what comes after.
    private static func link(_ text: Substring) -> (Substring, Substring)? {
        guard let close = text.firstIndex(of: "]") else { return nil }
        let after = text[text.index(after: close)...]
        guard after.first == "(", let end = after.firstIndex(of: ")") else { return nil }
        return (text[text.index(after: text.startIndex)..<close], after[after.index(after: end)...])
    }

    private func style(_ text: String, _ code: String) -> String {
        hasStyles ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
    }

    /// How many columns a text takes, escapes not counted.
    private static func columns(_ text: String) -> Int {
        var count = 0
        var isEscape = false
        for character in text {
            if character == "\u{1b}" {
                isEscape = true
            } else if isEscape {
                if character == "m" { isEscape = false }
            } else {
                count += 1
            }
        }
        return count
    }
}
