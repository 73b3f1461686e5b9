/// Trees of names, drawn with lines as Nix draws them.
enum TreeDrawing {
    static let connection = "├───"
    static let last = "└───"
    static let line = "│   "
    static let gap = "    "

    /// What stands before a name.
    ///
    /// - Parameter branches: for each level above and the name's own, whether more follow there.
    static func prefix(_ branches: [Bool]) -> String {
        var text = ""
        for follows in branches.dropLast() { text += follows ? line : gap }
        if let follows = branches.last { text += follows ? connection : last }
        return text
    }
}

/// Words that stand out; Nix writes them so whoever reads.
enum Style {
    static func bold(_ text: String) -> String { "\u{1B}[1m\(text)\u{1B}[0m" }
    static func green(_ text: String) -> String { "\u{1B}[32;1m\(text)\u{1B}[0m" }
    static func magenta(_ text: String) -> String { "\u{1B}[35;1m\(text)\u{1B}[0m" }
}
