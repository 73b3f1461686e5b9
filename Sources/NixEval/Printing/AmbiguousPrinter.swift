import NixSyntax

/// Prints values as `nix-instantiate --eval` does: thunks as `<CODE>`, functions as `<LAMBDA>`.
struct AmbiguousPrinter {
    private let machine: Machine
    private var out: [UInt8] = []
    /// Sets, lists that are there without a thunk, and the thunks of other lists.
    private var seen: Set<UInt> = []
    /// Lists that thunks gave.
    private var delayed: Set<UInt> = []

    static func print(_ value: Value, _ machine: Machine) throws(EvaluationError) -> [UInt8] {
        var printer = AmbiguousPrinter(machine: machine)
        try printer.print(value, depth: 0)
        return printer.out
    }

    private init(machine: Machine) { self.machine = machine }

    private mutating func append(_ text: String) { out.append(contentsOf: text.utf8) }

    private mutating func print(_ original: Value, depth: Int) throws(EvaluationError) {
        if depth > machine.state.pointee.maximumCallDepth { throw machine.tooDeep(0) }
        try machine.checkStack()
        var value = original
        try machine.makeRoom(for: 64, in: &out)
        if value.isThunk {
            let state = value.object[0]
            guard state == ThunkState.evaluated else {
                return append(state & ThunkState.blackhole != 0 ? "«potential infinite recursion»" : "<CODE>")
            }
            value = Value(bits: value.object[1])
        }
        if let integer = value.integer { return append(String(integer)) }
        if value.isString { try machine.makeRoom(for: value.bytes.count + 2, in: &out) }
        if value.isString { return out.appendStringLiteral(value.bytes) }
        if value.isBool { return append(value.isTrue ? "true" : "false") }
        if value.isNull { return append("null") }
        if let float = value.float { return append(FloatFormat.general(float)) }
        if value.isPath { return out.append(contentsOf: machine.evaluator.host.displayed(Array(value.bytes))) }
        if value.isAttributes { return try printSet(value, depth) }
        if value.isList { return try printList(value, from: original, depth) }
        switch value.boxKind {
        case .builtin: append("<PRIMOP>")
        case .partialBuiltin: append("<PRIMOP-APP>")
        default: append("<LAMBDA>")
        }
    }

    private mutating func printSet(_ layered: Value, _ depth: Int) throws(EvaluationError) {
        let set = try machine.flat(layered)
        let count = set.shape.count
        if count > 0, !seen.insert(set.bits).inserted { return append("«repeated»") }
        append("{ ")
        let order = try machine.order(set.shape)
        for index in 0..<count {
            let symbol = Symbol(rawValue: set.shape.symbols[Int(order[index])])
            out.appendIdentifier(machine.evaluator.symbols.bytes(of: symbol))
            append(" = ")
            try print(Value(bits: set.attributeValues[Int(order[index])]), depth: depth + 1)
            append("; ")
        }
        append("}")
    }

    /// Whether a list was met before; then it is remembered.
    ///
    /// Two thunks that gave the same list are two lists, as in Nix.
    private mutating func wasSeen(_ list: Value, from original: Value) -> Bool {
        guard original.isThunk else { return delayed.contains(list.bits) || !seen.insert(list.bits).inserted }
        if seen.contains(list.bits) { return true }
        delayed.insert(list.bits)
        return !seen.insert(original.bits).inserted
    }

    private mutating func printList(
        _ list: Value, from original: Value, _ depth: Int
    ) throws(EvaluationError) {
        if list.listCount > 0, depth > 0, wasSeen(list, from: original) { return append("«repeated»") }
        append("[ ")
        for index in 0..<list.listCount {
            try print(Value(bits: list.elements[index]), depth: depth + 1)
            append(" ")
        }
        append("]")
    }
}
