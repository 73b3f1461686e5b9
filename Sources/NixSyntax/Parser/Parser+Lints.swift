extension Parser {
    /// Warns of a literal's spelling, or refuses it.
    @inline(never)
    mutating func discourage(
        _ level: ParseOptions.Lints.Level, at position: Int, _ message: (_ literal: String) -> String
    ) throws(SyntaxError) {
        let text = message(String(decoding: lexer.slice(lexer.start, lexer.end), as: UTF8.self))
        switch level {
        case .ignore: return
        case .warn:
            let location = SourceLocation(file: tree.source, offset: UInt32(truncatingIfNeeded: position))
            tree.warnings.append(SyntaxWarning(message: text, location: location, hasExcerpt: true))
        case .fatal: throw error(text, at: position)
        }
    }

    /// Looks at the URL in hand.
    @inline(__always)
    mutating func lintURL() throws(SyntaxError) {
        let level = options.lints.urls
        guard level != .ignore else { return }
        try discourage(level, at: lexer.start) {
            "URL literals are \(level == .warn ? "discouraged" : "disallowed"). Consider using a string literal \"\($0)\" instead (lint-url-literals)"
        }
    }

    /// Looks at the path in hand.
    @inline(__always)
    mutating func lintPath() throws(SyntaxError) {
        let first = lexer.byte(lexer.start)
        if first == UInt8(ascii: "/") || first == UInt8(ascii: "~") {
            guard options.lints.absolutePaths != .ignore else { return }
            try discourage(options.lints.absolutePaths, at: lexer.start) {
                "\(first == UInt8(ascii: "/") ? "absolute" : "home") path literals are not portable. Consider replacing path literal '\($0)' by a string, relative path, or parameter (lint-absolute-path-literals)"
            }
        } else if first != UInt8(ascii: "."), options.lints.shortPaths != .ignore {
            try discourage(options.lints.shortPaths, at: lexer.start) {
                "relative path literal '\($0)' should be prefixed with '.' for clarity: './\($0)' (lint-short-path-literals)"
            }
        }
    }
}
