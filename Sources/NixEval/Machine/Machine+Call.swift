import CStack
import NixSyntax

/// Calling functions: lambdas, builtins, what is partially applied, and sets with `__functor`.
extension Machine {
    /// A call of one argument, whose node is not evaluated before the function asks for it.
    @inline(__always)
    func call(_ function: Value, _ node: NodePointer, _ environment: Words) throws(EvaluationError) -> Value {
        if function.isLambda {
            let code = function.lambdaCode
            if code.pointee.pattern == 0, code.pointee.arity == 1 {
                let argument = try delay(node.pointee.nodeB, environment)
                let frame = try allocate(Int(code.pointee.frameWords))
                frame[0] = function.object[1]
                frame[1] = argument.bits
                clear(frame, from: 2, to: Int(code.pointee.frameWords))
                return try enter(code, frame, position: CodeArena.position(of: node))
            }
        }
        return try callOne(function, node, environment)
    }

    @inline(__always) private func clear(_ frame: Words, from first: Int, to end: Int) {
        var index = first
        while index < end {
            frame[index] = 0
            index &+= 1
        }
    }

    @inline(never)
    private func callOne(_ function: Value, _ node: NodePointer, _ environment: Words) throws(EvaluationError) -> Value
    {
        if function.isLambda, function.lambdaCode.pointee.pattern != 0 {
            // The argument is forced at once in any case, so no thunk is made for it.
            let code = function.lambdaCode
            let position = CodeArena.position(of: node)
            var argument: Value
            do throws(EvaluationError) {
                argument = try evaluate(node.pointee.nodeB, environment)
                guard argument.isAttributes else {
                    throw wrongType(argument, expected: "a set", 0)
                        .adding("while evaluating the value passed for the lambda argument", code.pointee.position)
                }
            } catch {
                throw error.adding("from call site", position)
            }
            return try callPattern(function, argument, position)
        }
        if function.isBox(.builtin) {
            let builtin = state.pointee.builtins + function.builtinIndex
            if builtin.pointee.arity == 1 {
                let argument = try argumentValue(node.pointee.nodeB, environment, builtin, 0)
                return try invoke(builtin, argument, .absent, .absent, CodeArena.position(of: node))
            }
        }
        var argument = try delay(node.pointee.nodeB, environment).bits
        return try apply(function, &argument, 1, CodeArena.position(of: node))
    }

    @inline(__always)
    func callTwo(_ node: NodePointer, _ environment: Words) throws(EvaluationError) -> Value {
        let function = try evaluate(node.pointee.nodeA, environment)
        if function.isLambda {
            let code = function.lambdaCode
            if code.pointee.arity == 2 {
                let first = try delay(node.pointee.nodeB, environment)
                let second = try delay(node.pointee.nodeC, environment)
                let frame = try allocate(Int(code.pointee.frameWords))
                frame[0] = function.object[1]
                frame[1] = first.bits
                frame[2] = second.bits
                clear(frame, from: 3, to: Int(code.pointee.frameWords))
                return try enter(code, frame, position: CodeArena.position(of: node))
            }
        } else if function.isBox(.builtin) {
            let builtin = state.pointee.builtins + function.builtinIndex
            if builtin.pointee.arity == 2 {
                let first = try argumentValue(node.pointee.nodeB, environment, builtin, 0)
                let second = try argumentValue(node.pointee.nodeC, environment, builtin, 1)
                return try invoke(builtin, first, second, .absent, CodeArena.position(of: node))
            }
        }
        let arguments = try allocate(2)
        arguments[1] = 0
        arguments[0] = try delay(node.pointee.nodeB, environment).bits
        arguments[1] = try delay(node.pointee.nodeC, environment).bits
        return try apply(function, arguments, 2, CodeArena.position(of: node))
    }

    @inline(never)
    func callMany(_ node: NodePointer, _ environment: Words) throws(EvaluationError) -> Value {
        let function = try evaluate(node.pointee.nodeA, environment)
        let count = Int(node.pointee.operand)
        let nodes = Words(bitPattern: node.pointee.b).unsafelyUnwrapped
        if function.isLambda, function.lambdaCode.pointee.arity == count, function.lambdaCode.pointee.pattern == 0 {
            let code = function.lambdaCode
            let frame = try newFrame(words: Int(code.pointee.frameWords), up: function.lambdaEnvironment)
            for index in 0..<count {
                frame[index &+ 1] = try delay(NodePointer(bitPattern: nodes[index]).unsafelyUnwrapped, environment).bits
            }
            return try enter(code, frame, position: CodeArena.position(of: node))
        }
        if count == 3, function.isBox(.builtin) {
            let builtin = state.pointee.builtins + function.builtinIndex
            if builtin.pointee.arity == 3 {
                func argument(_ index: Int) throws(EvaluationError) -> Value {
                    try argumentValue(
                        NodePointer(bitPattern: nodes[index]).unsafelyUnwrapped, environment, builtin, index)
                }
                let first = try argument(0)
                let second = try argument(1)
                let third = try argument(2)
                return try invoke(builtin, first, second, third, CodeArena.position(of: node))
            }
        }
        let arguments = try allocate(count)
        for index in 0..<count { arguments[index] = 0 }
        for index in 0..<count {
            arguments[index] = try delay(NodePointer(bitPattern: nodes[index]).unsafelyUnwrapped, environment).bits
        }
        return try apply(function, arguments, count, CodeArena.position(of: node))
    }

    /// An argument that the builtin forces at once is evaluated without a thunk.
    ///
    /// Should that fail, the builtin gets a
    /// thunk that fails the same way, so that order and wording of the error stay the builtin's.
    @inline(__always)
    private func argumentValue(
        _ node: NodePointer, _ environment: Words, _ builtin: UnsafeMutablePointer<Builtin>, _ index: Int
    ) throws(EvaluationError) -> Value {
        let opcode = node.pointee.opcode
        // A variable needs no thunk, and is left for the builtin to force, whose errors have another place.
        let isVariable = opcode == .local0 || opcode == .local1 || opcode == .local2 || opcode == .local
        let depth = state.pointee.callDepth
        if !isVariable, builtin.pointee.strictMask & (1 << UInt8(index)) != 0, depth < state.pointee.maximumCallDepth {
            // As deep as in the call.
            state.pointee.callDepth = depth &+ 1
            defer { state.pointee.callDepth = depth }
            do throws(EvaluationError) { return try evaluate(node, environment) } catch {
                return try evaluator.keep(error)
            }
        }
        return try delay(node, environment)
    }

    /// Runs the body of a lambda in its frame: one level of call depth.
    ///
    /// The position is only asked for by an error.
    @inline(__always)
    private func enter(
        _ code: UnsafeMutablePointer<LambdaCode>, _ frame: Words, position: @autoclosure () -> UInt32
    ) throws(EvaluationError) -> Value {
        let depth = state.pointee.callDepth
        if depth >= state.pointee.callDepthLimit { return try enterObserved(code, frame, position()) }
        try checkStack()
        state.pointee.callDepth = depth &+ 1
        do throws(EvaluationError) {
            let result = try run(NodePointer(bitPattern: code.pointee.body).unsafelyUnwrapped, frame)
            state.pointee.callDepth = depth
            return result
        } catch {
            state.pointee.callDepth = depth
            throw callFrames(error, code, position())
        }
    }

    @inline(never) func tooDeep(_ position: UInt32) -> EvaluationError {
        EvaluationError(.stackOverflow, "stack overflow; max-call-depth exceeded", at: position)
    }

    @inline(never)
    func callFrames(_ error: EvaluationError, _ code: UnsafeMutablePointer<LambdaCode>, _ position: UInt32)
        -> EvaluationError
    {
        guard state.pointee.showsTrace else { return error }
        let name = code.pointee.name
        let text =
            name < 0
            ? "while calling anonymous lambda"
            : "while calling '\(evaluator.symbols.string(of: Symbol(rawValue: name)))'"
        // Of curried arguments the last one's function is the one whose body ran.
        let place =
            code.pointee.pattern != 0
            ? code.pointee.position
            : UnsafePointer<UInt32>(bitPattern: code.pointee.positions).unsafelyUnwrapped[Int(code.pointee.arity) - 1]
        let result = error.adding(text, place)
        return position == 0 ? result : result.adding("from call site", position)
    }

    /// Calls a builtin with all its arguments.
    @inline(__always)
    func invoke(
        _ builtin: UnsafeMutablePointer<Builtin>, _ first: Value, _ second: Value, _ third: Value, _ position: UInt32
    ) throws(EvaluationError) -> Value {
        let depth = state.pointee.callDepth
        if depth >= state.pointee.callDepthLimit {
            return try invokeObserved(builtin, first, second, third, position)
        }
        try checkStack()
        state.pointee.callDepth = depth &+ 1
        do throws(EvaluationError) {
            let result = try builtin.pointee.function(self, first, second, third, position)
            state.pointee.callDepth = depth
            return result
        } catch {
            state.pointee.callDepth = depth
            throw builtinFrame(error, builtin, position)
        }
    }

    @inline(never)
    func builtinFrame(_ error: EvaluationError, _ builtin: UnsafeMutablePointer<Builtin>, _ position: UInt32)
        -> EvaluationError
    {
        guard builtin.pointee.addsTrace else { return error }
        return error.adding("while calling the '\(builtin.pointee.name)' builtin", position)
    }

    // MARK: Patterns

    /// Calls a lambda with a pattern on a set.
    func callPattern(_ function: Value, _ given: Value, _ position: UInt32) throws(EvaluationError) -> Value {
        let argument = try flat(given)
        let code = function.lambdaCode
        let pattern = UnsafeMutablePointer<PatternCode>(bitPattern: code.pointee.pattern).unsafelyUnwrapped
        let frame = try newFrame(words: Int(code.pointee.frameWords), up: function.lambdaEnvironment)
        let shape = argument.shape
        if pattern.pointee.cachedShape != shape.address { try match(pattern, argument, code, position) }
        let count = Int(pattern.pointee.count)
        let formals = pattern.pointee.formals
        let indices = pattern.pointee.cachedIndices
        let values = argument.attributeValues
        if pattern.pointee.wholeSlot != 0 { frame[Int(pattern.pointee.wholeSlot)] = argument.bits }
        var needsDefaults = false
        var index = 0
        while index < count {
            let found = Int(indices[index])
            if found >= 0 {
                frame[Int(formals[index].slot)] = values[found]
            } else {
                needsDefaults = true
            }
            index &+= 1
        }
        if needsDefaults {
            // A fallback may call this lambda again and so rewrite the cache; the frame is what counts.
            for index in 0..<count where frame[Int(formals[index].slot)] == 0 {
                let formal = formals[index]
                var value = Value.absent
                if shape.isOpen {
                    value = try openAttribute(argument, Symbol(rawValue: formal.symbol), formal.defaultNode)
                }
                if value.isAbsent, formal.defaultNode != 0 {
                    value = try delay(NodePointer(bitPattern: formal.defaultNode).unsafelyUnwrapped, frame)
                }
                frame[Int(formal.slot)] = value.bits
            }
        }
        return try enter(code, frame, position: position)
    }

    /// The fallback of an open set stands in for a formal without default; one with a default takes the default.
    private func openAttribute(_ set: Value, _ symbol: Symbol, _ defaultNode: UInt) throws(EvaluationError) -> Value {
        defaultNode != 0 ? .absent : try fallback(set, symbol)
    }

    /// Finds where a shape has the formals, checks that none is missing and none unexpected, and remembers it.
    @inline(never)
    private func match(
        _ pattern: UnsafeMutablePointer<PatternCode>, _ argument: Value, _ code: UnsafeMutablePointer<LambdaCode>,
        _ position: UInt32
    ) throws(EvaluationError) {
        let shape = argument.shape
        let count = Int(pattern.pointee.count)
        pattern.pointee.cachedShape = 0
        var used = 0
        for index in 0..<count {
            let formal = pattern.pointee.formals[index]
            let found = shape.index(of: formal.symbol)
            pattern.pointee.cachedIndices[index] = Int32(found)
            if found >= 0 {
                used += 1
            } else if formal.defaultNode == 0, !shape.isOpen {
                throw missingArgument(code, formal.symbol, position)
            }
        }
        if !pattern.pointee.hasEllipsis, used != shape.count {
            throw unexpectedArgument(pattern, shape, code, position)
        }
        pattern.pointee.cachedShape = shape.address
    }

    private func functionName(_ code: UnsafeMutablePointer<LambdaCode>) -> String {
        code.pointee.name < 0
            ? "anonymous lambda" : evaluator.symbols.string(of: Symbol(rawValue: code.pointee.name))
    }

    private func missingArgument(_ code: UnsafeMutablePointer<LambdaCode>, _ symbol: Int32, _ position: UInt32)
        -> EvaluationError
    {
        let name = evaluator.symbols.string(of: Symbol(rawValue: symbol))
        return EvaluationError(
            .type, "function '\(functionName(code))' called without required argument '\(name)'",
            at: code.pointee.position
        ).adding("from call site", position)
    }

    private func unexpectedArgument(
        _ pattern: UnsafeMutablePointer<PatternCode>, _ shape: Shape, _ code: UnsafeMutablePointer<LambdaCode>,
        _ position: UInt32
    ) -> EvaluationError {
        let formals = UnsafeBufferPointer(start: pattern.pointee.formals, count: Int(pattern.pointee.count))
        let symbols = evaluator.symbols
        var unexpected = ""
        var name = ""
        for index in 0..<shape.count where !formals.contains(where: { $0.symbol == shape.symbols[index] }) {
            unexpected = symbols.string(of: Symbol(rawValue: shape.symbols[index]))
            name = evaluator.printed(Symbol(rawValue: shape.symbols[index]))
            break
        }
        let error = EvaluationError(
            .type, "function '\(functionName(code))' called with unexpected argument '\(name)'",
            at: code.pointee.position
        ).adding("from call site", position)
        error.suggestions = Suggestions.best(
            among: formals.map { symbols.string(of: Symbol(rawValue: $0.symbol)) }, for: unexpected)
        return error
    }

    // MARK: Values as arguments

    /// Applies a function to one value, which may be a thunk.
    @inline(__always)
    func call(_ function: Value, _ argument: Value, _ position: UInt32 = 0) throws(EvaluationError) -> Value {
        if function.isLambda, function.lambdaCode.pointee.arity == 1, function.lambdaCode.pointee.pattern == 0 {
            let code = function.lambdaCode
            let frame = try allocate(Int(code.pointee.frameWords))
            frame[0] = function.object[1]
            frame[1] = argument.bits
            clear(frame, from: 2, to: Int(code.pointee.frameWords))
            return try enter(code, frame, position: position)
        }
        var word = argument.bits
        return try apply(function, &word, 1, position)
    }

    /// Applies a function to two values, which may be thunks.
    @inline(__always)
    func call(_ function: Value, _ first: Value, _ second: Value, _ position: UInt32 = 0) throws(EvaluationError)
        -> Value
    {
        if function.isLambda, function.lambdaCode.pointee.arity == 2 {
            let code = function.lambdaCode
            let frame = try allocate(Int(code.pointee.frameWords))
            frame[0] = function.object[1]
            frame[1] = first.bits
            frame[2] = second.bits
            clear(frame, from: 3, to: Int(code.pointee.frameWords))
            return try enter(code, frame, position: position)
        }
        let words = try allocate(2)
        words[0] = first.bits
        words[1] = second.bits
        return try apply(function, words, 2, position)
    }

    /// A thunk of a builtin: word 0 of the environment applied to those after it.
    @inline(never)
    func applyDelayed(_ node: NodePointer, _ environment: Words) throws(EvaluationError) -> Value {
        let function = try force(Value(bits: environment[0]))
        switch node.pointee.operand {
        case 1: return try call(function, Value(bits: environment[1]))
        case 2: return try call(function, Value(bits: environment[1]), Value(bits: environment[2]))
        default: return try apply(function, environment + 1, Int(node.pointee.operand), 0)
        }
    }

    /// Applies any callable value to `count` words.
    @inline(never)
    func apply(_ callee: Value, _ arguments: UnsafePointer<UInt>, _ count: Int, _ position: UInt32)
        throws(EvaluationError) -> Value
    {
        var function = try force(callee)
        var used = 0
        while used < count {
            let rest = count - used
            if function.isLambda {
                let code = function.lambdaCode
                let arity = Int(code.pointee.arity)
                if code.pointee.pattern != 0 {
                    let argument = try patternArgument(Value(bits: arguments[used]), code, position)
                    function = try callPattern(function, argument, position)
                    used += 1
                } else if rest >= arity {
                    let frame = try newFrame(words: Int(code.pointee.frameWords), up: function.lambdaEnvironment)
                    for index in 0..<arity { frame[index + 1] = arguments[used + index] }
                    function = try enter(code, frame, position: position)
                    used += arity
                } else {
                    return try partial(.partialLambda, UInt(rest), function.bits, nil, 0, arguments + used, rest)
                }
                continue
            }
            switch function.boxKind {
            case .builtin:
                let builtin = state.pointee.builtins + function.builtinIndex
                let arity = Int(builtin.pointee.arity)
                guard rest >= arity else {
                    return try partial(
                        .partialBuiltin, UInt(rest) | UInt(function.builtinIndex) << 5, nil, nil, 0, arguments + used,
                        rest)
                }
                func argument(_ index: Int) -> Value { index < arity ? Value(bits: arguments[used + index]) : .absent }
                function = try invoke(builtin, argument(0), argument(1), argument(2), position)
                used += arity
            case .partialBuiltin:
                let index = function.builtinIndex
                let builtin = state.pointee.builtins + index
                let arity = Int(builtin.pointee.arity)
                let have = function.partialCount
                let earlier = function.object + 1
                guard have + rest >= arity else {
                    return try partial(
                        .partialBuiltin, UInt(have + rest) | UInt(index) << 5, nil, earlier, have, arguments + used,
                        rest)
                }
                func argument(_ index: Int) -> Value {
                    if index >= arity { return .absent }
                    return Value(bits: index < have ? earlier[index] : arguments[used + index - have])
                }
                function = try invoke(builtin, argument(0), argument(1), argument(2), position)
                used += arity - have
            case .partialLambda:
                let lambda = Value(bits: function.object[1])
                let code = lambda.lambdaCode
                let arity = Int(code.pointee.arity)
                let have = function.partialCount
                let earlier = function.object + 2
                guard have + rest >= arity else {
                    return try partial(
                        .partialLambda, UInt(have + rest), lambda.bits, earlier, have, arguments + used, rest)
                }
                let frame = try newFrame(words: Int(code.pointee.frameWords), up: lambda.lambdaEnvironment)
                for index in 0..<have { frame[index + 1] = earlier[index] }
                for index in have..<arity { frame[index + 1] = arguments[used + index - have] }
                function = try enter(code, frame, position: position)
                used += arity - have
            default:
                function = try callFunctor(function, Value(bits: arguments[used]), position)
                used += 1
            }
        }
        return function
    }

    private func patternArgument(_ value: Value, _ code: UnsafeMutablePointer<LambdaCode>, _ position: UInt32)
        throws(EvaluationError) -> Value
    {
        do throws(EvaluationError) {
            let argument = try force(value)
            guard argument.isAttributes else {
                throw wrongType(argument, expected: "a set", 0)
                    .adding("while evaluating the value passed for the lambda argument", code.pointee.position)
            }
            return argument
        } catch {
            throw position == 0 ? error : error.adding("from call site", position)
        }
    }

    private func callFunctor(_ function: Value, _ argument: Value, _ position: UInt32) throws(EvaluationError) -> Value
    {
        guard function.isAttributes, case let place = Machine.layeredPlace(of: known.functor, in: function),
            place.index >= 0
        else {
            throw EvaluationError(
                .type,
                "attempt to call something which is not a function but \(typeName(function)): \(summary(function))",
                at: position)
        }
        try enterLevel(position)
        defer { leaveLevel() }
        let words = try allocate(2)
        words[0] = function.bits
        words[1] = argument.bits
        let functor = Value(bits: place.holder.attributeValues[place.index])
        let definition = place.holder.shape.positions[place.index]
        do throws(EvaluationError) { return try apply(functor, words, 2, definition) } catch {
            throw error.adding(
                "while calling a functor (an attribute set with a '__functor' attribute)", position)
        }
    }

    /// A box with `earlier` and `new` arguments behind its header (and behind `function` if there is one).
    private func partial(
        _ kind: BoxKind, _ payload: UInt, _ function: UInt?, _ earlier: Words?, _ have: Int,
        _ new: UnsafePointer<UInt>, _ count: Int
    ) throws(EvaluationError) -> Value {
        let lead = function == nil ? 1 : 2
        let cell = try allocate(lead + have + count)
        cell[0] = payload << 11 | kind.rawValue << 3 | Tag.integer.rawValue
        if let function { cell[1] = function }
        for index in 0..<have { cell[lead + index] = earlier.unsafelyUnwrapped[index] }
        for index in 0..<count { cell[lead + have + index] = new[index] }
        return Value(.boxed, cell)
    }
}

extension Value {
    /// How many arguments a partially applied function has.
    @inline(__always) var partialCount: Int { Int(object[0] >> 11 & 31) }
}
