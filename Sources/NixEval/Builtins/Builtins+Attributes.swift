import NixSyntax

/// Attribute sets.
extension Builtins {
    static let attributes: [Builtin] = [
        Builtin("attrNames", 1, strict: 1) { (machine, set, _, _, _) throws(EvaluationError) in
            let set = try machine.forceAttributes(
                set, 0, "while evaluating the argument passed to builtins.attrNames")
            let count = set.shape.count
            let order = try machine.order(set.shape)
            let result = try machine.list(count: count)
            for index in 0..<count {
                let symbol = Symbol(rawValue: set.shape.symbols[Int(order[index])])
                result.elements[index] = machine.evaluator.nameString(symbol).bits
            }
            return result
        },
        Builtin("attrValues", 1, strict: 1) { (machine, set, _, _, _) throws(EvaluationError) in
            let set = try machine.forceAttributes(
                set, 0, "while evaluating the argument passed to builtins.attrValues")
            let count = set.shape.count
            let order = try machine.order(set.shape)
            let result = try machine.list(count: count)
            for index in 0..<count { result.elements[index] = set.attributeValues[Int(order[index])] }
            return result
        },
        Builtin("getAttr", 2, strict: 3) { (machine, name, set, _, _) throws(EvaluationError) in
            let text = try machine.stringWithoutContext(
                name, 0, "while evaluating the first argument passed to builtins.getAttr")
            let set = try machine.forceLayeredAttributes(
                set, 0, "while evaluating the second argument passed to builtins.getAttr")
            return try machine.force(
                try machine.required(
                    machine.symbol(text), in: set, "in the attribute set under consideration"))
        },
        Builtin("hasAttr", 2, strict: 3) { (machine, name, set, _, _) throws(EvaluationError) in
            let text = try machine.stringWithoutContext(
                name, 0, "while evaluating the first argument passed to builtins.hasAttr")
            let set = try machine.forceLayeredAttributes(
                set, 0, "while evaluating the second argument passed to builtins.hasAttr")
            return Value(try machine.place(of: machine.symbol(text), in: set).index >= 0)
        },
        Builtin("unsafeGetAttrPos", 2, strict: 3) { (machine, name, set, _, _) throws(EvaluationError) in
            let text = try machine.stringWithoutContext(
                name, 0, "while evaluating the first argument passed to builtins.unsafeGetAttrPos")
            let set = try machine.forceLayeredAttributes(
                set, 0, "while evaluating the second argument passed to builtins.unsafeGetAttrPos")
            let place = try machine.place(of: machine.symbol(text), in: set)
            return place.index < 0
                ? .null : try machine.evaluator.positionValue(place.holder.shape.positions[place.index])
        },
        Builtin("removeAttrs", 2, strict: 3, isGlobal: true, function: removeAttributes),
        Builtin("intersectAttrs", 2, strict: 3) { (machine, first, second, _, _) throws(EvaluationError) in
            let left = try machine.forceAttributes(
                first, 0, "while evaluating the first argument passed to builtins.intersectAttrs")
            let right = try machine.forceAttributes(
                second, 0, "while evaluating the second argument passed to builtins.intersectAttrs")
            if right.shape.isOpen { return try intersectOpen(machine, left, right) }
            if left.shape.count < right.shape.count {
                // Few names looked up in a large set.
                var kept: [Int] = []
                for index in 0..<left.shape.count {
                    let found = right.shape.index(of: left.shape.symbols[index])
                    if found >= 0 { kept.append(found) }
                }
                return try machine.subset(right, kept)
            }
            return try machine.subset(
                right, (0..<right.shape.count).filter { left.shape.index(of: right.shape.symbols[$0]) >= 0 })
        },
        Builtin("catAttrs", 2) { (machine, name, list, _, _) throws(EvaluationError) in
            let text = try machine.stringWithoutContext(
                name, 0, "while evaluating the first argument passed to builtins.catAttrs")
            let symbol = machine.symbol(text)
            let values = try machine.forceList(
                list, 0, "while evaluating the second argument passed to builtins.catAttrs")
            var result = try ValueBuffer(machine)
            for index in 0..<values.listCount {
                let set = try machine.forceLayeredAttributes(
                    Value(bits: values.elements[index]), 0,
                    "while evaluating an element in the list passed as second argument to builtins.catAttrs")
                let value = set.attribute(symbol)
                if !value.isAbsent { try result.append(value, machine) }
            }
            return try result.list(machine)
        },
        Builtin("listToAttrs", 1, strict: 1, function: listToAttributes),
        Builtin("mapAttrs", 2, strict: 2) { (machine, function, set, _, _) throws(EvaluationError) in
            let set = try machine.forceAttributes(
                set, 0, "while evaluating the second argument passed to builtins.mapAttrs")
            let shape = try machine.withoutPositions(set.shape)
            let count = shape.count
            if count == 0 { return machine.state.pointee.emptyAttributes }
            let result = try machine.emptySet(shape)
            for index in 0..<count {
                let name = machine.evaluator.nameString(Symbol(rawValue: shape.symbols[index]))
                result.attributeValues[index] =
                    try machine.delayedApplication(function, name, Value(bits: set.attributeValues[index])).bits
            }
            return result
        },
        Builtin("zipAttrsWith", 2, function: zipAttributesWith),
    ]

    private static func removeAttributes(
        _ machine: Machine, _ set: Value, _ names: Value, _: Value, _: UInt32
    ) throws(EvaluationError) -> Value {
        let set = try machine.forceAttributes(
            set, 0, "while evaluating the first argument passed to builtins.removeAttrs")
        let list = try machine.forceList(
            names, 0, "while evaluating the second argument passed to builtins.removeAttrs")
        let shape = set.shape
        var removed: [Int] = []
        for index in 0..<list.listCount {
            let name = try machine.stringWithoutContext(
                Value(bits: list.elements[index]), 0,
                "while evaluating the values of the second argument passed to builtins.removeAttrs")
            let found = shape.index(of: machine.symbol(name).rawValue)
            if found >= 0 { removed.append(found) }
        }
        return removed.isEmpty ? set : try machine.removing(&removed, from: set)
    }

    /// The right set's own names, and what its fallback gives for the formals without default of the left one.
    private static func intersectOpen(_ machine: Machine, _ left: Value, _ right: Value) throws(EvaluationError)
        -> Value
    {
        let count = left.shape.count
        let keep = try machine.allocate(max(count, 1))
        for index in 0..<count { keep[index] = 0 }
        var entries: [AttributeEntry] = []
        for index in 0..<count {
            let symbol = Symbol(rawValue: left.shape.symbols[index])
            var value = right.attribute(symbol)
            // `false` is what `functionArgs` says of a formal without default.
            let isFormal = try machine.force(Value(bits: left.attributeValues[index])).bits == Value.false.bits
            if value.isAbsent, isFormal { value = try machine.fallback(right, symbol) }
            if value.isAbsent { continue }
            keep[index] = value.bits
            entries.append(AttributeEntry(symbol: symbol, value: value.bits, position: 0))
        }
        let result = try machine.attributes(&entries)
        machine.keepAlive(keep)
        return result
    }

    private static func listToAttributes(
        _ machine: Machine, _ list: Value, _: Value, _: Value, _: UInt32
    ) throws(EvaluationError) -> Value {
        let values = try machine.forceList(
            list, 0, "while evaluating the argument passed to builtins.listToAttrs")
        let count = values.listCount
        let keep = try machine.allocate(max(count, 1))
        for index in 0..<count { keep[index] = 0 }
        let known = machine.known
        var entries: [AttributeEntry] = []
        entries.reserveCapacity(count)
        for index in 0..<count {
            let (set, symbol) = try pair(Value(bits: values.elements[index]), machine)
            let valueIndex = set.shape.index(of: known.value.rawValue)
            if valueIndex < 0 {
                // Only the first of equal names needs a value, and only once all names are there.
                if entries.contains(where: { $0.symbol == symbol }) { continue }
                for later in (index + 1)..<count { _ = try pair(Value(bits: values.elements[later]), machine) }
            }
            let value = try machine.required(known.value, in: set, "in a {name=...; value=...;} pair")
            keep[index] = value.bits
            entries.append(
                AttributeEntry(
                    symbol: symbol, value: value.bits,
                    position: valueIndex < 0 ? 0 : set.shape.positions[valueIndex]))
        }
        let result = try machine.attributes(&entries)
        machine.keepAlive(keep)
        return result
    }

    /// An element of the list that `listToAttrs` is given, and its name.
    @inline(__always)
    private static func pair(_ element: Value, _ machine: Machine) throws(EvaluationError) -> (Value, Symbol) {
        let set = try machine.forceLayeredAttributes(
            element, 0, "while evaluating an element of the list passed to builtins.listToAttrs")
        let name = try machine.stringWithoutContext(
            try machine.required(machine.known.name, in: set, "in a {name=...; value=...;} pair"),
            machine.definition(of: machine.known.name, in: set),
            "while evaluating the `name` attribute of an element of the list passed to builtins.listToAttrs")
        return (set, machine.symbol(name))
    }

    private static func zipAttributesWith(
        _ machine: Machine, _ function: Value, _ list: Value, _: Value, _: UInt32
    ) throws(EvaluationError) -> Value {
        let callee = try machine.forceFunction(
            function, 0, "while evaluating the first argument passed to builtins.zipAttrsWith")
        let sets = try machine.forceList(
            list, 0, "while evaluating the second argument passed to builtins.zipAttrsWith")
        var counts: [Int32: Int] = [:]
        for index in 0..<sets.listCount {
            let set = try machine.forceAttributes(
                Value(bits: sets.elements[index]), 0,
                "while evaluating a value of the list passed as second argument to builtins.zipAttrsWith")
            for name in 0..<set.shape.count { counts[set.shape.symbols[name], default: 0] += 1 }
        }
        if counts.isEmpty { return machine.state.pointee.emptyAttributes }
        let symbols = counts.keys.sorted()
        let shape = try machine.shape(symbols: symbols, positions: nil, count: symbols.count)
        let result = try machine.emptySet(shape)
        let lists = try machine.emptySet(shape)
        for (index, symbol) in symbols.enumerated() {
            lists.attributeValues[index] = try machine.list(count: counts[symbol] ?? 0).bits
        }
        var filled = [Int](repeating: 0, count: symbols.count)
        for index in 0..<sets.listCount {
            let set = try machine.flat(try machine.force(Value(bits: sets.elements[index])))
            for name in 0..<set.shape.count {
                let target = shape.index(of: set.shape.symbols[name])
                Value(bits: lists.attributeValues[target]).elements[filled[target]] = set.attributeValues[name]
                filled[target] += 1
            }
        }
        for (index, symbol) in symbols.enumerated() {
            let name = machine.evaluator.nameString(Symbol(rawValue: symbol))
            result.attributeValues[index] =
                try machine.delayedApplication(callee, name, Value(bits: lists.attributeValues[index])).bits
        }
        machine.keepAlive(lists.object)
        return result
    }
}

extension Machine {
    /// A set whose values are all `absent`, for filling while evaluation goes on.
    func emptySet(_ shape: Shape) throws(EvaluationError) -> Value {
        let result = try attributes(shape)
        for index in 0..<shape.valueCount { result.attributeValues[index] = 0 }
        return result
    }

    /// `set` without the attributes at the given indices, which may be in any order and repeated.
    func removing(_ indices: inout [Int], from set: Value) throws(EvaluationError) -> Value {
        indices.sort()
        var distinct = 0
        for index in indices where distinct == 0 || indices[distinct - 1] != index {
            indices[distinct] = index
            distinct += 1
        }
        let shape = set.shape
        let count = shape.count - distinct
        guard count > 0, shape.hasPositions else {
            var kept = Array(0..<shape.count)
            for index in indices[..<distinct].reversed() { kept.remove(at: index) }
            return try subset(set, kept)
        }
        let smaller = try newShape(count: count, isOpen: shape.isOpen)
        Machine.copy(smaller.symbols, shape.symbols, shape.count, without: indices[..<distinct])
        Machine.copy(smaller.positions, shape.positions, shape.count, without: indices[..<distinct])
        let result = try attributes(smaller)
        Machine.copy(result.attributeValues, set.attributeValues, shape.count, without: indices[..<distinct])
        if shape.isOpen { result.attributeValues[count] = set.attributeValues[shape.count] }
        return result
    }

    private static func copy<T>(
        _ target: UnsafeMutablePointer<T>, _ source: UnsafeMutablePointer<T>, _ count: Int, without: ArraySlice<Int>
    ) {
        var target = target
        var copied = 0
        for index in without {
            target.update(from: source + copied, count: index - copied)
            target += index - copied
            copied = index + 1
        }
        target.update(from: source + copied, count: count - copied)
    }

    /// The attributes of `set` at the given indices, which may be in any order.
    func subset(_ set: Value, _ indices: [Int]) throws(EvaluationError) -> Value {
        let shape = set.shape
        if indices.count == shape.count { return set }
        if indices.isEmpty, !shape.isOpen { return state.pointee.emptyAttributes }
        let kept = indices.sorted()
        let symbols = kept.map { shape.symbols[$0] }
        let positions = kept.map { shape.positions[$0] }
        let hasPositions = positions.contains { $0 != 0 }
        let smaller =
            hasPositions
            ? try self.shape(symbols: symbols, positions: positions, count: kept.count, isOpen: shape.isOpen)
            : try self.shape(symbols: symbols, positions: nil, count: kept.count, isOpen: shape.isOpen)
        let result = try attributes(smaller)
        for (target, source) in kept.enumerated() { result.attributeValues[target] = set.attributeValues[source] }
        if shape.isOpen { result.attributeValues[kept.count] = set.attributeValues[shape.count] }
        return result
    }
}
