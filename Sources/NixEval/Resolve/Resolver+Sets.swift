import NixSyntax

/// Attribute sets, `let`, and selections from them.
extension Resolver {
    /// The static bindings of a set, ascending by symbol: the order of its shape.
    private func staticBindings(_ node: NixSyntax.Node) -> [Binding] {
        (0..<Int(node.b)).map { tree.bindings[Int(node.a) + $0] }
            .filter { $0.kind != .dynamic }
            .sorted { $0.symbol.rawValue < $1.symbol.rawValue }
    }

    private func dynamicBindings(_ node: NixSyntax.Node) -> [Binding] {
        (0..<Int(node.b)).map { tree.bindings[Int(node.a) + $0] }.filter { $0.kind == .dynamic }
    }

    private func fromSubjects(_ node: NixSyntax.Node) -> [NodeIndex] {
        node.d <= 0 ? [] : (0..<Int(node.d)).map { tree.children[Int(node.c) + $0] }
    }

    /// The shape of a literal, kept for good.
    private func shape(_ bindings: [Binding]) throws(EvaluationError) -> Shape {
        let shape = try machine.shape(
            symbols: bindings.map(\.symbol.rawValue), positions: bindings.map { base + $0.position },
            count: bindings.count)
        evaluator.roots.add(shape.address)
        return shape
    }

    mutating func resolveSet(_ node: NixSyntax.Node, _ frame: inout FrameContext) throws(EvaluationError) -> NodePointer
    {
        let bindings = staticBindings(node)
        let dynamic = dynamicBindings(node)
        let subjects = fromSubjects(node)
        let isRecursive = node.kind == .recursiveAttributeSet
        if bindings.isEmpty, dynamic.isEmpty {
            return constant(machine.state.pointee.emptyAttributes, node, isContainer: true)
        }
        if isRecursive || !dynamic.isEmpty || !subjects.isEmpty {
            return try resolveGeneralSet(node, bindings, dynamic, subjects, &frame)
        }
        var values: [NodePointer] = []
        for binding in bindings { values.append(try resolve(binding.value, &frame, name: binding.symbol)) }
        let shape = try self.shape(bindings)
        if values.allSatisfy(isAtom) {
            let object = arena.allocate(UInt.self, count: values.count + 1)
            object[0] = shape.address
            for (index, value) in values.enumerated() { object[index + 1] = value.pointee.a }
            return constant(Value(.attributes, object), node, isContainer: true)
        }
        return add(
            Node(opcode: .attributes, operand: Int32(values.count), a: shape.address, b: words(values)), node)
    }

    /// Sets that need a frame or evaluate names.
    ///
    /// See `AttributesCode`.
    private mutating func resolveGeneralSet(
        _ node: NixSyntax.Node, _ bindings: [Binding], _ dynamic: [Binding], _ subjects: [NodeIndex],
        _ frame: inout FrameContext
    ) throws(EvaluationError) -> NodePointer {
        let isRecursive = node.kind == .recursiveAttributeSet
        let needsFrame = isRecursive || !subjects.isEmpty
        var inner = needsFrame ? FrameContext(depth: frame.depth + 1) : frame
        let firstSlot = isRecursive ? inner.take(bindings.count) : 0
        let firstFromSlot = needsFrame ? inner.take(subjects.count) : 0
        let values = try resolveBindings(
            bindings, binds: isRecursive, firstSlot: firstSlot, firstFromSlot: firstFromSlot, subjects, dynamic, &inner)
        let code = arena.allocate(AttributesCode.self, count: 1)
        let valueWords = arena.allocate(UInt.self, count: bindings.count)
        let inherited = arena.allocate(Bool.self, count: bindings.count)
        for index in bindings.indices {
            valueWords[index] = UInt(bitPattern: values.values[index])
            inherited[index] = bindings[index].kind == .inherited
        }
        let fromWords = arena.allocate(UInt.self, count: subjects.count)
        for (index, subject) in values.subjects.enumerated() { fromWords[index] = UInt(bitPattern: subject) }
        let dynamicCodes = arena.allocate(DynamicAttribute.self, count: dynamic.count)
        for (index, pair) in values.dynamic.enumerated() {
            dynamicCodes[index] = DynamicAttribute(
                name: UInt(bitPattern: pair.name), value: UInt(bitPattern: pair.value),
                position: base + dynamic[index].position)
        }
        code.initialize(
            to: AttributesCode(
                frameWords: needsFrame ? Int32(inner.words) : 0, isRecursive: isRecursive,
                hasOverrides: isRecursive && bindings.contains { $0.symbol == machine.known.overrides },
                staticCount: Int32(bindings.count), shape: try shape(bindings).address, values: valueWords,
                fromCount: Int32(subjects.count), fromNodes: fromWords, firstSlot: Int32(firstSlot),
                firstFromSlot: Int32(firstFromSlot), dynamicCount: Int32(dynamic.count), dynamic: dynamicCodes,
                inheritedFlags: inherited))
        return add(Node(opcode: .attributesGeneral, a: UInt(bitPattern: code)), node)
    }

    private struct ResolvedBindings {
        var values: [NodePointer] = []
        var subjects: [NodePointer] = []
        var dynamic: [(name: NodePointer, value: NodePointer)] = []
    }

    /// Resolves what is bound: plainly inherited names outside the new scope, everything else inside it.
    private mutating func resolveBindings(
        _ bindings: [Binding], binds: Bool, firstSlot: Int, firstFromSlot: Int, _ subjects: [NodeIndex],
        _ dynamic: [Binding], _ frame: inout FrameContext
    ) throws(EvaluationError) -> ResolvedBindings {
        var result = ResolvedBindings()
        var outer: [Int: NodePointer] = [:]
        for (index, binding) in bindings.enumerated() where binding.kind == .inherited {
            outer[index] = try resolve(binding.value, &frame)
        }
        let mark = scopes.mark
        defer { scopes.unbind(to: mark) }
        if binds {
            for (index, binding) in bindings.enumerated() {
                scopes.bind(binding.symbol, depth: frame.depth, slot: firstSlot + index)
            }
        }
        for subject in subjects { result.subjects.append(try resolve(subject, &frame)) }
        for (index, binding) in bindings.enumerated() {
            switch binding.kind {
            case .inherited: result.values.append(outer[index].unsafelyUnwrapped)
            case .inheritedFrom:
                let source = tree.nodes[Int(binding.value)]
                let subject = local(level: 0, slot: firstFromSlot + Int(binding.from), source)
                result.values.append(
                    arena.add(
                        Node(opcode: .select, operand: binding.symbol.rawValue, a: UInt(bitPattern: subject)),
                        base + source.position))
            case .plain, .dynamic:
                result.values.append(try resolve(binding.value, &frame, name: binding.symbol))
            }
        }
        for binding in dynamic {
            let name = try resolve(binding.nameExpression, &frame)
            result.dynamic.append((name, try resolve(binding.value, &frame)))
        }
        return result
    }

    mutating func resolveLet(_ node: NixSyntax.Node, _ frame: inout FrameContext, isTail: Bool) throws(EvaluationError)
        -> NodePointer
    {
        let set = tree.nodes[Int(node.a)]
        let bindings = staticBindings(set)
        let subjects = fromSubjects(set)
        let count = bindings.count + subjects.count
        if count == 0 { return try resolve(node.b, &frame, isTail: isTail) }
        if isTail, frame.next + count < Int(UInt16.max) {
            let saved = frame.next
            let first = frame.take(count)
            let result = try resolveLetBody(node, bindings, subjects, first, &frame, inFrame: true)
            // Another branch may use the same words: only one of them ever runs.
            frame.next = saved
            return result
        }
        var inner = FrameContext(depth: frame.depth + 1)
        let first = inner.take(count)
        return try resolveLetBody(node, bindings, subjects, first, &inner, inFrame: false)
    }

    private mutating func resolveLetBody(
        _ node: NixSyntax.Node, _ bindings: [Binding], _ subjects: [NodeIndex], _ first: Int,
        _ frame: inout FrameContext, inFrame: Bool
    ) throws(EvaluationError) -> NodePointer {
        let mark = scopes.mark
        defer { scopes.unbind(to: mark) }
        let resolved = try resolveBindings(
            bindings, binds: true, firstSlot: first, firstFromSlot: first + bindings.count, subjects, [], &frame)
        for (index, binding) in bindings.enumerated() {
            scopes.bind(binding.symbol, depth: frame.depth, slot: first + index)
        }
        let body = try resolve(node.b, &frame, isTail: true)
        return add(
            Node(
                opcode: inFrame ? .letInFrame : .letNewFrame, level: UInt16(first),
                operand: Int32(bindings.count + subjects.count), a: words(resolved.values + resolved.subjects),
                b: UInt(bitPattern: body), c: UInt(frame.words)), node)
    }

    mutating func resolveLegacyLet(_ node: NixSyntax.Node, _ frame: inout FrameContext) throws(EvaluationError)
        -> NodePointer
    {
        let set = try resolve(node.a, &frame)
        return arena.add(
            Node(opcode: .select, operand: machine.known.body.rawValue, a: UInt(bitPattern: set)), 0)
    }

    // MARK: Selection

    mutating func resolvePath(_ start: Int32, _ count: Int32, _ frame: inout FrameContext) throws(EvaluationError)
        -> UnsafeMutablePointer<PathElement>
    {
        let elements = arena.allocate(PathElement.self, count: Int(count))
        for index in 0..<Int(count) {
            let name = tree.attributeNames[Int(start) + index]
            let node = name.symbol == .none ? try resolve(name.expression, &frame) : nil
            elements[index] = PathElement(
                symbol: name.symbol.rawValue, position: base + name.position, node: UInt(bitPattern: node))
        }
        return elements
    }

    mutating func resolveSelect(_ node: NixSyntax.Node, _ frame: inout FrameContext) throws(EvaluationError)
        -> NodePointer
    {
        let names = (0..<Int(node.c)).map { tree.attributeNames[Int(node.b) + $0] }
        let subject = try resolve(node.a, &frame)
        if node.d < 0, names.allSatisfy({ $0.symbol != .none }) {
            if let folded = foldGlobal(subject, names, node) { return folded }
            var current = subject
            var nodes: [NodePointer] = []
            for (index, name) in names.enumerated() {
                current = arena.add(
                    Node(
                        opcode: .select, flags: index == 0 ? 0 : 1, operand: name.symbol.rawValue,
                        a: UInt(bitPattern: current)), base + node.position)
                nodes.append(current)
            }
            if nodes.count > 1 {
                evaluator.recordSelection(
                    nodes, names.map { evaluator.symbols.string(of: $0.symbol) }.joined(separator: "."))
            }
            return current
        }
        let elements = try resolvePath(node.b, node.c, &frame)
        let fallback = node.d < 0 ? nil : try resolve(node.d, &frame)
        return add(
            Node(
                opcode: .selectPath, operand: node.c, a: UInt(bitPattern: subject), b: UInt(bitPattern: elements),
                c: UInt(bitPattern: fallback)), node)
    }

    /// `builtins.map` is known before anything runs.
    private func foldGlobal(_ subject: NodePointer, _ names: [AttributeName], _ node: NixSyntax.Node) -> NodePointer? {
        guard subject.pointee.opcode == .constant, names.count == 1,
            subject.pointee.a == evaluator.builtinsValue.bits
        else { return nil }
        let value = evaluator.builtinsValue.attribute(names[0].symbol)
        guard !value.isAbsent, !value.isThunk else { return nil }
        return constant(value, node)
    }
}
