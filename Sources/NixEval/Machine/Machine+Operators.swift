import NixSyntax

#if canImport(Glibc)
    import Glibc
#endif

/// Arithmetic, comparison, concatenation, interpolation.
extension Machine {
    // MARK: Order

    @inline(__always) static func compare(_ left: Int, _ right: Int, _ opcode: Opcode) -> Bool {
        switch opcode {
        case .less: left < right
        case .lessOrEqual: left <= right
        case .greater: left > right
        default: left >= right
        }
    }

    @inline(__always)
    func order(_ node: NodePointer, _ environment: Words) throws(EvaluationError) -> Bool {
        // Nix reads `a > b` and `a <= b` as `b < a`: the right operand is evaluated first.
        let opcode = node.pointee.opcode
        let swaps = opcode == .greater || opcode == .lessOrEqual
        let isNegated = swaps ? opcode == .lessOrEqual : opcode == .greaterOrEqual
        let depth: Int
        do throws(EvaluationError) { depth = try enterOperator(node) } catch {
            throw isNegated ? adding(error, "in the argument of the not operator", node) : error
        }
        defer { state.pointee.callDepth = depth }
        do throws(EvaluationError) {
            let first = try evaluate(swaps ? node.pointee.nodeB : node.pointee.nodeA, environment)
            let second = try evaluate(swaps ? node.pointee.nodeA : node.pointee.nodeB, environment)
            let isLess: Bool
            if first.isSmallInteger, second.isSmallInteger {
                isLess = first.smallInteger < second.smallInteger
            } else {
                isLess = try self.isLess(first, second, 0, "")
            }
            return isLess != isNegated
        } catch {
            let position = CodeArena.position(of: node)
            withoutPlace(error, node.pointee.nodeA, node.pointee.nodeB)
            let framed = error.adding("while calling the 'lessThan' builtin", position)
            throw isNegated ? framed.adding("in the argument of the not operator", position) : framed
        }
    }

    /// Nix's order of numbers, strings, paths and lists.
    func isLess(_ left: Value, _ right: Value, _ position: UInt32, _ context: String) throws(EvaluationError) -> Bool {
        do throws(EvaluationError) {
            if let a = left.integer {
                if let b = right.integer { return a < b }
                if let b = right.float { return Double(a) < b }
            } else if let a = left.float {
                if let b = right.float { return a < b }
                if let b = right.integer { return a < Double(b) }
            } else if left.isString, right.isString {
                return compareBytes(left.bytes, right.bytes) < 0
            } else if left.isPath, right.isPath {
                return compareBytes(left.bytes, right.bytes) < 0
            } else if left.isList, right.isList {
                return try isListLess(left, right, position)
            }
            throw incomparable(left, right)
        } catch { throw context.isEmpty ? error : error.adding(context, position) }
    }

    private func isListLess(_ left: Value, _ right: Value, _ position: UInt32) throws(EvaluationError) -> Bool {
        try checkStack()
        var index = 0
        while true {
            if index == right.listCount { return false }
            if index == left.listCount { return true }
            let a = Value(bits: left.elements[index])
            let b = Value(bits: right.elements[index])
            if try !equal(a, b) {
                return try isLess(try force(a), try force(b), position, "while comparing two list elements")
            }
            index += 1
        }
    }

    private func incomparable(_ left: Value, _ right: Value) -> EvaluationError {
        let message =
            typeName(left) == typeName(right) || left.isFunction && right.isFunction
            ? "cannot compare \(typeName(left)) with \(typeName(right)); values of that type are incomparable"
                + " (values are \(summary(left)) and \(summary(right)))"
            : "cannot compare \(typeName(left)) with \(typeName(right)); values are \(summary(left)) and \(summary(right))"
        return EvaluationError(.type, message)
    }

    // MARK: Equality

    @inline(__always)
    func areEqual(_ node: NodePointer, _ environment: Words) throws(EvaluationError) -> Bool {
        let left = try evaluate(node.pointee.nodeA, environment)
        let right = try evaluate(node.pointee.nodeB, environment)
        if state.pointee.callDepth > state.pointee.maximumCallDepth { throw tooDeep(0) }
        if left.isSmallInteger, right.isSmallInteger { return left.bits == right.bits }
        if left.isString, right.isString { return sameBytes(left, right) }
        // Two functions are never equal when compared directly, even one with itself.
        return try equalForced(left, right)
    }

    @inline(__always) func sameBytes(_ left: Value, _ right: Value) -> Bool {
        let a = left.bytes
        let b = right.bytes
        guard a.count == b.count else { return false }
        return a.count == 0 || memcmp(a.baseAddress.unsafelyUnwrapped, b.baseAddress.unsafelyUnwrapped, a.count) == 0
    }

    /// Equality of two values that may be thunks.
    ///
    /// One and the same word is equal to itself, functions included.
    func equal(_ left: Value, _ right: Value) throws(EvaluationError) -> Bool {
        if state.pointee.callDepth > state.pointee.maximumCallDepth { throw tooDeep(0) }
        if left.bits == right.bits {
            // Forced all the same, for its errors.
            if left.isThunk { _ = try force(left) }
            return true
        }
        return try equalForced(try force(left), try force(right))
    }

    @inline(never)
    func equalForced(_ left: Value, _ right: Value) throws(EvaluationError) -> Bool {
        try checkStack()
        if let a = left.integer {
            if let b = right.integer { return a == b }
            if let b = right.float { return Double(a) == b }
            return false
        }
        if let a = left.float {
            if let b = right.float { return a == b }
            if let b = right.integer { return a == Double(b) }
            return false
        }
        if left.isString { return right.isString && sameBytes(left, right) }
        if left.isList {
            guard right.isList, left.listCount == right.listCount else { return false }
            if left.object == right.object { return true }
            try enterLevel()
            defer { leaveLevel() }
            for index in 0..<left.listCount
            where try !equal(Value(bits: left.elements[index]), Value(bits: right.elements[index])) {
                return false
            }
            return true
        }
        if left.isAttributes {
            guard right.isAttributes else { return false }
            if left.object == right.object { return true }
            return try equalAttributes(left, right)
        }
        if left.isPath { return right.isPath && sameBytes(left, right) }
        if left.isFunction { return false }
        return left.bits == right.bits
    }

    private func equalAttributes(_ left: Value, _ right: Value) throws(EvaluationError) -> Bool {
        try enterLevel()
        defer { leaveLevel() }
        if try isDerivation(left), try isDerivation(right) {
            let a = left.attribute(known.outPath)
            let b = right.attribute(known.outPath)
            if !a.isAbsent, !b.isAbsent { return try equal(a, b) }
        }
        let left = try flat(left)
        let right = try flat(right)
        let shape = left.shape
        let other = right.shape
        guard shape.count == other.count else { return false }
        for index in 0..<shape.count {
            guard shape == other || shape.symbols[index] == other.symbols[index],
                try equal(Value(bits: left.attributeValues[index]), Value(bits: right.attributeValues[index]))
            else { return false }
        }
        return true
    }

    /// One more level of call depth for an operator that Nix reads as the call of a builtin; its operands are evaluated
    /// in there.
    ///
    /// - Returns: the depth to come back to.
    @inline(__always) func enterOperator(_ node: NodePointer) throws(EvaluationError) -> Int {
        let depth = state.pointee.callDepth
        if depth > state.pointee.maximumCallDepth { throw tooDeep(CodeArena.position(of: node)) }
        state.pointee.callDepth = depth &+ 1
        return depth
    }

    /// A variable that is an operand is evaluated by the builtin, which does not know its place.
    @inline(never) private func withoutPlace(_ error: EvaluationError, _ left: NodePointer, _ right: NodePointer) {
        for node in [left, right] {
            switch node.pointee.opcode {
            case .local0, .local1, .local2, .local, .global:
                error.forgetDelayedCall(at: CodeArena.position(of: node))
            default: break
            }
        }
    }

    /// One more level of call depth for a builtin that descends into data.
    @inline(__always) func enterLevel(_ position: UInt32 = 0) throws(EvaluationError) {
        if state.pointee.callDepth > state.pointee.maximumCallDepth { throw tooDeep(position) }
        try checkStack()
        state.pointee.callDepth &+= 1
    }

    @inline(__always) func leaveLevel() { state.pointee.callDepth &-= 1 }

    func isDerivation(_ set: Value) throws(EvaluationError) -> Bool {
        let type = set.attribute(known.type)
        if type.isAbsent { return false }
        let text = try force(type)
        guard text.isString else { return false }
        return sameBytes(text, try string(of: known.derivationType))
    }

    // MARK: Arithmetic

    @inline(__always)
    func add(_ node: NodePointer, _ environment: Words) throws(EvaluationError) -> Value {
        let left = try evaluate(node.pointee.nodeA, environment)
        if !left.isSmallInteger, !left.isString, !left.isPath, left.float == nil, left.integer == nil {
            return try addToText(left, node, environment)
        }
        let right = try evaluate(node.pointee.nodeB, environment)
        if left.isSmallInteger, right.isSmallInteger { return try integer(left.smallInteger &+ right.smallInteger) }
        return try addSlow(left, right, node)
    }

    /// What is no number, text or path is made a text before the right side is evaluated.
    @inline(never)
    private func addToText(_ left: Value, _ node: NodePointer, _ environment: Words) throws(EvaluationError) -> Value {
        let words = "while evaluating a path segment"
        let head = try coerceToString(left, leftPosition(node), words, copiesToStore: false)
        let right = try evaluate(node.pointee.nodeB, environment)
        let tail = try coerceToString(right, rightPosition(node), words, copiesToStore: false)
        return try concatenateStrings(head, tail)
    }

    @inline(never)
    private func addSlow(_ left: Value, _ right: Value, _ node: NodePointer) throws(EvaluationError) -> Value {
        let position = CodeArena.position(of: node)
        let rightPosition = rightPosition(node)
        if let a = left.integer {
            if let b = right.integer {
                let (sum, overflow) = a.addingReportingOverflow(b)
                if overflow {
                    throw EvaluationError(.other, "integer overflow in adding \(a) + \(b)", at: rightPosition)
                }
                return try integer(sum)
            }
            if let b = right.float { return try float(Double(a) + b) }
            throw EvaluationError(.type, "cannot add \(typeName(right)) to an integer", at: rightPosition)
        }
        if let a = left.float {
            if let b = right.float { return try float(a + b) }
            if let b = right.integer { return try float(a + Double(b)) }
            throw EvaluationError(.type, "cannot add \(typeName(right)) to a float", at: rightPosition)
        }
        if left.isString, right.isString { return try concatenateStrings(left, right) }
        if left.isPath {
            let tail = try coerceToString(
                right, rightPosition, "while evaluating a path segment", copiesToStore: false)
            if tail.contextIndex != 0 {
                throw EvaluationError(
                    .type, "a string that refers to a store path cannot be appended to a path", at: position)
            }
            return try path(normalized(Array(left.bytes) + Array(tail.bytes)))
        }
        return try concatenateStrings(
            left, try coerceToString(right, rightPosition, "while evaluating a path segment", copiesToStore: true))
    }

    private func leftPosition(_ node: NodePointer) -> UInt32 { UInt32(truncatingIfNeeded: node.pointee.c >> 32) }
    private func rightPosition(_ node: NodePointer) -> UInt32 { UInt32(truncatingIfNeeded: node.pointee.c) }

    func concatenateStrings(_ left: Value, _ right: Value) throws(EvaluationError) -> Value {
        let a = left.bytes
        let b = right.bytes
        let context = evaluator.contexts.union(left.contextIndex, right.contextIndex)
        if a.count == 0, context == right.contextIndex { return right }
        if b.count == 0, context == left.contextIndex { return left }
        let result = try string(count: a.count + b.count, context: context)
        let target = UnsafeMutableRawPointer(result.object + 1)
        if let start = a.baseAddress { target.copyMemory(from: start, byteCount: a.count) }
        if let start = b.baseAddress { (target + a.count).copyMemory(from: start, byteCount: b.count) }
        return result
    }

    @inline(__always)
    func arithmetic(_ node: NodePointer, _ environment: Words) throws(EvaluationError) -> Value {
        let opcode = node.pointee.opcode
        let depth = try enterOperator(node)
        defer { state.pointee.callDepth = depth }
        do throws(EvaluationError) {
            let left = try evaluate(node.pointee.nodeA, environment)
            let right = try evaluate(node.pointee.nodeB, environment)
            if left.isSmallInteger, right.isSmallInteger {
                if opcode == .subtract { return try integer(left.smallInteger &- right.smallInteger) }
                if opcode == .multiply {
                    let (product, overflow) = left.smallInteger.multipliedReportingOverflow(by: right.smallInteger)
                    if !overflow { return try integer(product) }
                }
            }
            switch opcode {
            case .subtract: return try subtract(left, right, 0)
            case .multiply: return try multiply(left, right, 0)
            default: return try divide(left, right, 0)
            }
        } catch {
            withoutPlace(error, node.pointee.nodeA, node.pointee.nodeB)
            let name = opcode == .subtract ? "sub" : opcode == .multiply ? "mul" : "div"
            throw error.adding("while calling the '\(name)' builtin", CodeArena.position(of: node))
        }
    }

    func negate(_ node: NodePointer, _ environment: Words) throws(EvaluationError) -> Value {
        let depth = try enterOperator(node)
        defer { state.pointee.callDepth = depth }
        do throws(EvaluationError) {
            return try subtract(Value(smallInteger: 0), try evaluate(node.pointee.nodeA, environment), 0)
        } catch {
            withoutPlace(error, node.pointee.nodeA, node.pointee.nodeA)
            throw error.adding("while calling the 'sub' builtin", CodeArena.position(of: node))
        }
    }

    private enum Numbers {
        case integers(Int, Int)
        case floats(Double, Double)
    }

    /// Both operands as integers, or as floats when one of them is.
    private func numbers(_ left: Value, _ right: Value, _ position: UInt32, _ verb: StaticString)
        throws(EvaluationError) -> Numbers
    {
        if left.float != nil || right.float != nil {
            let a = try forceFloat(left, position, "while evaluating the first argument of the \(verb)")
            let b = try forceFloat(right, position, "while evaluating the second argument of the \(verb)")
            return .floats(a, b)
        }
        let a = try forceInteger(left, position, "while evaluating the first argument of the \(verb)")
        let b = try forceInteger(right, position, "while evaluating the second argument of the \(verb)")
        return .integers(a, b)
    }

    func addNumbers(_ left: Value, _ right: Value, _ position: UInt32) throws(EvaluationError) -> Value {
        switch try numbers(left, right, position, "addition") {
        case .floats(let a, let b): return try float(a + b)
        case .integers(let a, let b):
            let (sum, overflow) = a.addingReportingOverflow(b)
            if overflow { throw EvaluationError(.other, "integer overflow in adding \(a) + \(b)", at: position) }
            return try integer(sum)
        }
    }

    func subtract(_ left: Value, _ right: Value, _ position: UInt32) throws(EvaluationError) -> Value {
        switch try numbers(left, right, position, "subtraction") {
        case .floats(let a, let b): return try float(a - b)
        case .integers(let a, let b):
            let (difference, overflow) = a.subtractingReportingOverflow(b)
            if overflow { throw EvaluationError(.other, "integer overflow in subtracting \(a) - \(b)", at: position) }
            return try integer(difference)
        }
    }

    func multiply(_ left: Value, _ right: Value, _ position: UInt32) throws(EvaluationError) -> Value {
        switch try numbers(left, right, position, "multiplication") {
        case .floats(let a, let b): return try float(a * b)
        case .integers(let a, let b):
            let (product, overflow) = a.multipliedReportingOverflow(by: b)
            if overflow { throw EvaluationError(.other, "integer overflow in multiplying \(a) * \(b)", at: position) }
            return try integer(product)
        }
    }

    func divide(_ left: Value, _ right: Value, _ position: UInt32) throws(EvaluationError) -> Value {
        let divisor = try forceFloat(right, position, "while evaluating the second operand of the division")
        if divisor == 0 { throw EvaluationError(.other, "division by zero", at: position) }
        if left.float != nil || right.float != nil {
            let a = try forceFloat(left, position, "while evaluating the first operand of the division")
            return try float(a / divisor)
        }
        let a = try forceInteger(left, position, "while evaluating the first operand of the division")
        let b = try forceInteger(right, position, "while evaluating the second operand of the division")
        let (quotient, overflow) = a.dividedReportingOverflow(by: b)
        if overflow { throw EvaluationError(.other, "integer overflow in dividing \(a) / \(b)", at: position) }
        return try integer(quotient)
    }

    // MARK: Lists and strings

    @inline(__always)
    func concatenate(_ node: NodePointer, _ environment: Words) throws(EvaluationError) -> Value {
        let left = try evaluate(node.pointee.nodeA, environment)
        let right = try evaluate(node.pointee.nodeB, environment)
        guard left.isList, right.isList else {
            throw wrongType(left.isList ? right : left, expected: "a list", 0)
                .adding("while evaluating one of the elements to concatenate", CodeArena.position(of: node))
        }
        if left.listCount == 0 { return right }
        if right.listCount == 0 { return left }
        let result = try list(count: left.listCount + right.listCount)
        result.elements.update(from: left.elements, count: left.listCount)
        (result.elements + left.listCount).update(from: right.elements, count: right.listCount)
        return result
    }

    /// `"…${}…"` and interpolated paths.
    @inline(never)
    func interpolate(_ node: NodePointer, _ environment: Words) throws(EvaluationError) -> Value {
        let count = Int(node.pointee.operand)
        let nodes = Words(bitPattern: node.pointee.a).unsafelyUnwrapped
        let positions = UnsafePointer<UInt32>(bitPattern: node.pointee.b).unsafelyUnwrapped
        let isPath = node.pointee.level == 1
        let parts = try allocate(count)
        for index in 0..<count { parts[index] = 0 }
        var bytes = 0
        var context: UInt32 = 0
        for index in 0..<count {
            let child = NodePointer(bitPattern: nodes[index]).unsafelyUnwrapped
            var part = try evaluate(child, environment)
            if !part.isString, !(isPath && index == 0) {
                part = try coerceToString(
                    part, positions[index], "while evaluating a path segment", copiesToStore: !isPath)
            }
            parts[index] = part.bits
            bytes += part.bytes.count
            if part.isString, part.contextIndex != 0 { context = evaluator.contexts.union(context, part.contextIndex) }
        }
        if isPath {
            if context != 0 {
                throw EvaluationError(
                    .type, "a string that refers to a store path cannot be appended to a path",
                    at: CodeArena.position(of: node))
            }
            var text: [UInt8] = []
            for index in 0..<count { text += Value(bits: parts[index]).bytes }
            return try path(normalized(text))
        }
        let result = try string(count: bytes, context: context)
        var target = UnsafeMutableRawPointer(result.object + 1)
        for index in 0..<count {
            let part = Value(bits: parts[index]).bytes
            if let start = part.baseAddress { target.copyMemory(from: start, byteCount: part.count) }
            target += part.count
        }
        return result
    }

    // MARK: Assertions

    @inline(never)
    func assertionFailure(_ node: NodePointer, _ environment: Words) -> EvaluationError {
        let text = Value(bits: node.pointee.c).text
        let position = CodeArena.position(of: node)
        if node.pointee.nodeA.pointee.opcode == .equal {
            do throws(EvaluationError) {
                let left = try evaluate(node.pointee.nodeA.pointee.nodeA, environment)
                let right = try evaluate(node.pointee.nodeA.pointee.nodeB, environment)
                try assertEqual(left, right)
            } catch {
                guard error.kind == .assertion else { return error }
                return error.adding("while evaluating the condition of the assertion '\(text)'", position)
            }
        }
        return EvaluationError(.assertion, "assertion '\(text)' failed", at: position)
    }
}
