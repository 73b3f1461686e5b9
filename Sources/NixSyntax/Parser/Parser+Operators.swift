/// An operator that waits for its right operand.
///
/// Prefix operators have no left one.
struct PendingOperator {
    let kind: NodeKind
    let precedence: UInt8
    let position: Int
    let left: NodeIndex
    /// Where the left operand, or the prefix operator, starts.
    let start: Int
}

/// How strongly an operator binds, and to which side it groups.
private struct Precedence {
    enum Associativity { case left, right, none }
    let kind: NodeKind
    let level: UInt8
    let associativity: Associativity

    static let not: UInt8 = 7
    static let negate: UInt8 = 12

    @inline(__always)
    init(_ kind: NodeKind, _ level: UInt8, _ associativity: Associativity) {
        self.kind = kind
        self.level = level
        self.associativity = associativity
    }

    /// The binary operator that a token is.
    @inline(__always)
    init?(_ token: Token) {
        if token.rawValue < Token.implication.rawValue || token.rawValue > Token.question.rawValue { return nil }
        switch token {
        case .implication: self.init(.implication, 1, .right)
        case .logicalOr: self.init(.or, 2, .left)
        case .logicalAnd: self.init(.and, 3, .left)
        case .equal: self.init(.equal, 4, .none)
        case .notEqual: self.init(.notEqual, 4, .none)
        case .less: self.init(.less, 5, .none)
        case .greater: self.init(.greater, 5, .none)
        case .lessOrEqual: self.init(.lessOrEqual, 5, .none)
        case .greaterOrEqual: self.init(.greaterOrEqual, 5, .none)
        case .update: self.init(.update, 6, .right)
        case .plus: self.init(.add, 8, .left)
        case .minus: self.init(.subtract, 8, .left)
        case .star: self.init(.multiply, 9, .left)
        case .slash: self.init(.divide, 9, .left)
        case .concatenate: self.init(.concatenate, 10, .right)
        case .question: self.init(.hasAttribute, 11, .none)
        default: return nil
        }
    }
}

extension Parser {
    /// Unary and binary operators over applications, by precedence.
    ///
    /// `primary` is a simple expression that has been read already and starts at `start`, or −1.
    @inline(__always)
    mutating func parseOperators(primary: NodeIndex, start: Int) throws(SyntaxError) -> NodeIndex {
        if primary < 0, lexer.token == .not || lexer.token == .minus {
            return try parseOperatorChain(operand: -1, start: start)
        }
        let operand = try parseApplication(primary: primary, start: start)
        expressionStart = start
        guard Precedence(lexer.token) != nil else { return operand }
        return try parseOperatorChain(operand: operand, start: start)
    }

    private mutating func parseOperatorChain(operand first: NodeIndex, start: Int) throws(SyntaxError) -> NodeIndex {
        let base = operators.count
        var operand = first
        var operandStart = start
        if operand < 0 { operand = try parsePrefixed(&operandStart) }
        while let precedence = Precedence(lexer.token) {
            while operators.count > base {
                let top = operators[operators.count - 1]
                guard top.precedence >= precedence.level else { break }
                if top.precedence == precedence.level {
                    if precedence.associativity == .right { break }
                    if precedence.associativity == .none { throw unexpected() }
                }
                reduce(&operand, &operandStart)
            }
            let position = lexer.start
            advance()
            if precedence.kind == .hasAttribute {
                let names = nameStack.count
                try parseAttributePath()
                let count = Int32(truncatingIfNeeded: nameStack.count - names)
                let reported = Int(tree.nodes[Int(operand)].position)
                operand = add(.hasAttribute, at: reported, a: operand, b: takeNames(above: names), c: count)
                continue
            }
            operators.append(
                PendingOperator(
                    kind: precedence.kind, precedence: precedence.level, position: position, left: operand,
                    start: operandStart))
            operandStart = lexer.start
            operand = try parsePrefixed(&operandStart)
        }
        if lexer.token == .failure { throw unexpected() }
        while operators.count > base { reduce(&operand, &operandStart) }
        expressionStart = start
        return operand
    }

    /// Pushes prefix operators, then reads the application they stand before.
    private mutating func parsePrefixed(_ start: inout Int) throws(SyntaxError) -> NodeIndex {
        while lexer.token == .not || lexer.token == .minus {
            let isNot = lexer.token == .not
            operators.append(
                PendingOperator(
                    kind: isNot ? .not : .negate, precedence: isNot ? Precedence.not : Precedence.negate,
                    position: lexer.start, left: -1, start: lexer.start))
            advance()
        }
        start = lexer.start
        return try parseApplication(primary: -1, start: start)
    }

    /// Gives the topmost pending operator its right operand.
    private mutating func reduce(_ operand: inout NodeIndex, _ start: inout Int) {
        let top = operators.removeLast()
        switch top.kind {
        case .not:
            operand = add(.not, at: Int(tree.nodes[Int(operand)].position), a: operand)
        case .negate:
            operand = add(.negate, at: top.position, a: operand)
        case .add:
            operand = add(
                .add, at: top.position, a: top.left, b: operand, c: Int32(truncatingIfNeeded: top.start),
                d: Int32(truncatingIfNeeded: start))
        default:
            operand = add(top.kind, at: top.position, a: top.left, b: operand)
        }
        start = top.start
    }

    /// A function and its arguments, or a single expression.
    @inline(__always)
    mutating func parseApplication(primary: NodeIndex, start: Int) throws(SyntaxError) -> NodeIndex {
        var isBareOr = false
        let function = try parseSelection(primary: primary, start: start, isBareOr: &isBareOr)
        guard lexer.token.startsSimpleExpression else { return function }
        return try parseArguments(of: function, start: start)
    }

    private mutating func parseArguments(of function: NodeIndex, start: Int) throws(SyntaxError) -> NodeIndex {
        let base = nodeStack.count
        repeat { nodeStack.append(try parseElement()) } while lexer.token.startsSimpleExpression
        let count = Int32(truncatingIfNeeded: nodeStack.count - base)
        let position = callPosition(of: function, else: start)
        return add(.call, at: position, a: function, b: takeChildren(above: base), c: count)
    }

    /// An argument or a list element: a selection, with a warning where it is a bare `x or`.
    @inline(__always)
    mutating func parseElement() throws(SyntaxError) -> NodeIndex {
        var isBareOr = false
        let start = lexer.start
        let element = try parseSelection(primary: -1, start: start, isBareOr: &isBareOr)
        if isBareOr { warnAboutOr(element) }
        return element
    }
}
