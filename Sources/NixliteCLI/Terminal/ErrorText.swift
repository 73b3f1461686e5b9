/// How messages of several lines are printed.
enum ErrorText {
    /// The message with all lines but the first indented by the width of `error: `.
    static func indented(_ message: String) -> String {
        let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.enumerated().map {
            $0.offset == 0 || $0.element.isEmpty ? String($0.element) : "       \($0.element)"
        }
        .joined(separator: "\n")
    }

    /// A rendered error without `error: ` in front and the indentation of its further lines.
    static func unprefixed(_ rendered: [UInt8]) -> String {
        var text = SafeText.printableLines(rendered)[...]
        if text.hasPrefix("error: ") {
            text = text.dropFirst(7)
        } else if text.hasPrefix("error:") {
            text = text.dropFirst(6)
        }
        while text.hasSuffix("\n") { text.removeLast() }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.map { $0.hasPrefix("       ") ? String($0.dropFirst(7)) : String($0) }.joined(separator: "\n")
    }
}
