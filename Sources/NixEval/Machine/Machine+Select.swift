import NixSyntax

/// Reading attributes: `a.b`, `a.b or c`, `a ? b`, names from `with`, and the fallback of open sets.
extension Machine {
    @inline(__always)
    func select(_ node: NodePointer, _ environment: Words) throws(EvaluationError) -> Value {
        // Errors of the subject get no frame of this selection where it is itself one: its own frame says more.
        let subject = try evaluate(node.pointee.nodeA, environment)
        if subject.isAttributes, subject.object[0] == node.pointee.b {
            let slot = subject.attributeValues + Int(node.pointee.c)
            let value = Value(bits: slot.pointee)
            if !value.isThunk { return value }
            return try forceAttribute(slot, node, subject)
        }
        return try selectMiss(subject, node, environment)
    }

    @inline(__always)
    private func forceAttribute(_ slot: Words, _ node: NodePointer, _ subject: Value) throws(EvaluationError) -> Value {
        let cell = Value(bits: slot.pointee).object
        if cell[0] == ThunkState.evaluated {
            slot.pointee = cell[1]
            return Value(bits: cell[1])
        }
        do throws(EvaluationError) {
            let result = try forceThunk(cell)
            slot.pointee = result.bits
            return result
        } catch {
            throw selectionFrame(error, node, subject)
        }
    }

    @inline(never)
    private func selectMiss(_ subject: Value, _ node: NodePointer, _ environment: Words) throws(EvaluationError)
        -> Value
    {
        let symbol = Symbol(rawValue: node.pointee.operand)
        guard subject.isAttributes else {
            throw framed(
                wrongType(subject, expected: "a set", 0).adding(
                    "while selecting an attribute", CodeArena.position(of: node)), node, environment)
        }
        if isLayered(subject) { return try selectLayered(subject, symbol, node, environment) }
        let index = subject.shape.index(of: symbol.rawValue)
        if index >= 0 {
            node.pointee.b = subject.object[0]
            node.pointee.c = UInt(index)
            let slot = subject.attributeValues + index
            let value = Value(bits: slot.pointee)
            if !value.isThunk { return value }
            return try forceAttribute(slot, node, subject)
        }
        if subject.shape.isOpen {
            let value = try fallback(subject, symbol)
            if !value.isAbsent { return try force(value) }
        }
        throw framed(missingAttribute(subject, symbol, CodeArena.position(of: node)), node, environment)
    }

    private func selectLayered(
        _ subject: Value, _ symbol: Symbol, _ node: NodePointer, _ environment: Words
    ) throws(EvaluationError) -> Value {
        let place = try place(of: symbol, in: subject)
        guard place.index >= 0 else {
            throw framed(missingAttribute(subject, symbol, CodeArena.position(of: node)), node, environment)
        }
        let slot = place.holder.attributeValues + place.index
        let value = Value(bits: slot.pointee)
        return value.isThunk ? try forceAttribute(slot, node, subject) : value
    }

    /// The place where an attribute is defined, or 0.
    func definition(of symbol: Symbol, in set: Value) -> UInt32 {
        let place = Machine.layeredPlace(of: symbol, in: set)
        return place.index < 0 ? 0 : place.holder.shape.positions[place.index]
    }

    /// An error while forcing what was selected gets a frame at the definition, if that has a place.
    @inline(never)
    private func selectionFrame(_ error: EvaluationError, _ node: NodePointer, _ subject: Value) -> EvaluationError {
        let position = definition(of: Symbol(rawValue: node.pointee.operand), in: subject)
        // The place of an infinite recursion is the definition that was asked for again, if that has one.
        if error.kind == .infiniteRecursion, error.position == 0, position != 0 { error.position = position }
        if position != 0 { error.locateDelayedCall(position, addsFrame: state.pointee.showsTrace) }
        let error = locating(error, node)
        guard position != 0, !evaluator.isInternal(position) else { return error }
        return error.adding("while evaluating the attribute '\(evaluator.selectionText(node))'", position)
    }

    /// An error in the middle of a path gets a frame at the definition of the last name that was there.
    private func framed(_ error: EvaluationError, _ node: NodePointer, _ environment: Words) -> EvaluationError {
        guard node.pointee.flags & 1 != 0 else { return error }
        let before = node.pointee.nodeA
        // Already evaluated, so this only looks the set up again.
        guard let set = try? evaluate(before.pointee.nodeA, environment), set.isAttributes else { return error }
        let position = definition(of: Symbol(rawValue: before.pointee.operand), in: set)
        guard position != 0, !evaluator.isInternal(position) else { return error }
        return error.adding("while evaluating the attribute '\(evaluator.selectionText(node))'", position)
    }

    func missingAttribute(_ set: Value, _ symbol: Symbol, _ position: UInt32) -> EvaluationError {
        let symbols = evaluator.symbols
        let error = EvaluationError(
            .missingAttribute, "attribute '\(evaluator.printed(symbol))' missing", at: position)
        guard let shape = try? flat(set).shape else { return error }
        error.suggestions = Suggestions.best(
            among: (0..<shape.count).map { symbols.string(of: Symbol(rawValue: shape.symbols[$0])) },
            for: symbols.string(of: symbol))
        return error
    }

    /// Asks the fallback of an open set for a name that it does not have.
    ///
    /// `absent` when it declines.
    @inline(never)
    func fallback(_ set: Value, _ symbol: Symbol) throws(EvaluationError) -> Value {
        let function = Value(bits: set.attributeValues[set.shape.count])
        let name = try string(of: symbol)
        let answer = try call(try force(function), name)
        return answer.isNull ? .absent : answer
    }

    /// The symbol that a path element names; evaluates it if it is an expression.
    func symbol(_ element: PathElement, _ environment: Words) throws(EvaluationError) -> Symbol {
        if element.symbol >= 0 { return Symbol(rawValue: element.symbol) }
        let node = NodePointer(bitPattern: element.node).unsafelyUnwrapped
        let name = try stringWithoutContext(
            try evaluate(node, environment), expressionPosition(node), "while evaluating an attribute name")
        return symbol(name)
    }

    /// The symbol whose name a string is.
    ///
    /// The strings that name attributes are mostly constants and names of sets, the same ones again and again.
    @inline(__always) func symbol(_ name: Value) -> Symbol {
        let slot = state.pointee.knownNames + Int(truncatingIfNeeded: (name.bits &* 0x9E37_79B9_7F4A_7C15) >> 51)
        if slot.pointee.name == name.bits { return Symbol(rawValue: slot.pointee.symbol) }
        return newSymbol(name, slot)
    }

    @inline(never)
    private func newSymbol(_ name: Value, _ slot: UnsafeMutablePointer<KnownName>) -> Symbol {
        let symbol = evaluator.symbols.intern(name.bytes)
        slot.pointee = KnownName(name: name.bits, symbol: symbol.rawValue)
        return symbol
    }

    func selectPath(_ node: NodePointer, _ environment: Words) throws(EvaluationError) -> Value {
        let elements = UnsafePointer<PathElement>(bitPattern: node.pointee.b).unsafelyUnwrapped
        let count = Int(node.pointee.operand)
        let hasDefault = node.pointee.c != 0
        let position = CodeArena.position(of: node)
        var current = try evaluate(node.pointee.nodeA, environment)
        // Where the last name that was there is defined.
        var definition: UInt32 = 0
        do throws(EvaluationError) {
            for index in 0..<count {
                let name = try symbol(elements[index], environment)
                if index > 0 { current = try force(current) }
                guard current.isAttributes else {
                    if hasDefault { break }
                    throw wrongType(current, expected: "a set", 0).adding("while selecting an attribute", position)
                }
                let (holder, found) = try place(of: name, in: current)
                if found < 0 {
                    if hasDefault { break }
                    let value = current.shape.isOpen ? try fallback(current, name) : .absent
                    if value.isAbsent { throw missingAttribute(current, name, position) }
                    current = value
                } else {
                    definition = holder.shape.positions[found]
                    current = Value(bits: holder.attributeValues[found])
                }
                if index == count - 1 {
                    do throws(EvaluationError) { return try force(current) } catch { throw locating(error, node) }
                }
            }
        } catch {
            guard definition != 0, !evaluator.isInternal(definition) else { throw error }
            throw error.adding("while evaluating the attribute '\(pathText(node, environment))'", definition)
        }
        return try evaluate(node.pointee.nodeC, environment)
    }

    private func pathText(_ node: NodePointer, _ environment: Words) -> String {
        let elements = UnsafePointer<PathElement>(bitPattern: node.pointee.b).unsafelyUnwrapped
        return (0..<Int(node.pointee.operand)).map { index in
            guard elements[index].symbol < 0 else {
                return evaluator.printed(Symbol(rawValue: elements[index].symbol))
            }
            if let name = try? symbol(elements[index], environment) { return evaluator.printed(name) }
            return "\"${\(evaluator.expressionText(ofName: elements[index].position))}\""
        }.joined(separator: ".")
    }

    func hasAttribute(_ node: NodePointer, _ environment: Words) throws(EvaluationError) -> Value {
        let elements = UnsafePointer<PathElement>(bitPattern: node.pointee.b).unsafelyUnwrapped
        var current = try evaluate(node.pointee.nodeA, environment)
        for index in 0..<Int(node.pointee.operand) {
            current = try force(current)
            let name = try symbol(elements[index], environment)
            guard current.isAttributes else { return .false }
            let (holder, found) = try place(of: name, in: current)
            guard found >= 0 else { return .false }
            current = Value(bits: holder.attributeValues[found])
        }
        return .true
    }

    /// A name that only enclosing `with`s can give: the innermost closed set that has it, else the innermost open set
    /// that has it, else the innermost open set whose fallback answers.
    @inline(never)
    func lookUpWith(_ node: NodePointer, _ environment: Words) throws(EvaluationError) -> Value {
        let levels = UnsafePointer<Int32>(bitPattern: node.pointee.a).unsafelyUnwrapped
        let symbol = Symbol(rawValue: node.pointee.operand)
        let count = Int(levels[0])
        var openSets = 0
        for index in 1...count {
            let scope = try withScope(frame(environment, Int(levels[2 * index - 1])), levels[2 * index])
            if index == 1, scope.object[0] == node.pointee.b {
                return try forceSlot(scope.attributeValues + Int(node.pointee.c), node)
            }
            if scope.shape.isOpen, count > 1 {
                openSets += 1
                continue
            }
            let (holder, found) = try place(of: symbol, in: scope)
            if found >= 0 {
                if index == 1, !isLayered(scope) {
                    node.pointee.b = scope.object[0]
                    node.pointee.c = UInt(found)
                }
                return try forceSlot(holder.attributeValues + found, node)
            }
            if scope.shape.isOpen { openSets += 1 }
        }
        if openSets > 0, let value = try lookUpOpen(levels, symbol, node, environment) { return value }
        throw EvaluationError(
            .undefinedVariable, "undefined variable '\(evaluator.symbols.string(of: symbol))'",
            at: CodeArena.position(of: node))
    }

    private func lookUpOpen(
        _ levels: UnsafePointer<Int32>, _ symbol: Symbol, _ node: NodePointer, _ environment: Words
    ) throws(EvaluationError) -> Value? {
        for asksFallback in [false, true] {
            for index in 1...Int(levels[0]) {
                let scope = try withScope(frame(environment, Int(levels[2 * index - 1])), levels[2 * index])
                guard scope.shape.isOpen else { continue }
                if asksFallback {
                    let value = try fallback(scope, symbol)
                    if !value.isAbsent { return try force(value) }
                } else {
                    let found = scope.shape.index(of: symbol.rawValue)
                    if found >= 0 { return try forceSlot(scope.attributeValues + found, node) }
                }
            }
        }
        return nil
    }

    @inline(__always)
    private func withScope(_ frame: Words, _ position: Int32) throws(EvaluationError) -> Value {
        let slot = frame + 1
        let value = Value(bits: slot.pointee)
        if value.isAttributes { return value }
        let scope = try forceAttributes(
            value, UInt32(bitPattern: position), "while evaluating the first subexpression of a with expression")
        slot.pointee = scope.bits
        return scope
    }
}
