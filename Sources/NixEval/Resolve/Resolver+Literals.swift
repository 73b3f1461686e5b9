import NixSyntax

/// Strings, paths, lists.
extension Resolver {
    func text(_ node: Syntax) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: tree.bytes[Int(node.pointee.a)..<Int(node.pointee.a) + Int(node.pointee.b)])
    }

    /// The path as an absolute one, not yet normalised: a final `/` before an interpolation counts.
    func absolutePath(_ node: Syntax) throws(EvaluationError) -> [UInt8] {
        let written = text(node)
        if written.first == UInt8(ascii: "~"), evaluator.options.isPure {
            throw EvaluationError(
                .other, "the path '\(String(decoding: written, as: UTF8.self))' can not be resolved in pure mode",
                at: position(node))
        }
        return PathLiteral.resolve(written, in: tree.source, home: evaluator.homeDirectory)
    }

    /// `<x>` is `__findFile __nixPath "x"`, with both names looked up like any other.
    mutating func resolveSearchPath(_ node: Syntax, _ frame: inout FrameContext) throws(EvaluationError) -> NodePointer
    {
        let function = try resolveVariable(machine.known.findFile, node, frame)
        let list = try resolveVariable(machine.known.nixPath, node, frame)
        return call(function, list, constant(arena.string(text(node)), node), node)
    }

    mutating func resolveInterpolation(_ node: Syntax, _ frame: inout FrameContext) throws(EvaluationError)
        -> NodePointer
    {
        let count = Int(node.pointee.b)
        let isPath = node.pointee.kind == .interpolatedPath
        let parts = arena.allocate(UInt.self, count: count)
        let positions = arena.allocate(UInt32.self, count: count)
        for index in 0..<count {
            let child = children[Int(node.pointee.a) + index]
            let part = nodes + Int(child)
            if isPath, part.pointee.kind == .path, index == 0 {
                parts[index] = UInt(bitPattern: constant(arena.path(try absolutePath(part)), part))
            } else {
                parts[index] = UInt(bitPattern: try resolve(child, &frame))
            }
            positions[index] = base + tree.partPositions[Int(node.pointee.c) + index]
        }
        return add(
            Node(
                opcode: .interpolation, level: isPath ? 1 : 0, operand: Int32(count), a: UInt(bitPattern: parts),
                b: UInt(bitPattern: positions)), node)
    }

    mutating func resolveList(_ node: Syntax, _ frame: inout FrameContext) throws(EvaluationError) -> NodePointer {
        let count = Int(node.pointee.b)
        if count == 0 { return constant(machine.state.pointee.emptyList, node) }
        // Room for a list object: its header, and what is first the nodes and then, if all are atoms, their values.
        let object = arena.allocate(UInt.self, count: count + 1)
        var isConstant = true
        // A list is where its first element is.
        var position: UInt32 = 0
        for index in 0..<count {
            let element = try resolve(children[Int(node.pointee.a) + index], &frame)
            object[index + 1] = UInt(bitPattern: element)
            isConstant = isConstant && isAtom(element)
            if index == 0 { position = machine.expressionPosition(element) }
        }
        guard isConstant else {
            return arena.add(Node(opcode: .list, operand: Int32(count), a: UInt(bitPattern: object + 1)), position)
        }
        object[0] = UInt(bitPattern: count << 3 | 1)
        for index in 1...count { object[index] = NodePointer(bitPattern: object[index]).unsafelyUnwrapped.pointee.a }
        return arena.add(Node(opcode: .constant, flags: 1, a: Value(.list, object).bits), position)
    }
}
