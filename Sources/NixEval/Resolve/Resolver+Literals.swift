import NixSyntax

/// Strings, paths, lists.
extension Resolver {
    func text(_ node: NixSyntax.Node) -> ArraySlice<UInt8> {
        Array(tree.bytes[Int(node.a)..<Int(node.a) + Int(node.b)])[...]
    }

    /// The path as an absolute one, not yet normalised: a final `/` before an interpolation counts.
    func absolutePath(_ node: NixSyntax.Node) throws(EvaluationError) -> [UInt8] {
        let written = text(node)
        if written.first == UInt8(ascii: "~"), evaluator.options.isPure {
            throw EvaluationError(
                .other, "the path '\(String(decoding: written, as: UTF8.self))' can not be resolved in pure mode",
                at: base + node.position)
        }
        return written.withUnsafeBufferPointer {
            PathLiteral.resolve($0, in: tree.source, home: evaluator.homeDirectory)
        }
    }

    /// `<x>` is `__findFile __nixPath "x"`, with both names looked up like any other.
    mutating func resolveSearchPath(_ node: NixSyntax.Node, _ frame: inout FrameContext) throws(EvaluationError)
        -> NodePointer
    {
        let function = try resolveVariable(machine.known.findFile, node, frame)
        let list = try resolveVariable(machine.known.nixPath, node, frame)
        return call(function, [list, constant(arena.string(text(node)), node)], node)
    }

    mutating func resolveInterpolation(_ node: NixSyntax.Node, _ frame: inout FrameContext) throws(EvaluationError)
        -> NodePointer
    {
        var parts: [NodePointer] = []
        for index in 0..<Int(node.b) {
            let child = tree.children[Int(node.a) + index]
            let part = tree.nodes[Int(child)]
            if node.kind == .interpolatedPath, part.kind == .path, index == 0 {
                parts.append(constant(arena.path(try absolutePath(part)), part))
            } else {
                parts.append(try resolve(child, &frame))
            }
        }
        let positions = arena.allocate(UInt32.self, count: parts.count)
        for index in parts.indices { positions[index] = base + tree.partPositions[Int(node.c) + index] }
        return add(
            Node(
                opcode: .interpolation, level: node.kind == .interpolatedPath ? 1 : 0, operand: Int32(parts.count),
                a: words(parts), b: UInt(bitPattern: positions)), node)
    }

    mutating func resolveList(_ node: NixSyntax.Node, _ frame: inout FrameContext) throws(EvaluationError)
        -> NodePointer
    {
        var elements: [NodePointer] = []
        for index in 0..<Int(node.b) { elements.append(try resolve(tree.children[Int(node.a) + index], &frame)) }
        if elements.isEmpty { return constant(machine.state.pointee.emptyList, node) }
        if elements.allSatisfy(isAtom) {
            let object = arena.allocate(UInt.self, count: elements.count + 1)
            object[0] = UInt(bitPattern: elements.count << 3 | 1)
            for (index, element) in elements.enumerated() { object[index + 1] = element.pointee.a }
            return constant(Value(.list, object), node, isContainer: true)
        }
        return add(Node(opcode: .list, operand: Int32(elements.count), a: words(elements)), node)
    }
}
