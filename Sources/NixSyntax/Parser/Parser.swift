/// Turns one source text into a `SyntaxTree`, or throws the `SyntaxError` that Nix 2.34 would report.
///
/// A recursive-descent parser over `Lexer`. The token in hand (`lexer.token`) is the one not yet used: `advance` moves
/// past it, `expect` moves past one that must be there. Functions named `parseX` start at the first token of X and end
/// at the first token after it. What nests only at its end (operator chains, curried functions, `let … in let … in …`,
/// `else if`) is kept on explicit stacks; brackets, braces and interpolations recurse, up to the depth of the options.
///
/// Nix's grammar is compiled by bison, and its messages list what would have been accepted where that is at most four
/// tokens. Each `expecting:` text below is that list, worked out for the place where it stands.
package struct Parser: ~Copyable {
    var lexer: Lexer
    let symbols: SymbolTable
    let options: ParseOptions
    var tree: TreeBuilder
    var pool: BindingPool
    var depth = 0
    let lowestStackAddress: UInt

    /// Where the expression that a `parse…` function has just returned starts.
    ///
    /// Not always its node's position.
    var expressionStart = 0
    /// What is waiting for its right operand, for its body, for more of its kind.
    ///
    /// Each user takes what is above its base.
    var operators = GrowingArray<PendingOperator>()
    var heads = GrowingArray<PendingHead>()
    var selections = GrowingArray<PendingSelection>()
    var nodeStack = GrowingArray<NodeIndex>(capacity: 64)
    var nameStack = GrowingArray<AttributeName>()
    var partStack = GrowingArray<StringPart>(capacity: 32)
    var formalStack = GrowingArray<Formal>()
    var pieceStack = GrowingArray<IndentedPiece>(capacity: 32)

    /// Where the end of the file is reported, if not after the last byte.
    var endOfFilePosition: Int?
    let curPosSymbol: Symbol
    let orSymbol: Symbol

    /// Parses a whole file.
    ///
    /// - Parameters:
    ///   - source: the text.
    ///   - symbols: where names are interned.
    ///   - options: features and limits.
    /// - Throws: `SyntaxError` with Nix's message.
    package static func parse(
        source: SourceFile, symbols: SymbolTable, options: ParseOptions = ParseOptions()
    ) throws(SyntaxError) -> SyntaxTree {
        var parser = Parser(source: source, symbols: symbols, options: options)
        do throws(SyntaxError) {
            return options.takesBindings ? try parser.parseBindings() : try parser.parseFile()
        } catch {
            var error = error
            error.warnings = parser.tree.warnings
            throw error
        }
    }

    private init(source: SourceFile, symbols: SymbolTable, options: ParseOptions) {
        lexer = Lexer(source: source, options: options)
        self.symbols = symbols
        self.options = options
        tree = TreeBuilder(source: source)
        pool = BindingPool(capacity: source.text.count / 32 + 8)
        lowestStackAddress = StackBounds.lowestAddress(taking: options.maximumStackBytes)
        curPosSymbol = symbols.intern("__curPos")
        orSymbol = symbols.intern("or")
    }

    private mutating func parseFile() throws(SyntaxError) -> SyntaxTree {
        try start()
        let root = try parseExpression()
        return try finish(root)
    }

    /// A text of bindings, as they stand between the braces of a set.
    private mutating func parseBindings() throws(SyntaxError) -> SyntaxTree {
        try start()
        let set = pool.makeSet()
        let root = add(.attributeSet, at: 0, a: set)
        try parseBindings(into: set)
        return try finish(root)
    }

    private mutating func start() throws(SyntaxError) {
        guard lexer.count < Int(Int32.max) else {
            throw error("the source text is larger than 2 GiB", at: 0)
        }
        advance()
    }

    private mutating func finish(_ root: NodeIndex) throws(SyntaxError) -> SyntaxTree {
        guard lexer.token == .endOfFile else { throw unexpected(expecting: "end of file") }
        tree.flattenSets(of: pool)
        return SyntaxTree(root: root, taking: &tree, documentation: lexer.documentation)
    }

    // MARK: Tokens

    @inline(__always)
    mutating func advance() { lexer.next() }

    @inline(__always)
    mutating func expect(_ token: Token, expecting: StaticString) throws(SyntaxError) {
        guard lexer.token == token else { throw unexpected(expecting: expecting) }
        lexer.next()
    }

    // MARK: Nodes

    @inline(__always)
    mutating func add(
        _ kind: NodeKind, at position: Int, a: Int32 = -1, b: Int32 = -1, c: Int32 = -1, d: Int32 = -1
    ) -> NodeIndex {
        tree.nodes.append(Node(kind: kind, position: UInt32(truncatingIfNeeded: position), a: a, b: b, c: c, d: d))
        return NodeIndex(truncatingIfNeeded: tree.nodes.count - 1)
    }

    /// Moves the nodes above `base` from the stack to `children`; returns where they start there.
    @inline(__always)
    mutating func takeChildren(above base: Int) -> Int32 {
        let start = tree.children.count
        tree.children.append(from: nodeStack, above: base)
        nodeStack.truncate(to: base)
        return Int32(truncatingIfNeeded: start)
    }

    /// Moves the names above `base` from the stack to `attributeNames`; returns where they start there.
    @inline(__always)
    mutating func takeNames(above base: Int) -> Int32 {
        let start = tree.attributeNames.count
        tree.attributeNames.append(from: nameStack, above: base)
        nameStack.truncate(to: base)
        return Int32(truncatingIfNeeded: start)
    }

    @inline(__always)
    func tokenSymbol() -> Symbol { symbols.intern(lexer.slice(lexer.start, lexer.end)) }

    // MARK: Errors

    @inline(never)
    mutating func error(_ message: String, at offset: Int) -> SyntaxError {
        SyntaxError(
            message: message, location: SourceLocation(file: tree.source, offset: UInt32(truncatingIfNeeded: offset)))
    }

    /// The error for the token in hand.
    ///
    /// `expecting` lists what would do, in bison's order, or is empty.
    @inline(never)
    mutating func unexpected(expecting: StaticString = "") -> SyntaxError {
        do throws(SyntaxError) {
            // What the lexer has to say about a token comes first.
            if lexer.token == .integer { _ = try integerValue() }
            if lexer.token == .float { _ = try floatValue() }
            if let failure = lexer.failure { throw failure }
        } catch {
            return error
        }
        let list = expecting.utf8CodeUnitCount == 0 ? "" : ", expecting \(expecting)"
        let offset = lexer.token == .endOfFile ? endOfFilePosition ?? lexer.count : lexer.start
        return error("syntax error, unexpected \(lexer.token.description)\(list)", at: offset)
    }
}
