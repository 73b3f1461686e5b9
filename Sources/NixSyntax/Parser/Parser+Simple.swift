internal import Glibc

extension Parser {
    /// A variable, a literal, or something in brackets.
    @inline(__always)
    mutating func parseSimple() throws(SyntaxError) -> NodeIndex {
        let position = lexer.start
        switch lexer.token {
        case .identifier:
            let symbol = tokenSymbol()
            advance()
            return addVariable(symbol, at: position)
        case .openParenthesis:
            advance()
            let node = try parseExpression()
            try expect(.closeParenthesis, expecting: "')'")
            return node
        case .quote:
            return try parseString()
        default:
            return try parseOtherSimple(at: position)
        }
    }

    private mutating func parseOtherSimple(at position: Int) throws(SyntaxError) -> NodeIndex {
        switch lexer.token {
        case .integer: return try parseInteger()
        case .float: return try parseFloat()
        case .indentedStringOpen: return try parseIndentedString()
        case .path, .homePath: return try parsePath()
        case .searchPath:
            let node = addText(.searchPath, from: lexer.start + 1, to: lexer.end - 1, at: position)
            advance()
            return node
        case .url:
            try lintURL()
            let node = addText(.string, from: lexer.start, to: lexer.end, at: position)
            advance()
            return node
        case .openBracket: return try parseList()
        case .openBrace:
            guard case .set(let set) = try parseBraces(mayBePattern: false) else { throw unexpected() }
            return set
        case .let:
            advance()
            guard lexer.token == .openBrace else { throw unexpected(expecting: "'{'") }
            return try parseLegacyLet(at: position)
        case .recursive:
            advance()
            try expect(.openBrace, expecting: "'{'")
            return try parseSetBody(.recursiveAttributeSet, at: position)
        default:
            throw unexpected()
        }
    }

    @inline(__always)
    mutating func addVariable(_ symbol: Symbol, at position: Int) -> NodeIndex {
        symbol == curPosSymbol
            ? add(.currentPosition, at: position) : add(.variable, at: position, a: symbol.rawValue)
    }

    /// A node whose text is a piece of the source.
    mutating func addText(_ kind: NodeKind, from: Int, to: Int, at position: Int) -> NodeIndex {
        let start = tree.bytes.count
        tree.bytes.append(contentsOf: lexer.slice(from, to))
        return add(
            kind, at: position, a: Int32(truncatingIfNeeded: start), b: Int32(truncatingIfNeeded: to - from))
    }

    private mutating func parseList() throws(SyntaxError) -> NodeIndex {
        let position = lexer.start
        let base = nodeStack.count
        try enter()
        advance()
        while lexer.token.startsSimpleExpression { nodeStack.append(try parseElement()) }
        try expect(.closeBracket, expecting: "")
        depth -= 1
        let count = Int32(truncatingIfNeeded: nodeStack.count - base)
        return add(.list, at: position, a: takeChildren(above: base), b: count)
    }

    private mutating func parseInteger() throws(SyntaxError) -> NodeIndex {
        tree.integers.append(try integerValue())
        let node = add(.integer, at: lexer.start, a: Int32(truncatingIfNeeded: tree.integers.count - 1))
        advance()
        return node
    }

    private mutating func parseFloat() throws(SyntaxError) -> NodeIndex {
        tree.floats.append(try floatValue())
        let node = add(.float, at: lexer.start, a: Int32(truncatingIfNeeded: tree.floats.count - 1))
        advance()
        return node
    }

    /// The number that an integer token is.
    mutating func integerValue() throws(SyntaxError) -> Int64 {
        var value: Int64 = 0
        for offset in lexer.start..<lexer.end {
            let digit = Int64(lexer.byte(offset) &- UInt8(ascii: "0"))
            let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowedToo) = product.addingReportingOverflow(digit)
            guard !overflowed, !overflowedToo else { throw error("invalid integer '\(tokenText())'", at: lexer.start) }
            value = sum
        }
        return value
    }

    /// The number that a float token is, as the C library reads it.
    ///
    /// What it calls out of range, Nix refuses.
    mutating func floatValue() throws(SyntaxError) -> Double {
        let text = tokenText()
        errno = 0
        let value = strtod(text, nil)
        guard errno == 0 else { throw error("invalid float '\(text)'", at: lexer.start) }
        return value
    }

    private mutating func tokenText() -> String { String(decoding: lexer.slice(lexer.start, lexer.end), as: UTF8.self) }
}
