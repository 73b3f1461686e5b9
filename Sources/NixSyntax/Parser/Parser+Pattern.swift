extension Parser {
    /// What a brace turned out to open.
    enum Braces {
        case set(NodeIndex)
        case pattern(Int32)
    }

    /// `{ … }` from its brace on.
    ///
    /// Where a function may stand, its first tokens tell a pattern from a set.
    mutating func parseBraces(mayBePattern: Bool) throws(SyntaxError) -> Braces {
        let position = lexer.start
        advance()
        if mayBePattern {
            switch lexer.token {
            case .closeBrace:
                advance()
                if lexer.token == .colon || lexer.token == .at {
                    return .pattern(addPattern(formals: formalStack.count, hasEllipsis: false))
                }
                return .set(add(.attributeSet, at: position, a: pool.makeSet()))
            case .ellipsis:
                return .pattern(try parseFormals())
            case .identifier:
                let name = AttributeName(
                    symbol: tokenSymbol(), expression: -1, position: UInt32(truncatingIfNeeded: lexer.start))
                advance()
                if lexer.token == .comma || lexer.token == .question || lexer.token == .closeBrace {
                    return .pattern(try parseFormals(first: name))
                }
                return .set(try parseSet(first: name, at: position))
            default:
                break
            }
        }
        let set = pool.makeSet()
        let node = add(.attributeSet, at: position, a: set)
        try parseBindings(into: set)
        try expect(.closeBrace, expecting: "'inherit'")
        return .set(node)
    }

    /// A set whose first name has been read already.
    private mutating func parseSet(first: AttributeName, at position: Int) throws(SyntaxError) -> NodeIndex {
        let set = pool.makeSet()
        let node = add(.attributeSet, at: position, a: set)
        let base = nameStack.count
        nameStack.append(first)
        if lexer.token == .dot {
            advance()
            try parseAttributePath()
        }
        try parseBindingRest(names: base, position: Int(first.position), into: set)
        try parseBindings(into: set)
        try expect(.closeBrace, expecting: "'inherit'")
        return node
    }

    /// The pattern after `name @`.
    mutating func parsePattern() throws(SyntaxError) -> Int32 {
        try expect(.openBrace, expecting: "'{'")
        return try parseFormals()
    }

    /// Formals up to and past the closing brace.
    ///
    /// `first`: a name that has been read already.
    private mutating func parseFormals(first: AttributeName? = nil) throws(SyntaxError) -> Int32 {
        let base = formalStack.count
        var isFirst = first == nil
        var hasEllipsis = false
        if let first { try parseFormalRest(symbol: first.symbol, position: first.position) }
        while true {
            if !isFirst {
                if lexer.token == .closeBrace { break }
                try expect(.comma, expecting: "'}' or ','")
            }
            isFirst = false
            if lexer.token == .closeBrace { break }
            if lexer.token == .ellipsis {
                advance()
                hasEllipsis = true
                guard lexer.token == .closeBrace else { throw unexpected(expecting: "'}'") }
                break
            }
            guard lexer.token == .identifier else { throw unexpected(expecting: "identifier or '...' or '}'") }
            let symbol = tokenSymbol()
            let position = UInt32(truncatingIfNeeded: lexer.start)
            advance()
            try parseFormalRest(symbol: symbol, position: position)
        }
        advance()
        return addPattern(formals: base, hasEllipsis: hasEllipsis)
    }

    /// `? default`, if it is there.
    @inline(__always)
    private mutating func parseFormalRest(symbol: Symbol, position: UInt32) throws(SyntaxError) {
        var defaultValue: NodeIndex = -1
        if lexer.token == .question {
            advance()
            defaultValue = try parseExpression()
        }
        formalStack.append(Formal(symbol: symbol, position: position, defaultValue: defaultValue))
    }

    private mutating func addPattern(formals base: Int, hasEllipsis: Bool) -> Int32 {
        let start = tree.formals.count
        let count = formalStack.count - base
        tree.formals.append(from: formalStack, above: base)
        formalStack.truncate(to: base)
        tree.patterns.append(
            Pattern(
                formalsStart: Int32(truncatingIfNeeded: start), formalsCount: Int32(truncatingIfNeeded: count),
                hasEllipsis: hasEllipsis))
        return Int32(truncatingIfNeeded: tree.patterns.count - 1)
    }

    /// Puts the formals in order, and refuses a name that occurs twice among them, or once more as `@ argument`.
    mutating func validateFormals(of index: Int32, argument: Symbol, position: Int) throws(SyntaxError) {
        let pattern = tree.patterns[Int(index)]
        let formals = UnsafeMutableBufferPointer(
            start: tree.formals.pointer(to: pattern.formalsStart), count: Int(pattern.formalsCount))
        formals.sortFew { ($0.symbol.rawValue, $0.position) < ($1.symbol.rawValue, $1.position) }
        var index = 1
        while index < formals.count {
            if formals[index].symbol == formals[index - 1].symbol {
                throw duplicateFormal(formals[index].symbol, at: Int(formals[index].position))
            }
            index += 1
        }
        if argument != .none, formals.contains(where: { $0.symbol == argument }) {
            throw duplicateFormal(argument, at: position)
        }
    }

    private mutating func duplicateFormal(_ symbol: Symbol, at position: Int) -> SyntaxError {
        var name: [UInt8] = []
        name.appendIdentifier(symbols.bytes(of: symbol))
        return error("duplicate formal function argument '\(String(decoding: name, as: UTF8.self))'", at: position)
    }
}
