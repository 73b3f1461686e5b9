/// `subject.path or`, waiting for its default.
struct PendingSelection {
    let subject: NodeIndex
    let names: Int32
    let count: Int32
    let position: Int
}

extension Parser {
    /// A simple expression, perhaps with `.path`, `.path or default` or the old `x or`.
    @inline(__always)
    mutating func parseSelection(
        primary: NodeIndex, start: Int, isBareOr: inout Bool
    ) throws(SyntaxError) -> NodeIndex {
        let subject = primary >= 0 ? primary : try parseSimple()
        if lexer.token != .dot && lexer.token != .or { return subject }
        return try parseSelectionRest(of: subject, start: start, isBareOr: &isBareOr)
    }

    private mutating func parseSelectionRest(
        of first: NodeIndex, start firstStart: Int, isBareOr: inout Bool
    ) throws(SyntaxError) -> NodeIndex {
        let base = selections.count
        var subject = first
        var start = firstStart
        var result: NodeIndex
        var resultIsBareOr = false
        while true {
            if lexer.token == .or {
                // Nixpkgs once had a function named `or`: `x or` is the call of `x` with the variable `or`.
                let variable = add(.variable, at: start, a: orSymbol.rawValue)
                let end = lexer.end
                advance()
                tree.children.append(variable)
                let children = Int32(truncatingIfNeeded: tree.children.count - 1)
                result = add(
                    .call, at: start, a: subject, b: children, c: 1,
                    d: Int32(truncatingIfNeeded: end))
                resultIsBareOr = true
                break
            }
            guard lexer.token == .dot else {
                result = subject
                break
            }
            advance()
            let names = nameStack.count
            try parseAttributePath()
            let count = Int32(truncatingIfNeeded: nameStack.count - names)
            let firstName = takeNames(above: names)
            guard lexer.token == .or else {
                result = add(.select, at: start, a: subject, b: firstName, c: count)
                break
            }
            advance()
            selections.append(PendingSelection(subject: subject, names: firstName, count: count, position: start))
            start = lexer.start
            subject = try parseSimple()
        }
        while selections.count > base {
            if resultIsBareOr { warnAboutOr(result) }
            resultIsBareOr = false
            let pending = selections.removeLast()
            result = add(
                .select, at: pending.position, a: pending.subject, b: pending.names, c: pending.count, d: result)
        }
        isBareOr = resultIsBareOr
        return result
    }

    /// `a."b".${c}` onto the name stack.
    @inline(__always)
    mutating func parseAttributePath() throws(SyntaxError) {
        try parseAttributeName()
        while lexer.token == .dot {
            advance()
            try parseAttributeName()
        }
    }

    @inline(__always)
    private mutating func parseAttributeName() throws(SyntaxError) {
        let position = UInt32(truncatingIfNeeded: lexer.start)
        switch lexer.token {
        case .identifier, .or:
            nameStack.append(AttributeName(symbol: tokenSymbol(), expression: -1, position: position))
            advance()
        case .quote, .dollarBrace:
            nameStack.append(try parseStringName())
        default:
            throw unexpected(expecting: "identifier or 'or' or '${' or '\"'")
        }
    }

    /// `"name"`, `"a${b}"` or `${expression}` as a name: what is a plain string is a fixed name.
    mutating func parseStringName() throws(SyntaxError) -> AttributeName {
        let position = UInt32(truncatingIfNeeded: lexer.start)
        let expression: NodeIndex
        if lexer.token == .quote {
            expression = try parseString()
        } else {
            advance()
            expression = try parseExpression()
            try expect(.closeBrace, expecting: "'}'")
        }
        let node = tree.nodes[Int(expression)]
        guard node.kind == .string else {
            return AttributeName(symbol: .none, expression: expression, position: position)
        }
        let name = UnsafeBufferPointer(start: UnsafePointer(tree.bytes.pointer(to: node.a)), count: Int(node.b))
        let symbol = symbols.intern(name)
        return AttributeName(symbol: symbol, expression: -1, position: position)
    }

    /// Records Nix's warning about `x or` as an argument, an element or a default.
    mutating func warnAboutOr(_ call: NodeIndex) {
        let node = tree.nodes[Int(call)]
        let snippet = String(decoding: withLineFeeds(Int(node.position), Int(node.d)), as: UTF8.self)
        tree.warnings.append(
            SyntaxWarning(
                message:
                    "This expression uses `or` as an identifier in a way that will change in a future Nix release.\n"
                    + "Wrap this entire expression in parentheses to preserve its current meaning:\n"
                    + "    (\(snippet))\n"
                    + "Give feedback at https://github.com/NixOS/nix/pull/11121",
                location: SourceLocation(file: tree.source, offset: node.position)))
    }

    /// A piece of the source in which every line ends in LF.
    private mutating func withLineFeeds(_ from: Int, _ to: Int) -> [UInt8] {
        var out: [UInt8] = []
        for offset in from..<to {
            let byte = lexer.byte(offset)
            if byte == UInt8(ascii: "\r") {
                if lexer.byte(offset + 1) != UInt8(ascii: "\n") { out.append(UInt8(ascii: "\n")) }
            } else {
                out.append(byte)
            }
        }
        return out
    }
}
