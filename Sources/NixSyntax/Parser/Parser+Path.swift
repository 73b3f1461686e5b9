extension Parser {
    /// A path literal and what is interpolated into it.
    ///
    /// The first literal piece after the beginning must be followed by an interpolation, which is why `a//b` is an error:
    /// the beginning is `a/`, the piece `/b`.
    mutating func parsePath() throws(SyntaxError) -> NodeIndex {
        let position = lexer.start
        var offset = lexer.end
        if lexer.token == .homePath, options.isPure {
            let text = String(decoding: lexer.slice(position, offset), as: UTF8.self)
            throw error("the path '\(text)' can not be resolved in pure mode", at: position)
        }
        try lintPath()
        let first = addText(.path, from: position, to: offset, at: position)
        let base = partStack.count
        partStack.append(StringPart(node: first, position: UInt32(truncatingIfNeeded: position)))
        var pieceStart = position
        var previousStart = position
        var hasInterpolation = false
        while true {
            if lexer.byte(offset) == UInt8(ascii: "$"), lexer.byte(offset + 1) == UInt8(ascii: "{") {
                offset = try parseInterpolation(at: offset)
                (previousStart, pieceStart) = (pieceStart, offset - 1)
                hasInterpolation = true
                continue
            }
            let end = lexer.endOfPathContinuation(offset)
            if end == offset { break }
            if !hasInterpolation, partStack.count == base + 2 {
                throw error("syntax error, unexpected string, expecting '${'", at: offset)
            }
            let part = addText(.string, from: offset, to: end, at: offset)
            partStack.append(StringPart(node: part, position: UInt32(truncatingIfNeeded: offset)))
            (previousStart, pieceStart) = (pieceStart, offset)
            offset = end
        }
        try checkPathEnd(
            at: offset, pieceStart: pieceStart, previousStart: previousStart,
            isComplete: hasInterpolation || partStack.count == base + 1)
        lexer.move(to: offset)
        advance()
        if partStack.count == base + 1 {
            partStack.truncate(to: base)
            return first
        }
        return addParts(.interpolatedPath, above: base, at: position)
    }

    /// Refuses a path that ends in a slash or lacks its interpolation.
    ///
    /// Where the text ends with the path, Nix's lexer has forgotten the last token, and its messages about the end point
    /// one token back.
    private mutating func checkPathEnd(
        at offset: Int, pieceStart: Int, previousStart: Int, isComplete: Bool
    ) throws(SyntaxError) {
        let isAtEnd = offset >= lexer.count
        if lexer.byte(offset - 1) == UInt8(ascii: "/") {
            throw error("path has a trailing slash", at: isAtEnd ? pieceStart : offset)
        }
        guard isComplete else {
            throw error(
                "syntax error, unexpected end of path, expecting '${'", at: isAtEnd ? previousStart : pieceStart)
        }
        if isAtEnd { endOfFilePosition = pieceStart }
    }
}
