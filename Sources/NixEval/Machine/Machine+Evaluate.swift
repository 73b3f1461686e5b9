import CStack
import NixSyntax

/// The evaluation loop.
extension Machine {
    /// The value of `node` in `environment`, in weak head normal form (never a thunk).
    @inline(__always)
    func evaluate(_ node: NodePointer, _ environment: Words) throws(EvaluationError) -> Value {
        switch node.pointee.opcode {
        case .constant: return Value(bits: node.pointee.a)
        case .local0:
            let value = Value(bits: environment[Int(node.pointee.operand)])
            if !value.isThunk { return value }
            return try forceSlot(environment + Int(node.pointee.operand), node)
        default: return try run(node, environment)
        }
    }

    /// Forces the thunk in a slot and leaves its value there, so that the next reader meets no thunk.
    @inline(__always)
    func forceSlot(_ slot: Words, _ node: NodePointer) throws(EvaluationError) -> Value {
        let value = Value(bits: slot.pointee)
        if !value.isThunk { return value }
        let cell = value.object
        if cell[0] == ThunkState.evaluated {
            slot.pointee = cell[1]
            return Value(bits: cell[1])
        }
        let result: Value
        do throws(EvaluationError) { result = try forceThunk(cell) } catch { throw locating(error, node) }
        slot.pointee = result.bits
        return result
    }

    /// An infinite recursion is reported where the thunk was forced.
    @inline(never) func locating(_ error: EvaluationError, _ node: NodePointer) -> EvaluationError {
        if error.kind == .infiniteRecursion, error.position == 0 { error.position = CodeArena.position(of: node) }
        error.locateDelayedCall(CodeArena.position(of: node), addsFrame: state.pointee.showsTrace)
        return error
    }

    /// Weak head normal form of a value that may be a thunk.
    @inline(__always) func force(_ value: Value) throws(EvaluationError) -> Value {
        if !value.isThunk { return value }
        let cell = value.object
        if cell[0] == ThunkState.evaluated { return Value(bits: cell[1]) }
        return try forceThunk(cell)
    }

    /// As `force`; the place is that of a call that was delayed.
    @inline(__always) func force(_ value: Value, askedForAt position: UInt32) throws(EvaluationError) -> Value {
        do throws(EvaluationError) { return try force(value) } catch {
            error.locateDelayedCall(position, addsFrame: state.pointee.showsTrace)
            throw error
        }
    }

    @inline(never)
    func forceThunk(_ cell: Words) throws(EvaluationError) -> Value {
        let code = cell[0]
        if code & ThunkState.blackhole != 0 { throw infiniteRecursion() }
        try checkStack()
        cell[0] = code | ThunkState.blackhole
        let result: Value
        do throws(EvaluationError) {
            result = try run(
                NodePointer(bitPattern: code).unsafelyUnwrapped, Words(bitPattern: cell[1]).unsafelyUnwrapped)
        } catch {
            markDelayedCall(error, code, cell[1])
            fail(cell, code, error)
            throw error
        }
        cell[0] = ThunkState.evaluated
        cell[1] = result.bits
        return result
    }

    /// Notes on an error that it is that of a call that a builtin delayed.
    @inline(never) private func markDelayedCall(_ error: EvaluationError, _ code: UInt, _ environment: UInt) {
        let nodes = state.pointee.applyNodes
        guard code == UInt(bitPattern: nodes.0) || code == UInt(bitPattern: nodes.1),
            let operands = Words(bitPattern: environment)
        else { return }
        let callee = Value(bits: operands[0])
        error.delayedCall = callee.isLambda || callee.isBox(.partialLambda) ? .lambda : .other
    }

    /// Lets a thunk fail the same way whenever it is asked for again, as in Nix; only what the user interrupted is as
    /// before.
    @inline(never) func fail(_ cell: Words, _ code: UInt, _ error: EvaluationError) {
        let failed = NodePointer(bitPattern: code).unsafelyUnwrapped.pointee.opcode == .rethrow
        guard !failed, let node = evaluator.remember(error) else {
            cell[0] = code
            return
        }
        cell[0] = UInt(bitPattern: node)
        cell[1] = UInt(bitPattern: state.pointee.emptyEnvironment)
    }

    @inline(never) private func infiniteRecursion() -> EvaluationError {
        EvaluationError(.infiniteRecursion, "infinite recursion encountered")
    }

    /// Evaluates any node.
    ///
    /// Bodies of `let`, `if`, `with` and `assert` are reached by the loop, not by recursion.
    @inline(never)
    func run(_ start: NodePointer, _ startEnvironment: Words) throws(EvaluationError) -> Value {
        var node = start
        var environment = startEnvironment
        while true {
            switch node.pointee.opcode {
            case .constant: return Value(bits: node.pointee.a)
            case .local0: return try forceSlot(environment + Int(node.pointee.operand), node)
            case .local1: return try forceSlot(frame(environment, 1) + Int(node.pointee.operand), node)
            case .local2: return try forceSlot(frame(environment, 2) + Int(node.pointee.operand), node)
            case .local:
                return try forceSlot(frame(environment, Int(node.pointee.b)) + Int(node.pointee.operand), node)
            case .global: return try forceSlot(Words(bitPattern: node.pointee.a).unsafelyUnwrapped, node)
            case .withVariable: return try lookUpWith(node, environment)
            case .select: return try select(node, environment)
            case .selectPath: return try selectPath(node, environment)
            case .hasAttribute: return try hasAttribute(node, environment)

            case .attributes: return try makeAttributes(node, environment)
            case .attributesGeneral:
                let code = UnsafeMutablePointer<AttributesCode>(bitPattern: node.pointee.a).unsafelyUnwrapped
                return try makeGeneralAttributes(code, environment)
            case .list: return try makeList(node, environment)
            case .lambda:
                let cell = try allocate(2)
                cell[0] = node.pointee.a
                cell[1] = UInt(bitPattern: environment)
                return Value(.lambda, cell)

            case .letInFrame:
                try bindLet(node, environment)
                node = node.pointee.nodeB
            case .letNewFrame:
                let inner = try newFrame(words: Int(node.pointee.c), up: environment)
                try bindLet(node, inner)
                environment = inner
                node = node.pointee.nodeB
            case .frame:
                environment = try newFrame(words: Int(node.pointee.c), up: environment)
                node = node.pointee.nodeA
            case .with:
                let scope = try delay(node.pointee.nodeA, environment)
                let inner = try newFrame(words: Int(node.pointee.c), up: environment)
                inner[1] = scope.bits
                environment = inner
                node = node.pointee.nodeB
            case .assert:
                let holds: Bool
                do throws(EvaluationError) { holds = try boolean(node.pointee.nodeA, environment, node) } catch {
                    throw adding(error, "in the condition of the assert statement", node)
                }
                guard holds else { throw assertionFailure(node, environment) }
                node = node.pointee.nodeB
            case .conditional:
                let condition: Bool
                do throws(EvaluationError) { condition = try boolean(node.pointee.nodeA, environment, node) } catch {
                    throw adding(error, "while evaluating a branch condition", node)
                }
                node = condition ? node.pointee.nodeB : node.pointee.nodeC

            case .call1:
                let function = try evaluate(node.pointee.nodeA, environment)
                return try call(function, node, environment)
            case .call2: return try callTwo(node, environment)
            case .call: return try callMany(node, environment)
            case .apply: return try applyDelayed(node, environment)

            case .not:
                do throws(EvaluationError) {
                    return Value(try !boolean(node.pointee.nodeA, environment, node.pointee.nodeA))
                } catch {
                    throw error.adding("in the argument of the not operator", expressionPosition(node.pointee.nodeA))
                }
            case .and:
                do throws(EvaluationError) {
                    if try !boolean(node.pointee.nodeA, environment, node) { return .false }
                } catch {
                    throw adding(error, "in the left operand of the AND (&&) operator", node)
                }
                do throws(EvaluationError) { return Value(try boolean(node.pointee.nodeB, environment, node)) } catch {
                    throw adding(error, "in the right operand of the AND (&&) operator", node)
                }
            case .or:
                do throws(EvaluationError) {
                    if try boolean(node.pointee.nodeA, environment, node) { return .true }
                } catch {
                    throw adding(error, "in the left operand of the OR (||) operator", node)
                }
                do throws(EvaluationError) { return Value(try boolean(node.pointee.nodeB, environment, node)) } catch {
                    throw adding(error, "in the right operand of the OR (||) operator", node)
                }
            case .implication:
                do throws(EvaluationError) {
                    if try !boolean(node.pointee.nodeA, environment, node) { return .true }
                } catch {
                    throw adding(error, "in the left operand of the IMPL (->) operator", node)
                }
                do throws(EvaluationError) { return Value(try boolean(node.pointee.nodeB, environment, node)) } catch {
                    throw adding(error, "in the right operand of the IMPL (->) operator", node)
                }
            case .equal: return Value(try areEqual(node, environment))
            case .notEqual: return Value(try !areEqual(node, environment))
            case .less, .lessOrEqual, .greater, .greaterOrEqual: return Value(try order(node, environment))
            case .add: return try add(node, environment)
            case .subtract, .multiply, .divide: return try arithmetic(node, environment)
            case .negate: return try negate(node, environment)
            case .update: return try update(node, environment)
            case .concatenate: return try concatenate(node, environment)
            case .interpolation: return try interpolate(node, environment)
            case .source:
                node = try evaluator.code(ofSource: Int(node.pointee.a))
                environment = state.pointee.emptyEnvironment
            case .rethrow: throw evaluator.takeKeptError(Int(node.pointee.a))
            }
        }
    }

    @inline(__always) func frame(_ environment: Words, _ level: Int) -> Words {
        var environment = environment
        var level = level
        while level > 0 {
            environment = Words(bitPattern: environment[0]).unsafelyUnwrapped
            level &-= 1
        }
        return environment
    }

    /// A frame whose slots are all `absent`.
    @inline(__always) func newFrame(words: Int, up: Words) throws(EvaluationError) -> Words {
        let frame = try allocate(words)
        frame[0] = UInt(bitPattern: up)
        var index = 1
        while index < words {
            frame[index] = 0
            index &+= 1
        }
        return frame
    }

    @inline(__always) private func bindLet(_ node: NodePointer, _ frame: Words) throws(EvaluationError) {
        let values = Words(bitPattern: node.pointee.a).unsafelyUnwrapped
        let count = Int(node.pointee.operand)
        let first = Int(node.pointee.level)
        var index = 0
        while index < count {
            let child = NodePointer(bitPattern: values[index]).unsafelyUnwrapped
            frame[first &+ index] = try delay(child, frame).bits
            index &+= 1
        }
    }

    /// The Boolean that `node` gives; a wrong type is reported at the place of `parent`.
    @inline(__always)
    func boolean(_ node: NodePointer, _ environment: Words, _ parent: NodePointer) throws(EvaluationError) -> Bool {
        let value = try evaluate(node, environment)
        if value.bits == Value.true.bits { return true }
        if value.bits == Value.false.bits { return false }
        throw wrongType(value, expected: "a Boolean", expressionPosition(parent))
    }

    /// Where Nix says that an expression is: nowhere for a literal that is a number, a text, a path or an empty list.
    func expressionPosition(_ node: NodePointer) -> UInt32 {
        switch node.pointee.opcode {
        case .letInFrame, .letNewFrame: return 0
        case .constant where node.pointee.flags == 0:
            let value = Value(bits: node.pointee.a)
            let isNamed = value.isBool || value.isNull || value.isFunction || value.isAttributes
            return isNamed ? CodeArena.position(of: node) : 0
        case .not, .hasAttribute: return expressionPosition(node.pointee.nodeA)
        default: return CodeArena.position(of: node)
        }
    }

    @inline(never)
    func adding(_ error: EvaluationError, _ text: String, _ node: NodePointer) -> EvaluationError {
        error.adding(text, CodeArena.position(of: node))
    }

    // MARK: Delaying

    /// The value of `node` where that costs nothing and cannot fail, else a thunk for it.
    ///
    /// Constants, bound variables, lambdas, small literals, and arithmetic or comparison on operands that are already
    /// there are done at once. A slot that is still `absent` belongs to a `let` that is being bound.
    @inline(__always)
    func delay(_ node: NodePointer, _ environment: Words) throws(EvaluationError) -> Value {
        switch node.pointee.opcode {
        case .constant where node.pointee.flags == 0 || state.pointee.isEager: return Value(bits: node.pointee.a)
        case .local0:
            let value = known(Value(bits: environment[Int(node.pointee.operand)]))
            if !value.isAbsent { return value }
            return try thunk(node, environment)
        default: return try delaySlow(node, environment)
        }
    }

    /// Looks through an evaluated thunk.
    @inline(__always) private func known(_ value: Value) -> Value {
        if value.isThunk, value.object[0] == ThunkState.evaluated { return Value(bits: value.object[1]) }
        return value
    }

    /// As `delay` for what stands in a list or set, where it can be seen whether something is a thunk: exactly what Nix
    /// does not delay is not delayed.
    @inline(__always)
    func delayElement(_ node: NodePointer, _ environment: Words) throws(EvaluationError) -> Value {
        if node.pointee.opcode == .constant, node.pointee.flags == 0 { return Value(bits: node.pointee.a) }
        let value = node.pointee.opcode == .constant ? .absent : boundVariable(node, environment)
        return value.isAbsent ? try thunk(node, environment) : value
    }

    @inline(never)
    private func delaySlow(_ node: NodePointer, _ environment: Words) throws(EvaluationError) -> Value {
        switch node.pointee.opcode {
        case .local1, .local2, .local, .global:
            let value = boundVariable(node, environment)
            if !value.isAbsent { return value }
        // At the greatest depths it can be seen where something is evaluated.
        case _ where !state.pointee.isEager || state.pointee.callDepth >= state.pointee.maximumCallDepth &- 1: break
        case .lambda:
            let cell = try allocate(2)
            cell[0] = node.pointee.a
            cell[1] = UInt(bitPattern: environment)
            return Value(.lambda, cell)
        case .select:
            // Only when nothing needs to be evaluated: the subject is there and the name is where it was last time.
            let subject = boundVariable(node.pointee.nodeA, environment)
            if subject.isAttributes, subject.object[0] == node.pointee.b {
                return known(Value(bits: subject.attributeValues[Int(node.pointee.c)]))
            }
        case .subtract, .add, .multiply:
            let left = boundVariable(node.pointee.nodeA, environment)
            let right = boundVariable(node.pointee.nodeB, environment)
            if left.isSmallInteger, right.isSmallInteger {
                let (result, overflow) =
                    switch node.pointee.opcode {
                    case .subtract: left.smallInteger.subtractingReportingOverflow(right.smallInteger)
                    case .add: left.smallInteger.addingReportingOverflow(right.smallInteger)
                    default: left.smallInteger.multipliedReportingOverflow(by: right.smallInteger)
                    }
                if !overflow, Value.fitsSmall(result) { return Value(smallInteger: result) }
            }
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            let left = boundVariable(node.pointee.nodeA, environment)
            let right = boundVariable(node.pointee.nodeB, environment)
            if left.isSmallInteger, right.isSmallInteger {
                return Value(Machine.compare(left.smallInteger, right.smallInteger, node.pointee.opcode))
            }
        case .equal:
            let left = boundVariable(node.pointee.nodeA, environment)
            let right = boundVariable(node.pointee.nodeB, environment)
            if left.isSmallInteger, right.isSmallInteger { return Value(left.bits == right.bits) }
        case .list where node.pointee.operand <= 4: return try makeList(node, environment)
        case .attributes where node.pointee.operand <= 4: return try makeAttributes(node, environment)
        default: break
        }
        return try thunk(node, environment)
    }

    /// The value of a constant or of a variable that is bound, evaluated or not; `absent` for any other node.
    @inline(__always)
    private func boundVariable(_ node: NodePointer, _ environment: Words) -> Value {
        switch node.pointee.opcode {
        case .constant: Value(bits: node.pointee.a)
        case .local0: known(Value(bits: environment[Int(node.pointee.operand)]))
        case .local1: known(Value(bits: frame(environment, 1)[Int(node.pointee.operand)]))
        case .local2: known(Value(bits: frame(environment, 2)[Int(node.pointee.operand)]))
        case .local: known(Value(bits: frame(environment, Int(node.pointee.b))[Int(node.pointee.operand)]))
        case .global: known(Value(bits: Words(bitPattern: node.pointee.a).unsafelyUnwrapped.pointee))
        default: .absent
        }
    }

    // MARK: Literals

    @inline(__always)
    func makeList(_ node: NodePointer, _ environment: Words) throws(EvaluationError) -> Value {
        let count = Int(node.pointee.operand)
        let children = Words(bitPattern: node.pointee.a).unsafelyUnwrapped
        let result = try list(count: count)
        let elements = result.elements
        // The elements are there for the collector before the first of them is made.
        var index = 0
        while index < count {
            elements[index] = try delayElement(NodePointer(bitPattern: children[index]).unsafelyUnwrapped, environment)
                .bits
            index &+= 1
        }
        return result
    }

    @inline(__always)
    func makeAttributes(_ node: NodePointer, _ environment: Words) throws(EvaluationError) -> Value {
        let count = Int(node.pointee.operand)
        let children = Words(bitPattern: node.pointee.b).unsafelyUnwrapped
        let cell = try allocate(count &+ 1)
        cell[0] = node.pointee.a
        var index = 0
        while index < count {
            cell[index &+ 1] = try delayElement(NodePointer(bitPattern: children[index]).unsafelyUnwrapped, environment)
                .bits
            index &+= 1
        }
        return Value(.attributes, cell)
    }
}
