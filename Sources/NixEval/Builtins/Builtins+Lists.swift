import NixSyntax

/// Lists.
extension Builtins {
    static let lists: [Builtin] = [
        Builtin("length", 1, strict: 1) { (machine, list, _, _, _) throws(EvaluationError) in
            Value(
                smallInteger: try machine.forceList(
                    list, 0, "while evaluating the first argument passed to builtins.length"
                ).listCount)
        },
        Builtin("elemAt", 2, strict: 2) { (machine, list, index, _, _) throws(EvaluationError) in
            let n = try machine.forceInteger(
                index, 0, "while evaluating the second argument passed to 'builtins.elemAt'")
            let values = try machine.forceList(
                list, 0, "while evaluating the first argument passed to 'builtins.elemAt'")
            guard n >= 0, n < values.listCount else {
                throw EvaluationError(
                    .other, "'builtins.elemAt' called with index \(n) on a list of size \(values.listCount)")
            }
            return try machine.forceElement(values, n)
        },
        Builtin("head", 1, strict: 1) { (machine, list, _, _, _) throws(EvaluationError) in
            let values = try machine.forceList(
                list, 0, "while evaluating the first argument passed to 'builtins.head'")
            guard values.listCount > 0 else {
                throw EvaluationError(.other, "'builtins.head' called on an empty list")
            }
            return try machine.forceElement(values, 0)
        },
        Builtin("tail", 1, strict: 1) { (machine, list, _, _, _) throws(EvaluationError) in
            let values = try machine.forceList(
                list, 0, "while evaluating the first argument passed to 'builtins.tail'")
            guard values.listCount > 0 else {
                throw EvaluationError(.other, "'builtins.tail' called on an empty list")
            }
            let result = try machine.list(count: values.listCount - 1)
            if values.listCount > 1 { result.elements.update(from: values.elements + 1, count: values.listCount - 1) }
            return result
        },
        Builtin("map", 2, strict: 2, isGlobal: true) { (machine, function, list, _, _) throws(EvaluationError) in
            let values = try machine.forceList(
                list, 0, "while evaluating the second argument passed to builtins.map")
            let count = values.listCount
            if count == 0 { return values }
            let callee = try machine.forceFunction(
                function, 0, "while evaluating the first argument passed to builtins.map")
            let result = try machine.emptyElements(count)
            for index in 0..<count {
                result.elements[index] =
                    try machine.delayedApplication(callee, Value(bits: values.elements[index])).bits
            }
            return result
        },
        Builtin("genList", 2, strict: 2) { (machine, function, length, _, _) throws(EvaluationError) in
            let count = try machine.forceInteger(
                length, 0, "while evaluating the second argument passed to builtins.genList")
            guard count >= 0 else { throw EvaluationError(.other, "cannot create list of size \(count)") }
            guard count < 1 << 40 else { throw EvaluationError(.other, "out of memory") }
            let callee = try machine.forceFunction(
                function, 0, "while evaluating the first argument passed to builtins.genList")
            let result = try machine.emptyElements(count)
            for index in 0..<count {
                result.elements[index] =
                    try machine.delayedApplication(callee, Value(smallInteger: index)).bits
            }
            return result
        },
        Builtin("filter", 2, strict: 2) { (machine, function, list, _, _) throws(EvaluationError) in
            let values = try machine.forceList(
                list, 0, "while evaluating the second argument passed to builtins.filter")
            let count = values.listCount
            if count == 0 { return values }
            let predicate = try machine.forceFunction(
                function, 0, "while evaluating the first argument passed to builtins.filter")
            var result = try ValueBuffer(machine, capacity: count)
            for index in 0..<count {
                let element = Value(bits: values.elements[index])
                if try machine.forceBoolean(
                    try machine.call(predicate, element), 0,
                    "while evaluating the return value of the filtering function passed to builtins.filter")
                {
                    try result.append(element, machine)
                }
            }
            return result.count == count ? values : try result.list(machine)
        },
        Builtin("elem", 2) { (machine, needle, list, _, _) throws(EvaluationError) in
            let values = try machine.forceList(
                list, 0, "while evaluating the second argument passed to builtins.elem")
            for index in 0..<values.listCount where try machine.equal(needle, Value(bits: values.elements[index])) {
                return .true
            }
            return .false
        },
        Builtin("concatLists", 1, strict: 1) { (machine, lists, _, _, _) throws(EvaluationError) in
            let values = try machine.forceList(
                lists, 0, "while evaluating the first argument passed to builtins.concatLists")
            return try machine.concatenateLists(
                values, "while evaluating a value of the list passed to builtins.concatLists")
        },
        Builtin("foldl'", 3) { (machine, function, start, list, _) throws(EvaluationError) in
            let step = try machine.forceFunction(
                function, 0, "while evaluating the first argument passed to builtins.foldlStrict")
            let values = try machine.forceList(
                list, 0, "while evaluating the third argument passed to builtins.foldlStrict")
            let count = values.listCount
            if count == 0 { return try machine.force(start) }
            var accumulator = start
            for index in 0..<count {
                accumulator = try machine.call(step, accumulator, Value(bits: values.elements[index]))
            }
            return try machine.force(accumulator)
        },
        Builtin("any", 2) { (machine, function, list, _, _) throws(EvaluationError) in
            try search(machine, function, list, for: true, name: "any")
        },
        Builtin("all", 2) { (machine, function, list, _, _) throws(EvaluationError) in
            try search(machine, function, list, for: false, name: "all")
        },
        Builtin("concatMap", 2) { (machine, function, list, _, _) throws(EvaluationError) in
            let callee = try machine.forceFunction(
                function, 0, "while evaluating the first argument passed to builtins.concatMap")
            let values = try machine.forceList(
                list, 0, "while evaluating the second argument passed to builtins.concatMap")
            let parts = try machine.emptyElements(values.listCount)
            for index in 0..<values.listCount {
                let part = try machine.call(callee, Value(bits: values.elements[index]))
                parts.elements[index] = try machine.forceList(
                    part, machine.position(ofFunction: part.isLambda ? part : callee),
                    "while evaluating the return value of the function passed to builtins.concatMap"
                ).bits
            }
            return try machine.concatenateLists(parts, "")
        },
        Builtin("partition", 2) { (machine, function, list, _, _) throws(EvaluationError) in
            let predicate = try machine.forceFunction(
                function, 0, "while evaluating the first argument passed to builtins.partition")
            let values = try machine.forceList(
                list, 0, "while evaluating the second argument passed to builtins.partition")
            var right = try ValueBuffer(machine)
            var wrong = try ValueBuffer(machine)
            for index in 0..<values.listCount {
                let element = try machine.force(Value(bits: values.elements[index]))
                if try machine.forceBoolean(
                    try machine.call(predicate, element), 0,
                    "while evaluating the return value of the partition function passed to builtins.partition")
                {
                    try right.append(element, machine)
                } else {
                    try wrong.append(element, machine)
                }
            }
            let rightList = try right.list(machine)
            let wrongList = try wrong.list(machine)
            return try machine.attributes((machine.known.right, rightList), (machine.known.wrong, wrongList))
        },
        Builtin("groupBy", 2, function: groupBy),
        Builtin("sort", 2, function: sort),
    ]

    private static func search(
        _ machine: Machine, _ function: Value, _ list: Value, for wanted: Bool, name: String
    ) throws(EvaluationError) -> Value {
        let predicate = try machine.forceFunction(
            function, 0, "while evaluating the first argument passed to builtins.\(name)")
        let values = try machine.forceList(
            list, 0, "while evaluating the second argument passed to builtins.\(name)")
        for index in 0..<values.listCount {
            let answer = try machine.forceBoolean(
                try machine.call(predicate, Value(bits: values.elements[index])), 0,
                "while evaluating the return value of the function passed to builtins.\(name)")
            if answer == wanted { return Value(wanted) }
        }
        return Value(!wanted)
    }

    private static func groupBy(
        _ machine: Machine, _ function: Value, _ list: Value, _: Value, _: UInt32
    ) throws(EvaluationError) -> Value {
        let callee = try machine.forceFunction(
            function, 0, "while evaluating the first argument passed to builtins.groupBy")
        let values = try machine.forceList(
            list, 0, "while evaluating the second argument passed to builtins.groupBy")
        var names: [Symbol] = []
        var counts: [Symbol: Int] = [:]
        for index in 0..<values.listCount {
            let name = try machine.stringWithoutContext(
                try machine.call(callee, Value(bits: values.elements[index])), 0,
                "while evaluating the return value of the grouping function passed to builtins.groupBy")
            let symbol = machine.symbol(name)
            names.append(symbol)
            counts[symbol, default: 0] += 1
        }
        // Lists of the final sizes, in a cell of their own until the set holds them.
        let groups = counts.keys.sorted { $0.rawValue < $1.rawValue }
        let lists = try machine.allocate(max(groups.count, 1))
        for index in groups.indices { lists[index] = 0 }
        var place: [Symbol: Int] = [:]
        for (index, group) in groups.enumerated() {
            lists[index] = try machine.list(count: counts[group] ?? 0).bits
            place[group] = index
        }
        var filled = Array(repeating: 0, count: groups.count)
        for (index, name) in names.enumerated() {
            guard let group = place[name] else { continue }
            Value(bits: lists[group]).elements[filled[group]] = values.elements[index]
            filled[group] += 1
        }
        var entries = groups.enumerated().map { AttributeEntry(symbol: $1, value: lists[$0], position: 0) }
        let result = try machine.attributes(&entries)
        machine.keepAlive(lists)
        return result
    }

    private static func sort(
        _ machine: Machine, _ function: Value, _ list: Value, _: Value, _: UInt32
    ) throws(EvaluationError) -> Value {
        let values = try machine.forceList(list, 0, "while evaluating the second argument passed to builtins.sort")
        let count = values.listCount
        if count == 0 { return values }
        let comparator = try machine.forceFunction(
            function, 0, "while evaluating the first argument passed to builtins.sort")
        let result = try machine.emptyElements(count)
        for index in 0..<count { result.elements[index] = try machine.force(Value(bits: values.elements[index])).bits }
        let scratch = try machine.emptyElements(count)
        let usesOrder =
            comparator.isBox(.builtin) && machine.builtinName(comparator) == "lessThan"
        try PeekSort.sort(result.elements, scratch.elements, count) { (left, right) throws(EvaluationError) in
            if usesOrder {
                return try machine.isLess(
                    Value(bits: left), Value(bits: right), 0,
                    "while evaluating the ordering function passed to builtins.sort")
            }
            return try machine.forceBoolean(
                try machine.call(comparator, Value(bits: left), Value(bits: right)), 0,
                "while evaluating the return value of the sorting function passed to builtins.sort")
        }
        machine.keepAlive(scratch.object)
        return result
    }
}

extension Machine {
    /// An element in weak head normal form, left in the list for the next reader.
    @inline(__always) func forceElement(_ list: Value, _ index: Int) throws(EvaluationError) -> Value {
        let slot = list.elements + index
        let value = Value(bits: slot.pointee)
        if !value.isThunk { return value }
        let result = try force(value)
        slot.pointee = result.bits
        return result
    }

    /// A list of `absent`s: for filling while evaluation goes on.
    func emptyElements(_ count: Int) throws(EvaluationError) -> Value {
        let result = try list(count: count)
        for index in 0..<count { result.elements[index] = 0 }
        return result
    }

    func concatenateLists(_ lists: Value, _ context: String) throws(EvaluationError) -> Value {
        var total = 0
        var nonEmpty = 0
        var last = Value.absent
        for index in 0..<lists.listCount {
            let part = try forceList(Value(bits: lists.elements[index]), 0, context)
            total += part.listCount
            if part.listCount > 0 {
                nonEmpty += 1
                last = part
            }
        }
        if nonEmpty == 0 { return state.pointee.emptyList }
        if nonEmpty == 1 { return last }
        let result = try list(count: total)
        var target = result.elements
        for index in 0..<lists.listCount {
            let part = try force(Value(bits: lists.elements[index]))
            target.update(from: part.elements, count: part.listCount)
            target += part.listCount
        }
        return result
    }
}
