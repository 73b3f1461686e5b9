import NixSyntax

/// The bindings of a set as the tree has them: static ones ascending by symbol, the order of its shape; then dynamic ones.
struct SetBindings {
    let all: UnsafePointer<Binding>
    let staticCount: Int
    let dynamicCount: Int
    /// Subjects of `inherit (from)`.
    let subjects: UnsafePointer<NodeIndex>
    let subjectCount: Int
}

/// Attribute sets, `let`, and selections from them.
extension Resolver {
    private func bindings(_ node: Syntax) -> SetBindings {
        let all = tree.bindings.baseAddress.unsafelyUnwrapped + Int(node.pointee.a)
        let count = Int(node.pointee.b)
        var staticCount = count
        while staticCount > 0, all[staticCount - 1].kind == .dynamic { staticCount -= 1 }
        return SetBindings(
            all: all, staticCount: staticCount, dynamicCount: count - staticCount,
            subjects: children + Int(node.pointee.c), subjectCount: Int(max(node.pointee.d, 0)))
    }

    /// The shape of a literal, kept for good.
    private func shape(_ bindings: SetBindings) throws(EvaluationError) -> Shape {
        let count = bindings.staticCount
        let symbols = arena.scratch(Int32.self, count: 2 * count)
        let positions = UnsafeMutableRawPointer(symbols + count).assumingMemoryBound(to: UInt32.self)
        for index in 0..<count {
            symbols[index] = bindings.all[index].symbol.rawValue
            positions[index] = base + bindings.all[index].position
        }
        let shape = try machine.shape(symbols: symbols, positions: positions, count: count)
        evaluator.roots.add(shape.address)
        return shape
    }

    mutating func resolveSet(_ node: Syntax, _ frame: inout FrameContext) throws(EvaluationError) -> NodePointer {
        let bindings = bindings(node)
        let count = bindings.staticCount
        if count == 0, bindings.dynamicCount == 0 {
            return constant(machine.state.pointee.emptyAttributes, node, isDelayed: true)
        }
        if node.pointee.kind == .recursiveAttributeSet || bindings.dynamicCount > 0 || bindings.subjectCount > 0 {
            return try resolveGeneralSet(node, bindings, &frame)
        }
        // Room for a set object: its shape, and what is first the nodes and then, if all are atoms, their values.
        let object = arena.allocate(UInt.self, count: count + 1)
        var isConstant = true
        for index in 0..<count {
            let value = try resolve(bindings.all[index].value, &frame, name: bindings.all[index].symbol)
            object[index + 1] = UInt(bitPattern: value)
            isConstant = isConstant && isAtom(value)
        }
        let shape = try self.shape(bindings).address
        guard isConstant else {
            return add(
                Node(opcode: .attributes, operand: Int32(count), a: shape, b: UInt(bitPattern: object + 1)), node)
        }
        object[0] = shape
        for index in 1...count { object[index] = NodePointer(bitPattern: object[index]).unsafelyUnwrapped.pointee.a }
        return constant(Value(.attributes, object), node, isDelayed: true)
    }

    /// Sets that need a frame or evaluate names.
    ///
    /// See `AttributesCode`.
    private mutating func resolveGeneralSet(
        _ node: Syntax, _ bindings: SetBindings, _ frame: inout FrameContext
    ) throws(EvaluationError) -> NodePointer {
        let isRecursive = node.pointee.kind == .recursiveAttributeSet
        let needsFrame = isRecursive || bindings.subjectCount > 0
        var inner = needsFrame ? FrameContext(depth: frame.depth + 1) : frame
        let firstSlot = isRecursive ? inner.take(bindings.staticCount) : 0
        let firstFromSlot = needsFrame ? inner.take(bindings.subjectCount) : 0
        let values = arena.allocate(UInt.self, count: bindings.staticCount)
        let subjects = arena.allocate(UInt.self, count: bindings.subjectCount)
        let inherited = arena.allocate(Bool.self, count: bindings.staticCount)
        let dynamic = arena.allocate(DynamicAttribute.self, count: bindings.dynamicCount)
        let code = arena.allocate(AttributesCode.self, count: 1)
        let mark = scopes.mark
        defer { scopes.unbind(to: mark) }
        try resolveBindings(
            bindings, values, subjects, binds: isRecursive, firstSlot: firstSlot, firstFromSlot: firstFromSlot, &inner)
        for index in 0..<bindings.dynamicCount {
            let binding = bindings.all[bindings.staticCount + index]
            let name = try resolve(binding.nameExpression, &inner)
            let value = try resolve(binding.value, &inner)
            dynamic[index] = DynamicAttribute(
                name: UInt(bitPattern: name), value: UInt(bitPattern: value), position: base + binding.position)
        }
        var hasOverrides = false
        for index in 0..<bindings.staticCount {
            inherited[index] = bindings.all[index].kind == .inherited
            if bindings.all[index].symbol == machine.known.overrides { hasOverrides = true }
        }
        code.initialize(
            to: AttributesCode(
                frameWords: needsFrame ? Int32(inner.words) : 0, isRecursive: isRecursive,
                hasOverrides: isRecursive && hasOverrides, staticCount: Int32(bindings.staticCount),
                shape: try shape(bindings).address, values: values, fromCount: Int32(bindings.subjectCount),
                fromNodes: subjects, firstSlot: Int32(firstSlot), firstFromSlot: Int32(firstFromSlot),
                dynamicCount: Int32(bindings.dynamicCount), dynamic: dynamic, inheritedFlags: inherited))
        return add(Node(opcode: .attributesGeneral, a: UInt(bitPattern: code)), node)
    }

    /// Resolves static values and subjects: plainly inherited names outside the new scope, everything else inside it.
    ///
    /// The names stay bound.
    private mutating func resolveBindings(
        _ bindings: SetBindings, _ values: UnsafeMutablePointer<UInt>, _ subjects: UnsafeMutablePointer<UInt>,
        binds: Bool, firstSlot: Int, firstFromSlot: Int, _ frame: inout FrameContext
    ) throws(EvaluationError) {
        let count = bindings.staticCount
        for index in 0..<count where bindings.all[index].kind == .inherited {
            values[index] = UInt(bitPattern: try resolve(bindings.all[index].value, &frame))
        }
        if binds {
            for index in 0..<count {
                scopes.bind(bindings.all[index].symbol, depth: frame.depth, slot: firstSlot + index)
            }
        }
        for index in 0..<bindings.subjectCount {
            subjects[index] = UInt(bitPattern: try resolve(bindings.subjects[index], &frame))
        }
        for index in 0..<count {
            let binding = bindings.all[index]
            switch binding.kind {
            case .inherited: break
            case .inheritedFrom:
                let source = nodes + Int(binding.value)
                let subject = local(level: 0, slot: firstFromSlot + Int(binding.from), source)
                values[index] = UInt(
                    bitPattern: add(
                        Node(opcode: .select, operand: binding.symbol.rawValue, a: UInt(bitPattern: subject)), source))
            case .plain, .dynamic:
                values[index] = UInt(bitPattern: try resolve(binding.value, &frame, name: binding.symbol))
            }
        }
    }

    mutating func resolveLet(_ node: Syntax, _ frame: inout FrameContext, isTail: Bool) throws(EvaluationError)
        -> NodePointer
    {
        let bindings = bindings(nodes + Int(node.pointee.a))
        let count = bindings.staticCount + bindings.subjectCount
        if count == 0 { return try resolve(node.pointee.b, &frame, isTail: isTail) }
        if isTail, frame.next + count < Int(UInt16.max) {
            let saved = frame.next
            let first = frame.take(count)
            let result = try resolveLetBody(node, bindings, first, &frame, inFrame: true)
            // Another branch may use the same words: only one of them ever runs.
            frame.next = saved
            return result
        }
        var inner = FrameContext(depth: frame.depth + 1)
        let first = inner.take(count)
        return try resolveLetBody(node, bindings, first, &inner, inFrame: false)
    }

    private mutating func resolveLetBody(
        _ node: Syntax, _ bindings: SetBindings, _ first: Int, _ frame: inout FrameContext, inFrame: Bool
    ) throws(EvaluationError) -> NodePointer {
        let count = bindings.staticCount + bindings.subjectCount
        let values = arena.allocate(UInt.self, count: count)
        let mark = scopes.mark
        defer { scopes.unbind(to: mark) }
        try resolveBindings(
            bindings, values, values + bindings.staticCount, binds: true, firstSlot: first,
            firstFromSlot: first + bindings.staticCount, &frame)
        let body = try resolve(node.pointee.b, &frame, isTail: true)
        return add(
            Node(
                opcode: inFrame ? .letInFrame : .letNewFrame, level: UInt16(first), operand: Int32(count),
                a: UInt(bitPattern: values), b: UInt(bitPattern: body), c: UInt(frame.words)), node)
    }

    mutating func resolveLegacyLet(_ node: Syntax, _ frame: inout FrameContext) throws(EvaluationError) -> NodePointer {
        let set = try resolve(node.pointee.a, &frame)
        return arena.add(Node(opcode: .select, operand: machine.known.body.rawValue, a: UInt(bitPattern: set)), 0)
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

    /// One node for each name, directly after one another (`Evaluator.selectionText` relies on it), or a `selectPath`.
    mutating func resolveSelect(_ node: Syntax, _ frame: inout FrameContext) throws(EvaluationError) -> NodePointer {
        let names = tree.attributeNames.baseAddress.unsafelyUnwrapped + Int(node.pointee.b)
        let count = Int(node.pointee.c)
        let subject = try resolve(node.pointee.a, &frame)
        var isPlain = node.pointee.d < 0
        for index in 0..<count where names[index].symbol == .none { isPlain = false }
        if isPlain {
            if count == 1, let folded = foldGlobal(subject, names[0].symbol, node) { return folded }
            var current = subject
            for index in 0..<count {
                current = add(
                    Node(
                        opcode: .select, flags: index == 0 ? 0 : 1, operand: names[index].symbol.rawValue,
                        a: UInt(bitPattern: current)), node)
            }
            return current
        }
        let elements = try resolvePath(node.pointee.b, node.pointee.c, &frame)
        let fallback = node.pointee.d < 0 ? nil : try resolve(node.pointee.d, &frame)
        return add(
            Node(
                opcode: .selectPath, operand: node.pointee.c, a: UInt(bitPattern: subject),
                b: UInt(bitPattern: elements), c: UInt(bitPattern: fallback)), node)
    }

    /// `builtins.map` is known before anything runs; Nix delays it, which can be seen where it is printed.
    @inline(__always)
    private func foldGlobal(_ subject: NodePointer, _ name: Symbol, _ node: Syntax) -> NodePointer? {
        guard subject.pointee.opcode == .constant, subject.pointee.a == builtins.bits else { return nil }
        let value = builtins.attribute(name)
        guard !value.isAbsent, !value.isThunk else { return nil }
        return constant(value, node, isDelayed: true)
    }
}
