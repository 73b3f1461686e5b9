internal import Glibc

/// Prints a tree as `nix-instantiate --parse` does: one line, everything in parentheses, operators and search paths as
/// the calls that Nix makes of them, bindings sorted.
///
/// Works from an explicit stack, so the depth of a tree does not matter.
package struct ASTPrinter {
    private let tree: SyntaxTree
    private let symbols: SymbolTable
    private let homeDirectory: String
    private var out: [UInt8] = []
    private var work: [Work] = []
    /// What the node at hand consists of, in order, before it goes onto the stack the other way round.
    private var items: [Work] = []

    private enum Work {
        case node(NodeIndex)
        /// A call without its parentheses.
        case callContents(NodeIndex)
        case text(StaticString)
        case symbol(Symbol)
    }

    /// The printed tree, or the part of it from `root` on, without a line break at its end.
    ///
    /// `homeDirectory` is what `~` stands for.
    package static func print(
        _ tree: SyntaxTree, from root: NodeIndex? = nil, symbols: SymbolTable, homeDirectory: String
    ) -> [UInt8] {
        var printer = ASTPrinter(tree: tree, symbols: symbols, homeDirectory: homeDirectory)
        printer.run(from: root ?? tree.root)
        return printer.out
    }

    private init(tree: SyntaxTree, symbols: SymbolTable, homeDirectory: String) {
        self.tree = tree
        self.symbols = symbols
        self.homeDirectory = homeDirectory
    }

    private mutating func run(from root: NodeIndex) {
        work.append(.node(root))
        while let next = work.popLast() {
            switch next {
            case .text(let text): append(text)
            case .symbol(let symbol): out.appendIdentifier(symbols.bytes(of: symbol))
            case .node(let index): expand(tree.nodes[Int(index)], index)
            case .callContents(let index): expandCall(tree.nodes[Int(index)])
            }
            work.append(contentsOf: items.reversed())
            items.removeAll(keepingCapacity: true)
        }
    }

    private mutating func append(_ text: StaticString) {
        out.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func add(_ parts: Work...) { items.append(contentsOf: parts) }

    // MARK: Nodes

    private mutating func expand(_ node: Node, _ index: NodeIndex) {
        switch node.kind {
        case .integer: out.append(contentsOf: String(tree.integers[Int(node.a)]).utf8)
        case .float: appendFloat(tree.floats[Int(node.a)])
        case .string: appendText(node)
        case .path: appendPath(node)
        case .variable: add(.symbol(Symbol(rawValue: node.a)))
        case .currentPosition: add(.text("__curPos"))
        case .interpolatedString, .interpolatedPath: expandParts(node)
        case .select:
            add(.text("("), .node(node.a), .text(")."))
            addNames(node.b, node.c)
            if node.d >= 0 { add(.text(" or ("), .node(node.d), .text(")")) }
        case .hasAttribute:
            add(.text("(("), .node(node.a), .text(") ? "))
            addNames(node.b, node.c)
            add(.text(")"))
        case .attributeSet, .recursiveAttributeSet:
            add(.text(node.kind == .attributeSet ? "{ " : "rec { "))
            addBindings(node)
            add(.text("}"))
        case .letIn:
            add(.text("(let "))
            addBindings(tree.nodes[Int(node.a)])
            add(.text("in "), .node(node.b), .text(")"))
        case .legacyLet: add(.text("("), .node(node.a), .text(").body"))
        case .with: add(.text("(with "), .node(node.a), .text("; "), .node(node.b), .text(")"))
        case .assert: add(.text("assert "), .node(node.a), .text("; "), .node(node.b))
        case .conditional:
            add(
                .text("(if "), .node(node.a), .text(" then "), .node(node.b), .text(" else "), .node(node.c), .text(")")
            )
        case .list:
            add(.text("[ "))
            for child in tree.children[Int(node.a)..<Int(node.a) + Int(node.b)] {
                add(.text("("), .node(child), .text(") "))
            }
            add(.text("]"))
        case .lambda: expandLambda(node)
        case .not: add(.text("(! "), .node(node.a), .text(")"))
        case .lessOrEqual, .greaterOrEqual:
            let isLess = node.kind == .lessOrEqual
            add(.text("(! (__lessThan "), .node(isLess ? node.b : node.a), .text(" "))
            add(.node(isLess ? node.a : node.b), .text("))"))
        case .call, .negate, .less, .greater, .subtract, .multiply, .divide, .searchPath, .pipeInto, .pipeFrom:
            add(.text("("), .callContents(index), .text(")"))
        case .and: addBinary(node, " && ")
        case .or: addBinary(node, " || ")
        case .implication: addBinary(node, " -> ")
        case .equal: addBinary(node, " == ")
        case .notEqual: addBinary(node, " != ")
        case .add: addBinary(node, " + ")
        case .update: addBinary(node, " // ")
        case .concatenate: addBinary(node, " ++ ")
        }
    }

    private mutating func addBinary(_ node: Node, _ sign: StaticString) {
        add(.text("("), .node(node.a), .text(sign), .node(node.b), .text(")"))
    }

    private mutating func expandParts(_ node: Node) {
        add(.text("("))
        for offset in 0..<node.b {
            if offset > 0 { add(.text(" + ")) }
            add(.node(tree.children[Int(node.a + offset)]))
        }
        add(.text(")"))
    }

    private mutating func expandCall(_ node: Node) {
        switch node.kind {
        case .negate: add(.text("__sub 0 "), .node(node.a))
        case .less: add(.text("__lessThan "), .node(node.a), .text(" "), .node(node.b))
        case .greater: add(.text("__lessThan "), .node(node.b), .text(" "), .node(node.a))
        case .subtract: add(.text("__sub "), .node(node.a), .text(" "), .node(node.b))
        case .multiply: add(.text("__mul "), .node(node.a), .text(" "), .node(node.b))
        case .divide: add(.text("__div "), .node(node.a), .text(" "), .node(node.b))
        case .searchPath:
            append("__findFile __nixPath ")
            appendText(node)
        case .pipeInto:
            addFunction(node.b)
            add(.text(" "), .node(node.a))
        case .pipeFrom:
            addFunction(node.a)
            add(.text(" "), .node(node.b))
        default:
            if node.d >= 0 { add(.node(node.a)) } else { addFunction(node.a) }
            for child in tree.children[Int(node.b)..<Int(node.b) + Int(node.c)] { add(.text(" "), .node(child)) }
        }
    }

    /// A call as the function of another call is one call with it.
    private mutating func addFunction(_ index: NodeIndex) {
        add(tree.nodes[Int(index)].kind.isCall ? .callContents(index) : .node(index))
    }

    private mutating func expandLambda(_ node: Node) {
        add(.text("("))
        if node.b >= 0 {
            let pattern = tree.patterns[Int(node.b)]
            let range = Int(pattern.formalsStart)..<Int(pattern.formalsStart) + Int(pattern.formalsCount)
            let formals = tree.formals[range].sorted { precedes($0.symbol, $1.symbol) }
            add(.text("{ "))
            for (index, formal) in formals.enumerated() {
                if index > 0 { add(.text(", ")) }
                add(.symbol(formal.symbol))
                if formal.defaultValue >= 0 { add(.text(" ? "), .node(formal.defaultValue)) }
            }
            if pattern.hasEllipsis { add(.text(formals.isEmpty ? "..." : ", ...")) }
            add(.text(" }"))
            if node.a >= 0 { add(.text(" @ ")) }
        }
        if node.a >= 0 { add(.symbol(Symbol(rawValue: node.a))) }
        add(.text(": "), .node(node.c), .text(")"))
    }

    // MARK: Names and bindings

    private mutating func addNames(_ start: Int32, _ count: Int32) {
        for offset in 0..<count {
            if offset > 0 { add(.text(".")) }
            let name = tree.attributeNames[Int(start + offset)]
            if name.expression >= 0 {
                add(.text("\"${"), .node(name.expression), .text("}\""))
            } else {
                add(.symbol(name.symbol))
            }
        }
    }

    private mutating func addBindings(_ node: Node) {
        let all = tree.bindings[Int(node.a)..<Int(node.a) + Int(node.b)]
        let sorted = all.filter { $0.kind != .dynamic }.sorted { precedes($0.symbol, $1.symbol) }
        let inherited = sorted.filter { $0.kind == .inherited }
        if !inherited.isEmpty {
            add(.text("inherit"))
            for binding in inherited { add(.text(" "), .symbol(binding.symbol)) }
            add(.text("; "))
        }
        let fromSubjects = Dictionary(grouping: sorted.filter { $0.kind == .inheritedFrom }, by: \.from)
        for (subject, bindings) in fromSubjects.sorted(by: { $0.key < $1.key }) {
            add(.text("inherit ("), .node(tree.children[Int(node.c + subject)]), .text(")"))
            for binding in bindings { add(.text(" "), .symbol(binding.symbol)) }
            add(.text("; "))
        }
        for binding in sorted where binding.kind == .plain {
            add(.symbol(binding.symbol), .text(" = "), .node(binding.value), .text("; "))
        }
        for binding in all where binding.kind == .dynamic {
            add(.text("\"${"), .node(binding.nameExpression), .text("}\" = "), .node(binding.value), .text("; "))
        }
    }

    private func precedes(_ left: Symbol, _ right: Symbol) -> Bool {
        symbols.bytes(of: left).lexicographicallyPrecedes(symbols.bytes(of: right))
    }

    // MARK: Leaves

    private func withText<Result>(_ node: Node, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        body(UnsafeBufferPointer(rebasing: tree.bytes[Int(node.a)..<Int(node.a) + Int(node.b)]))
    }

    private mutating func appendText(_ node: Node) {
        var out = out
        self.out = []
        withText(node) { out.appendStringLiteral($0) }
        self.out = out
    }

    private mutating func appendPath(_ node: Node) {
        out.append(contentsOf: withText(node) { PathLiteral.resolve($0, in: tree.source, home: homeDirectory) })
    }

    /// Six significant digits, as a C++ stream prints a double.
    private mutating func appendFloat(_ value: Double) {
        var buffer = [CChar](repeating: 0, count: 32)
        let count = withVaList([value]) { vsnprintf(&buffer, buffer.count, "%g", $0) }
        out.append(contentsOf: buffer.prefix(Int(count)).map { UInt8(bitPattern: $0) })
    }
}
