/// A construct whose last part is an expression that is still to come.
struct PendingHead {
    /// The kind of node to be made: `lambda`, `with`, `assert`, `letIn`, `conditional`.
    let kind: NodeKind
    let position: UInt32
    let a: Int32
    let b: Int32
}

extension Parser {
    /// A whole expression: functions, `with`, `assert`, `let … in`, `if`, pipes and operators.
    mutating func parseExpression() throws(SyntaxError) -> NodeIndex {
        try enter()
        let start = lexer.start
        let node: NodeIndex
        switch lexer.token {
        case .identifier, .openBrace, .assert, .with, .let, .if: node = try parseHeads()
        default: node = try parsePipes(primary: -1, start: start)
        }
        expressionStart = start
        depth -= 1
        return node
    }

    /// Constructs that end in an expression, one after another, and that expression.
    ///
    /// Not inlined, so that parentheses, which do not come through here, take little stack.
    @inline(never)
    private mutating func parseHeads() throws(SyntaxError) -> NodeIndex {
        let base = heads.count
        var node: NodeIndex = -1
        while node < 0 {
            let position = lexer.start
            switch lexer.token {
            case .identifier: node = try parseIdentifierHead(at: position)
            case .openBrace: node = try parseBraceHead(at: position)
            case .assert, .with:
                let kind: NodeKind = lexer.token == .assert ? .assert : .with
                advance()
                let subject = try parseExpression()
                try expect(.semicolon, expecting: "';'")
                push(kind, at: position, a: subject)
            case .let:
                advance()
                if lexer.token == .openBrace {
                    node = try parsePipes(primary: parseLegacyLet(at: position), start: position)
                    break
                }
                let set = pool.makeSet()
                let bindings = add(.attributeSet, at: position, a: set)
                try parseBindings(into: set)
                try expect(.in, expecting: "'in' or 'inherit'")
                push(.letIn, at: position, a: bindings)
            case .if:
                advance()
                let condition = try parseExpression()
                try expect(.then, expecting: "'then'")
                let consequence = try parseExpression()
                try expect(.else, expecting: "'else'")
                push(.conditional, at: position, a: condition, b: consequence)
            default:
                node = try parsePipes(primary: -1, start: position)
            }
        }
        return heads.count > base ? try finishHeads(above: base, body: node) : node
    }

    /// What starts with a name: a function, of which the head is pushed and −1 returned, or an expression.
    @inline(__always)
    private mutating func parseIdentifierHead(at position: Int) throws(SyntaxError) -> NodeIndex {
        let symbol = tokenSymbol()
        advance()
        switch lexer.token {
        case .colon:
            advance()
            push(.lambda, at: position, a: symbol.rawValue)
            return -1
        case .at:
            advance()
            let pattern = try parsePattern()
            try expect(.colon, expecting: "':'")
            push(.lambda, at: position, a: symbol.rawValue, b: pattern)
            return -1
        default:
            return try parsePipes(primary: addVariable(symbol, at: position), start: position)
        }
    }

    /// What starts with a brace: a function, of which the head is pushed and −1 returned, or an expression.
    private mutating func parseBraceHead(at position: Int) throws(SyntaxError) -> NodeIndex {
        let pattern: Int32
        switch try parseBraces(mayBePattern: true) {
        case .set(let set): return try parsePipes(primary: set, start: position)
        case .pattern(let index): pattern = index
        }
        var argument = Symbol.none
        if lexer.token == .at {
            advance()
            guard lexer.token == .identifier else { throw unexpected(expecting: "identifier") }
            argument = tokenSymbol()
            advance()
            try expect(.colon, expecting: "':'")
        } else {
            try expect(.colon, expecting: "':' or '@'")
        }
        push(.lambda, at: position, a: argument.rawValue, b: pattern)
        return -1
    }

    /// Counts one level of nesting, which the caller takes back.
    @inline(__always)
    mutating func enter() throws(SyntaxError) {
        depth += 1
        if depth > options.maximumDepth || StackBounds.currentAddress() < lowestStackAddress { throw nestedTooDeeply() }
    }

    @inline(never)
    private mutating func nestedTooDeeply() -> SyntaxError {
        depth > options.maximumDepth
            ? error("expression is nested deeper than \(options.maximumDepth) levels", at: lexer.start)
            : error("expression is nested too deeply for the stack", at: lexer.start)
    }

    @inline(__always)
    private mutating func push(_ kind: NodeKind, at position: Int, a: Int32 = -1, b: Int32 = -1) {
        heads.append(PendingHead(kind: kind, position: UInt32(truncatingIfNeeded: position), a: a, b: b))
    }

    /// Closes the pending constructs above `base`, innermost first.
    private mutating func finishHeads(above base: Int, body: NodeIndex) throws(SyntaxError) -> NodeIndex {
        var node = body
        while heads.count > base {
            let head = heads.removeLast()
            let position = Int(head.position)
            switch head.kind {
            case .conditional:
                node = add(.conditional, at: position, a: head.a, b: head.b, c: node)
            case .lambda:
                if head.b >= 0 {
                    try validateFormals(of: head.b, argument: Symbol(rawValue: head.a), position: position)
                }
                node = add(.lambda, at: position, a: head.a, b: head.b, c: node)
            case .letIn:
                if pool.sets[Int(tree.nodes[Int(head.a)].a)].dynamicCount > 0 {
                    throw error("dynamic attributes not allowed in let", at: position)
                }
                node = add(.letIn, at: position, a: head.a, b: node)
            default:
                node = add(head.kind, at: position, a: head.a, b: node)
            }
        }
        return node
    }

    /// Operators, joined by `|>` or by `<|`, never by both.
    private mutating func parsePipes(primary: NodeIndex, start: Int) throws(SyntaxError) -> NodeIndex {
        let node = try parseOperators(primary: primary, start: start)
        switch lexer.token {
        case .pipeInto: return try parsePipeInto(first: node)
        case .pipeFrom: return try parsePipeFrom(first: node)
        case .failure: throw unexpected()
        default: return node
        }
    }

    private mutating func parsePipeInto(first: NodeIndex) throws(SyntaxError) -> NodeIndex {
        var left = first
        while lexer.token == .pipeInto {
            let position = lexer.start
            advance()
            let function = try parseOperators(primary: -1, start: lexer.start)
            left = add(.pipeInto, at: callPosition(of: function, else: position), a: left, b: function)
        }
        return left
    }

    private mutating func parsePipeFrom(first: NodeIndex) throws(SyntaxError) -> NodeIndex {
        let base = nodeStack.count
        let positionBase = operators.count
        var last = first
        while lexer.token == .pipeFrom {
            nodeStack.append(last)
            operators.append(
                PendingOperator(kind: .pipeFrom, precedence: 0, position: lexer.start, left: last, start: 0))
            advance()
            last = try parseOperators(primary: -1, start: lexer.start)
        }
        while nodeStack.count > base {
            let function = nodeStack.removeLast()
            let position = callPosition(of: function, else: operators.removeLast().position)
            last = add(.pipeFrom, at: position, a: function, b: last)
        }
        assert(operators.count == positionBase)
        return last
    }

    /// Where a call of `function` is reported: one more argument to what is a call already leaves the position alone.
    @inline(__always)
    func callPosition(of function: NodeIndex, else position: Int) -> Int {
        let node = tree.nodes[Int(function)]
        return node.kind.isCall ? Int(node.position) : position
    }
}

extension NodeKind {
    /// Whether Nix treats this as the call of a function, which another argument makes longer.
    var isCall: Bool {
        switch self {
        case .call, .negate, .less, .greater, .subtract, .multiply, .divide, .searchPath, .pipeInto, .pipeFrom: true
        default: false
        }
    }
}
