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
}
