import CStack
import NixSyntax

/// Lowers one file's tree to nodes: names become frame and word, literals become constants, sets get their shapes.
///
/// Files: this one holds scopes, variables and control; `+Sets` attribute sets and `let`; `+Literals` the rest.
struct Resolver {
    /// A node of the tree.
    typealias Syntax = UnsafePointer<NixSyntax.Node>

    let tree: SyntaxTree
    /// The tree's arrays that every step reads.
    let nodes: Syntax
    let children: UnsafePointer<NodeIndex>
    let machine: Machine
    let evaluator: Evaluator
    let arena: CodeArena
    let scopes: ScopeTable
    let globals: GlobalTable
    /// The set `builtins`.
    let builtins: Value
    /// Position of the file's first byte.
    let base: UInt32
    /// Whether the file is one of the program's own.
    let isBundled: Bool
    /// The enclosing `with`s, outermost first.
    var withScopes: [WithScope] = []

    struct WithScope {
        let depth: Int
        let position: UInt32
        /// The table that variables of the frame at `levelsDepth` share.
        var levels: UnsafeMutablePointer<Int32>?
        var levelsDepth = -1
    }

    init(tree: SyntaxTree, evaluator: Evaluator, base: UInt32) {
        self.tree = tree
        nodes = tree.nodes.baseAddress.unsafelyUnwrapped
        children = tree.children.baseAddress.unsafelyUnwrapped
        self.evaluator = evaluator
        self.machine = evaluator.machine
        self.arena = evaluator.arena
        self.scopes = evaluator.scopes
        self.globals = evaluator.globals
        self.builtins = evaluator.builtinsValue
        self.base = base
        isBundled = BundledFiles.contains(Array(tree.source.directory.utf8))
    }

    /// The code of the whole file.
    ///
    /// `scope` names the words of an outer frame, for `scopedImport` and the repl.
    mutating func resolveFile(scope: [Symbol] = []) throws(EvaluationError) -> NodePointer {
        let mark = scopes.mark
        var depth = 0
        if !scope.isEmpty {
            for (index, symbol) in scope.enumerated() { scopes.bind(symbol, depth: 0, slot: index + 1) }
            depth = 1
        }
        defer { scopes.unbind(to: mark) }
        var frame = FrameContext(depth: depth)
        let root = try resolve(tree.root, &frame, isTail: true)
        return arena.add(
            Node(opcode: .frame, a: UInt(bitPattern: root), c: UInt(frame.words)), CodeArena.position(of: root))
    }

    @inline(__always)
    func position(_ node: Syntax) -> UInt32 { base &+ node.pointee.position }

    @inline(__always)
    func add(_ node: Node, _ source: Syntax) -> NodePointer { arena.add(node, position(source)) }

    @inline(__always)
    func constant(_ value: Value, _ source: Syntax, isDelayed: Bool = false) -> NodePointer {
        add(Node(opcode: .constant, flags: isDelayed ? 1 : 0, a: value.bits), source)
    }

    /// Whether a node is a constant that Nix would not delay either.
    @inline(__always)
    func isAtom(_ node: NodePointer) -> Bool { node.pointee.opcode == .constant && node.pointee.flags == 0 }

    /// Resolves a node that runs in `frame`.
    ///
    /// - Parameters:
    ///   - isTail: whether it runs at most once for each frame, so that its `let`s may use the frame.
    ///   - name: what the value is bound to, for lambdas.
    mutating func resolve(
        _ index: NodeIndex, _ frame: inout FrameContext, isTail: Bool = false, name: Symbol = .none
    ) throws(EvaluationError) -> NodePointer {
        let node = nodes + Int(index)
        switch node.pointee.kind {
        case .variable: return try resolveVariable(Symbol(rawValue: node.pointee.a), node, frame)
        case .string: return constant(arena.string(text(node)), node)
        case .integer: return constant(arena.integer(tree.integers[Int(node.pointee.a)]), node)
        default: return try resolveCompound(node, &frame, isTail: isTail, name: name)
        }
    }

    /// Everything that is not a leaf, and what is rare.
    private mutating func resolveCompound(
        _ node: Syntax, _ frame: inout FrameContext, isTail: Bool, name: Symbol
    ) throws(EvaluationError) -> NodePointer {
        if nixlite_stack_pointer() < machine.state.pointee.stackLimit {
            throw EvaluationError(.stackOverflow, "stack overflow (possible infinite recursion)")
        }
        switch node.pointee.kind {
        case .variable, .string, .integer: preconditionFailure("a leaf")
        case .float: return constant(arena.float(tree.floats[Int(node.pointee.a)]), node)
        case .path: return constant(arena.path(normalizedPath(try absolutePath(node))), node)
        case .searchPath: return try resolveSearchPath(node, &frame)
        case .interpolatedString, .interpolatedPath: return try resolveInterpolation(node, &frame)
        case .currentPosition:
            let value = try evaluator.positionValue(position(node))
            evaluator.roots.add(value.bits)
            return constant(value, node, isDelayed: true)
        case .select: return try resolveSelect(node, &frame)
        case .hasAttribute:
            let subject = try resolve(node.pointee.a, &frame)
            let path = try resolvePath(node.pointee.b, node.pointee.c, &frame)
            return add(
                Node(
                    opcode: .hasAttribute, operand: node.pointee.c, a: UInt(bitPattern: subject),
                    b: UInt(bitPattern: path)),
                node)
        case .attributeSet, .recursiveAttributeSet: return try resolveSet(node, &frame)
        case .letIn: return try resolveLet(node, &frame, isTail: isTail)
        case .legacyLet: return try resolveLegacyLet(node, &frame)
        case .with: return try resolveWith(node, &frame)
        case .assert:
            let condition = try resolve(node.pointee.a, &frame)
            let body = try resolve(node.pointee.b, &frame, isTail: isTail)
            let text = arena.string(evaluator.printExpression(tree, node.pointee.a))
            return add(
                Node(opcode: .assert, a: UInt(bitPattern: condition), b: UInt(bitPattern: body), c: text.bits), node)
        case .conditional:
            let condition = try resolve(node.pointee.a, &frame)
            let then = try resolve(node.pointee.b, &frame, isTail: isTail)
            let otherwise = try resolve(node.pointee.c, &frame, isTail: isTail)
            return add(
                Node(
                    opcode: .conditional, a: UInt(bitPattern: condition), b: UInt(bitPattern: then),
                    c: UInt(bitPattern: otherwise)), node)
        case .list: return try resolveList(node, &frame)
        case .lambda: return try resolveLambda(node, frame, name)
        case .call: return try resolveCall(node, &frame)
        case .not: return try unary(.not, node, &frame)
        case .negate:
            if scopes.find(machine.known.sub) != nil {
                let zero = constant(Value(smallInteger: 0), node)
                return try callOperator(machine.known.sub, zero, try resolve(node.pointee.a, &frame), node, frame)
            }
            return try unary(.negate, node, &frame)
        case .and: return try binary(.and, node, &frame)
        case .or: return try binary(.or, node, &frame)
        case .implication: return try binary(.implication, node, &frame)
        case .equal: return try binary(.equal, node, &frame)
        case .notEqual: return try binary(.notEqual, node, &frame)
        case .less: return try comparison(.less, node, &frame)
        case .lessOrEqual: return try comparison(.lessOrEqual, node, &frame)
        case .greater: return try comparison(.greater, node, &frame)
        case .greaterOrEqual: return try comparison(.greaterOrEqual, node, &frame)
        case .add:
            let sum = try binary(.add, node, &frame)
            let left = base &+ UInt32(bitPattern: node.pointee.c)
            sum.pointee.c = UInt(left) << 32 | UInt(base &+ UInt32(bitPattern: node.pointee.d))
            return sum
        case .subtract: return try arithmetic(.subtract, machine.known.sub, node, &frame)
        case .multiply: return try arithmetic(.multiply, machine.known.mul, node, &frame)
        case .divide: return try arithmetic(.divide, machine.known.div, node, &frame)
        case .update: return try binary(.update, node, &frame)
        case .concatenate: return try binary(.concatenate, node, &frame)
        case .pipeInto: return try pipe(node.pointee.b, node.pointee.a, node, &frame)
        case .pipeFrom: return try pipe(node.pointee.a, node.pointee.b, node, &frame)
        }
    }

    // MARK: Variables

    mutating func resolveVariable(_ symbol: Symbol, _ node: Syntax, _ frame: FrameContext) throws(EvaluationError)
        -> NodePointer
    {
        if let binding = scopes.find(symbol) {
            return local(level: frame.depth - binding.depth, slot: binding.slot, node)
        }
        if let global = globals[symbol] ?? (isBundled ? evaluator.bundledVariables[symbol] : nil) {
            let value = Value(bits: global.pointee)
            if !value.isThunk { return constant(value, node) }
            return add(Node(opcode: .global, a: UInt(bitPattern: global)), node)
        }
        return try resolveDynamically(symbol, node, frame)
    }

    /// A variable that only an enclosing `with` can have.
    @inline(never)
    private mutating func resolveDynamically(_ symbol: Symbol, _ node: Syntax, _ frame: FrameContext)
        throws(EvaluationError) -> NodePointer
    {
        guard let innermost = withScopes.last else {
            throw EvaluationError(
                .undefinedVariable, "undefined variable '\(evaluator.symbols.string(of: symbol))'",
                at: position(node))
        }
        let levels: UnsafeMutablePointer<Int32>
        if let known = innermost.levels, innermost.levelsDepth == frame.depth {
            levels = known
        } else {
            levels = arena.allocate(Int32.self, count: 2 * withScopes.count + 1)
            levels[0] = Int32(withScopes.count)
            for (index, scope) in withScopes.reversed().enumerated() {
                levels[2 * index + 1] = Int32(frame.depth - scope.depth)
                levels[2 * index + 2] = Int32(bitPattern: scope.position)
            }
            withScopes[withScopes.count - 1].levels = levels
            withScopes[withScopes.count - 1].levelsDepth = frame.depth
        }
        return add(Node(opcode: .withVariable, operand: symbol.rawValue, a: UInt(bitPattern: levels)), node)
    }

    @inline(__always)
    func local(level: Int, slot: Int, _ node: Syntax) -> NodePointer {
        let opcode: Opcode =
            switch level {
            case 0: .local0
            case 1: .local1
            case 2: .local2
            default: .local
            }
        return add(Node(opcode: opcode, operand: Int32(truncatingIfNeeded: slot), b: UInt(bitPattern: level)), node)
    }

    private mutating func resolveWith(_ node: Syntax, _ frame: inout FrameContext) throws(EvaluationError)
        -> NodePointer
    {
        let scope = try resolve(node.pointee.a, &frame)
        var inner = FrameContext(depth: frame.depth + 1)
        _ = inner.take(1)
        withScopes.append(WithScope(depth: inner.depth, position: position(node)))
        defer { withScopes.removeLast() }
        let body = try resolve(node.pointee.b, &inner, isTail: true)
        return add(
            Node(opcode: .with, a: UInt(bitPattern: scope), b: UInt(bitPattern: body), c: UInt(inner.words)), node)
    }

    // MARK: Functions

    /// Lambdas that directly follow one another share a frame; the ones that take a pattern stand alone.
    private mutating func resolveLambda(_ start: Syntax, _ frame: FrameContext, _ name: Symbol)
        throws(EvaluationError) -> NodePointer
    {
        let mark = scopes.mark
        defer { scopes.unbind(to: mark) }
        var inner = FrameContext(depth: frame.depth + 1)
        var node = start
        var pattern: UInt = 0
        var arity = 1
        if node.pointee.b >= 0 {
            pattern = try resolvePattern(node, &inner)
        } else {
            scopes.bind(Symbol(rawValue: node.pointee.a), depth: inner.depth, slot: inner.take(1))
            while arity < 16 {
                let body = nodes + Int(node.pointee.c)
                guard body.pointee.kind == .lambda, body.pointee.b < 0 else { break }
                node = body
                arity += 1
                scopes.bind(Symbol(rawValue: node.pointee.a), depth: inner.depth, slot: inner.take(1))
            }
        }
        let code = arena.allocate(LambdaCode.self, count: 1)
        let positions = arena.allocate(UInt32.self, count: arity)
        var argument = start
        for index in 0..<arity {
            positions[index] = position(argument)
            if index + 1 < arity { argument = nodes + Int(argument.pointee.c) }
        }
        let body = try resolve(node.pointee.c, &inner, isTail: true, name: name)
        code.initialize(
            to: LambdaCode(
                arity: Int32(arity), frameWords: Int32(inner.words), body: UInt(bitPattern: body),
                pattern: pattern, name: name.rawValue, position: position(start), argumentSymbol: start.pointee.a,
                positions: UInt(bitPattern: positions)))
        return add(Node(opcode: .lambda, a: UInt(bitPattern: code)), start)
    }

    private mutating func resolvePattern(_ node: Syntax, _ frame: inout FrameContext) throws(EvaluationError) -> UInt {
        let pattern = tree.patterns[Int(node.pointee.b)]
        let formals = tree.formals.baseAddress.unsafelyUnwrapped + Int(pattern.formalsStart)
        let count = Int(pattern.formalsCount)
        var wholeSlot = 0
        if node.pointee.a >= 0 {
            wholeSlot = frame.take(1)
            scopes.bind(Symbol(rawValue: node.pointee.a), depth: frame.depth, slot: wholeSlot)
        }
        let first = frame.take(count)
        for index in 0..<count { scopes.bind(formals[index].symbol, depth: frame.depth, slot: first + index) }
        let codes = arena.allocate(FormalCode.self, count: count)
        for index in 0..<count {
            let formal = formals[index]
            let value = formal.defaultValue < 0 ? nil : try resolve(formal.defaultValue, &frame, name: formal.symbol)
            codes[index] = FormalCode(
                symbol: formal.symbol.rawValue, slot: Int32(first + index), defaultNode: UInt(bitPattern: value),
                position: base &+ formal.position)
        }
        let code = arena.allocate(PatternCode.self, count: 1)
        code.initialize(
            to: PatternCode(
                formals: codes, count: Int32(count), hasEllipsis: pattern.hasEllipsis,
                wholeSlot: Int32(wholeSlot), cachedShape: 0,
                cachedIndices: arena.allocate(Int32.self, count: count)))
        return UInt(bitPattern: code)
    }

    private mutating func resolveCall(_ node: Syntax, _ frame: inout FrameContext) throws(EvaluationError)
        -> NodePointer
    {
        let function = try resolve(node.pointee.a, &frame)
        let arguments = children + Int(node.pointee.b)
        let count = Int(node.pointee.c)
        if count == 1 { return call(function, try resolve(arguments[0], &frame), node) }
        if count == 2 {
            let first = try resolve(arguments[0], &frame)
            return call(function, first, try resolve(arguments[1], &frame), node)
        }
        let words = arena.allocate(UInt.self, count: count)
        for index in 0..<count { words[index] = UInt(bitPattern: try resolve(arguments[index], &frame)) }
        return add(
            Node(opcode: .call, operand: Int32(count), a: UInt(bitPattern: function), b: UInt(bitPattern: words)), node)
    }

    @inline(__always)
    func call(_ function: NodePointer, _ argument: NodePointer, _ node: Syntax) -> NodePointer {
        add(Node(opcode: .call1, a: UInt(bitPattern: function), b: UInt(bitPattern: argument)), node)
    }

    @inline(__always)
    func call(_ function: NodePointer, _ first: NodePointer, _ second: NodePointer, _ node: Syntax) -> NodePointer {
        add(
            Node(
                opcode: .call2, a: UInt(bitPattern: function), b: UInt(bitPattern: first), c: UInt(bitPattern: second)),
            node)
    }

    private mutating func pipe(
        _ function: NodeIndex, _ argument: NodeIndex, _ node: Syntax, _ frame: inout FrameContext
    ) throws(EvaluationError) -> NodePointer {
        let callee = try resolve(function, &frame)
        return call(callee, try resolve(argument, &frame), node)
    }

    // MARK: Operators

    private mutating func unary(_ opcode: Opcode, _ node: Syntax, _ frame: inout FrameContext)
        throws(EvaluationError) -> NodePointer
    {
        add(Node(opcode: opcode, a: UInt(bitPattern: try resolve(node.pointee.a, &frame))), node)
    }

    private mutating func binary(_ opcode: Opcode, _ node: Syntax, _ frame: inout FrameContext)
        throws(EvaluationError) -> NodePointer
    {
        let left = try resolve(node.pointee.a, &frame)
        let right = try resolve(node.pointee.b, &frame)
        return add(Node(opcode: opcode, a: UInt(bitPattern: left), b: UInt(bitPattern: right)), node)
    }

    /// Nix writes `a - b` as `__sub a b` and looks the name up: a file that binds `__sub` changes what `-` means.
    private mutating func arithmetic(
        _ opcode: Opcode, _ symbol: Symbol, _ node: Syntax, _ frame: inout FrameContext
    ) throws(EvaluationError) -> NodePointer {
        guard scopes.find(symbol) != nil else { return try binary(opcode, node, &frame) }
        let left = try resolve(node.pointee.a, &frame)
        return try callOperator(symbol, left, try resolve(node.pointee.b, &frame), node, frame)
    }

    private mutating func comparison(_ opcode: Opcode, _ node: Syntax, _ frame: inout FrameContext)
        throws(EvaluationError) -> NodePointer
    {
        // Nix reads `a > b` and `a <= b` as `b < a`, and looks the names up in that order.
        let swaps = opcode == .greater || opcode == .lessOrEqual
        let first = try resolve(swaps ? node.pointee.b : node.pointee.a, &frame)
        let second = try resolve(swaps ? node.pointee.a : node.pointee.b, &frame)
        let (left, right) = swaps ? (second, first) : (first, second)
        guard scopes.find(machine.known.lessThan) != nil else {
            return add(Node(opcode: opcode, a: UInt(bitPattern: left), b: UInt(bitPattern: right)), node)
        }
        let result = try callOperator(
            machine.known.lessThan, swaps ? right : left, swaps ? left : right, node, frame)
        guard opcode == .lessOrEqual || opcode == .greaterOrEqual else { return result }
        return add(Node(opcode: .not, a: UInt(bitPattern: result)), node)
    }

    private mutating func callOperator(
        _ symbol: Symbol, _ left: NodePointer, _ right: NodePointer, _ node: Syntax, _ frame: FrameContext
    ) throws(EvaluationError) -> NodePointer {
        call(try resolveVariable(symbol, node, frame), left, right, node)
    }
}
