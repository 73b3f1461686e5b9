import CStack
import NixSyntax

/// Lowers one file's tree to nodes: names become frame and word, literals become constants, sets get their shapes.
///
/// Files: this one holds scopes, variables and control; `+Sets` attribute sets and `let`; `+Literals` the rest.
struct Resolver {
    let tree: SyntaxTree
    let machine: Machine
    let evaluator: Evaluator
    let arena: CodeArena
    let scopes: ScopeTable
    /// Position of the file's first byte.
    let base: UInt32
    /// Whether the file is one of the program's own.
    let isBundled: Bool
    /// Depths of the frames of the enclosing `with`s, and where they stand, outermost first.
    var withScopes: [(depth: Int, position: UInt32)] = []

    init(tree: SyntaxTree, evaluator: Evaluator, base: UInt32) {
        self.tree = tree
        self.evaluator = evaluator
        self.machine = evaluator.machine
        self.arena = evaluator.arena
        self.scopes = evaluator.scopes
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

    func position(_ offset: UInt32) -> UInt32 { base + offset }

    func add(_ node: Node, _ source: NixSyntax.Node) -> NodePointer { arena.add(node, base + source.position) }

    func constant(_ value: Value, _ source: NixSyntax.Node, isContainer: Bool = false) -> NodePointer {
        add(Node(opcode: .constant, flags: isContainer ? 1 : 0, a: value.bits), source)
    }

    /// Whether a node is a constant that Nix would not delay either.
    func isAtom(_ node: NodePointer) -> Bool { node.pointee.opcode == .constant && node.pointee.flags == 0 }

    func words(_ nodes: [NodePointer]) -> UInt {
        let array = arena.allocate(UInt.self, count: nodes.count)
        for (index, node) in nodes.enumerated() { array[index] = UInt(bitPattern: node) }
        return UInt(bitPattern: array)
    }

    /// Resolves a node that runs in `frame`.
    ///
    /// - Parameters:
    ///   - isTail: whether it runs at most once for each frame, so that its `let`s may use the frame.
    ///   - name: what the value is bound to, for lambdas.
    mutating func resolve(
        _ index: NodeIndex, _ frame: inout FrameContext, isTail: Bool = false, name: Symbol = .none
    ) throws(EvaluationError) -> NodePointer {
        if nixlite_stack_pointer() < machine.state.pointee.stackLimit {
            throw EvaluationError(.stackOverflow, "stack overflow (possible infinite recursion)")
        }
        let node = tree.nodes[Int(index)]
        switch node.kind {
        case .integer: return constant(arena.integer(tree.integers[Int(node.a)]), node)
        case .float: return constant(arena.float(tree.floats[Int(node.a)]), node)
        case .string: return constant(arena.string(text(node)), node)
        case .path: return constant(arena.path(normalizedPath(try absolutePath(node))), node)
        case .searchPath: return try resolveSearchPath(node, &frame)
        case .interpolatedString, .interpolatedPath: return try resolveInterpolation(node, &frame)
        case .variable: return try resolveVariable(Symbol(rawValue: node.a), node, frame)
        case .currentPosition:
            let value = try evaluator.positionValue(base + node.position)
            evaluator.roots.add(value.bits)
            return constant(value, node, isContainer: true)
        case .select: return try resolveSelect(node, &frame)
        case .hasAttribute:
            let subject = try resolve(node.a, &frame)
            let path = try resolvePath(node.b, node.c, &frame)
            return add(
                Node(
                    opcode: .hasAttribute, operand: node.c, a: UInt(bitPattern: subject), b: UInt(bitPattern: path)),
                node)
        case .attributeSet, .recursiveAttributeSet: return try resolveSet(node, &frame)
        case .letIn: return try resolveLet(node, &frame, isTail: isTail)
        case .legacyLet: return try resolveLegacyLet(node, &frame)
        case .with: return try resolveWith(node, &frame)
        case .assert:
            let condition = try resolve(node.a, &frame)
            let body = try resolve(node.b, &frame, isTail: isTail)
            let text = arena.string(evaluator.printExpression(tree, node.a))
            return add(
                Node(opcode: .assert, a: UInt(bitPattern: condition), b: UInt(bitPattern: body), c: text.bits), node)
        case .conditional:
            let condition = try resolve(node.a, &frame)
            let then = try resolve(node.b, &frame, isTail: isTail)
            let otherwise = try resolve(node.c, &frame, isTail: isTail)
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
                return try callOperator(machine.known.sub, zero, try resolve(node.a, &frame), node, frame)
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
            sum.pointee.c = UInt(base + UInt32(bitPattern: node.c)) << 32 | UInt(base + UInt32(bitPattern: node.d))
            return sum
        case .subtract: return try arithmetic(.subtract, machine.known.sub, node, &frame)
        case .multiply: return try arithmetic(.multiply, machine.known.mul, node, &frame)
        case .divide: return try arithmetic(.divide, machine.known.div, node, &frame)
        case .update: return try binary(.update, node, &frame)
        case .concatenate: return try binary(.concatenate, node, &frame)
        case .pipeInto: return try call(node.b, node.a, node, &frame)
        case .pipeFrom: return try call(node.a, node.b, node, &frame)
        }
    }

    // MARK: Variables

    func resolveVariable(_ symbol: Symbol, _ node: NixSyntax.Node, _ frame: FrameContext) throws(EvaluationError)
        -> NodePointer
    {
        if let binding = scopes.find(symbol) {
            return local(level: frame.depth - binding.depth, slot: binding.slot, node)
        }
        if let global = evaluator.globals[symbol] ?? (isBundled ? evaluator.bundledVariables[symbol] : nil) {
            let value = Value(bits: global.pointee)
            if !value.isThunk { return constant(value, node) }
            return add(Node(opcode: .global, a: UInt(bitPattern: global)), node)
        }
        guard !withScopes.isEmpty else {
            throw EvaluationError(
                .undefinedVariable, "undefined variable '\(evaluator.symbols.string(of: symbol))'",
                at: base + node.position)
        }
        let levels = arena.allocate(Int32.self, count: 2 * withScopes.count + 1)
        levels[0] = Int32(withScopes.count)
        for (index, scope) in withScopes.reversed().enumerated() {
            levels[2 * index + 1] = Int32(frame.depth - scope.depth)
            levels[2 * index + 2] = Int32(bitPattern: scope.position)
        }
        return add(Node(opcode: .withVariable, operand: symbol.rawValue, a: UInt(bitPattern: levels)), node)
    }

    func local(level: Int, slot: Int, _ node: NixSyntax.Node) -> NodePointer {
        switch level {
        case 0: add(Node(opcode: .local0, operand: Int32(slot)), node)
        case 1: add(Node(opcode: .local1, operand: Int32(slot)), node)
        case 2: add(Node(opcode: .local2, operand: Int32(slot)), node)
        default: add(Node(opcode: .local, operand: Int32(slot), b: UInt(level)), node)
        }
    }

    private mutating func resolveWith(_ node: NixSyntax.Node, _ frame: inout FrameContext) throws(EvaluationError)
        -> NodePointer
    {
        let scope = try resolve(node.a, &frame)
        var inner = FrameContext(depth: frame.depth + 1)
        _ = inner.take(1)
        withScopes.append((inner.depth, base + node.position))
        defer { withScopes.removeLast() }
        let body = try resolve(node.b, &inner, isTail: true)
        return add(
            Node(opcode: .with, a: UInt(bitPattern: scope), b: UInt(bitPattern: body), c: UInt(inner.words)), node)
    }

    // MARK: Functions

    /// Lambdas that directly follow one another share a frame; the ones that take a pattern stand alone.
    private mutating func resolveLambda(_ start: NixSyntax.Node, _ frame: FrameContext, _ name: Symbol)
        throws(EvaluationError) -> NodePointer
    {
        let mark = scopes.mark
        defer { scopes.unbind(to: mark) }
        var inner = FrameContext(depth: frame.depth + 1)
        var arguments: [(symbol: Int32, position: UInt32)] = []
        var node = start
        let pattern: UInt
        if node.b >= 0 {
            pattern = try resolvePattern(node, &inner)
        } else {
            pattern = 0
            while true {
                let slot = inner.take(1)
                scopes.bind(Symbol(rawValue: node.a), depth: inner.depth, slot: slot)
                arguments.append((node.a, base + node.position))
                let body = tree.nodes[Int(node.c)]
                guard body.kind == .lambda, body.b < 0, arguments.count < 16 else { break }
                node = body
            }
        }
        let code = arena.allocate(LambdaCode.self, count: 1)
        let positions = arena.allocate(UInt32.self, count: max(arguments.count, 1))
        for (index, argument) in arguments.enumerated() { positions[index] = argument.position }
        let body = try resolve(node.c, &inner, isTail: true, name: name)
        code.initialize(
            to: LambdaCode(
                arity: Int32(max(arguments.count, 1)), frameWords: Int32(inner.words), body: UInt(bitPattern: body),
                pattern: pattern, name: name.rawValue, position: base + start.position, argumentSymbol: start.a,
                positions: UInt(bitPattern: positions)))
        return add(Node(opcode: .lambda, a: UInt(bitPattern: code)), start)
    }

    private mutating func resolvePattern(_ node: NixSyntax.Node, _ frame: inout FrameContext) throws(EvaluationError)
        -> UInt
    {
        let pattern = tree.patterns[Int(node.b)]
        let formals = (0..<Int(pattern.formalsCount))
            .map { tree.formals[Int(pattern.formalsStart) + $0] }
            .sorted { $0.symbol.rawValue < $1.symbol.rawValue }
        var wholeSlot = 0
        if node.a >= 0 {
            wholeSlot = frame.take(1)
            scopes.bind(Symbol(rawValue: node.a), depth: frame.depth, slot: wholeSlot)
        }
        let first = frame.take(formals.count)
        for (index, formal) in formals.enumerated() {
            scopes.bind(formal.symbol, depth: frame.depth, slot: first + index)
        }
        let codes = arena.allocate(FormalCode.self, count: formals.count)
        for (index, formal) in formals.enumerated() {
            let value = formal.defaultValue < 0 ? nil : try resolve(formal.defaultValue, &frame, name: formal.symbol)
            codes[index] = FormalCode(
                symbol: formal.symbol.rawValue, slot: Int32(first + index), defaultNode: UInt(bitPattern: value),
                position: base + formal.position)
        }
        let code = arena.allocate(PatternCode.self, count: 1)
        code.initialize(
            to: PatternCode(
                formals: codes, count: Int32(formals.count), hasEllipsis: pattern.hasEllipsis,
                wholeSlot: Int32(wholeSlot), cachedShape: 0,
                cachedIndices: arena.allocate(Int32.self, count: formals.count)))
        return UInt(bitPattern: code)
    }

    private mutating func resolveCall(_ node: NixSyntax.Node, _ frame: inout FrameContext) throws(EvaluationError)
        -> NodePointer
    {
        let function = try resolve(node.a, &frame)
        var arguments: [NodePointer] = []
        for index in 0..<Int(node.c) {
            arguments.append(try resolve(tree.children[Int(node.b) + index], &frame))
        }
        return call(function, arguments, node)
    }

    func call(_ function: NodePointer, _ arguments: [NodePointer], _ node: NixSyntax.Node) -> NodePointer {
        switch arguments.count {
        case 1:
            add(Node(opcode: .call1, a: UInt(bitPattern: function), b: UInt(bitPattern: arguments[0])), node)
        case 2:
            add(
                Node(
                    opcode: .call2, a: UInt(bitPattern: function), b: UInt(bitPattern: arguments[0]),
                    c: UInt(bitPattern: arguments[1])), node)
        default:
            add(
                Node(
                    opcode: .call, operand: Int32(arguments.count), a: UInt(bitPattern: function), b: words(arguments)),
                node)
        }
    }

    private mutating func call(
        _ function: NodeIndex, _ argument: NodeIndex, _ node: NixSyntax.Node, _ frame: inout FrameContext
    ) throws(EvaluationError) -> NodePointer {
        let callee = try resolve(function, &frame)
        return call(callee, [try resolve(argument, &frame)], node)
    }

    // MARK: Operators

    private mutating func unary(_ opcode: Opcode, _ node: NixSyntax.Node, _ frame: inout FrameContext)
        throws(EvaluationError) -> NodePointer
    {
        add(Node(opcode: opcode, a: UInt(bitPattern: try resolve(node.a, &frame))), node)
    }

    private mutating func binary(_ opcode: Opcode, _ node: NixSyntax.Node, _ frame: inout FrameContext)
        throws(EvaluationError) -> NodePointer
    {
        let left = try resolve(node.a, &frame)
        let right = try resolve(node.b, &frame)
        return add(Node(opcode: opcode, a: UInt(bitPattern: left), b: UInt(bitPattern: right)), node)
    }

    /// Nix writes `a - b` as `__sub a b` and looks the name up: a file that binds `__sub` changes what `-` means.
    private mutating func arithmetic(
        _ opcode: Opcode, _ symbol: Symbol, _ node: NixSyntax.Node, _ frame: inout FrameContext
    ) throws(EvaluationError) -> NodePointer {
        guard scopes.find(symbol) != nil else { return try binary(opcode, node, &frame) }
        let left = try resolve(node.a, &frame)
        return try callOperator(symbol, left, try resolve(node.b, &frame), node, frame)
    }

    private mutating func comparison(_ opcode: Opcode, _ node: NixSyntax.Node, _ frame: inout FrameContext)
        throws(EvaluationError) -> NodePointer
    {
        guard scopes.find(machine.known.lessThan) != nil else { return try binary(opcode, node, &frame) }
        let left = try resolve(node.a, &frame)
        let right = try resolve(node.b, &frame)
        let swaps = opcode == .greater || opcode == .lessOrEqual
        let result = try callOperator(
            machine.known.lessThan, swaps ? right : left, swaps ? left : right, node, frame)
        guard opcode == .lessOrEqual || opcode == .greaterOrEqual else { return result }
        return add(Node(opcode: .not, a: UInt(bitPattern: result)), node)
    }

    private func callOperator(
        _ symbol: Symbol, _ left: NodePointer, _ right: NodePointer, _ node: NixSyntax.Node, _ frame: FrameContext
    ) throws(EvaluationError) -> NodePointer {
        call(try resolveVariable(symbol, node, frame), [left, right], node)
    }
}
