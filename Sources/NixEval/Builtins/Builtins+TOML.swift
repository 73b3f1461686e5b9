import NixSyntax

/// TOML 1.0.
extension Builtins {
    static let toml: [Builtin] = [
        Builtin("fromTOML", 1, strict: 1, isGlobal: true) { (machine, value, _, _, _) throws(EvaluationError) in
            let text = try machine.stringWithoutContext(
                value, 0, "while evaluating the argument passed to builtins.fromTOML")
            return try TOMLReader.read(text, machine)
        }
    ]
}

/// Turns what was read into values.
struct TOMLConverter {
    let machine: Machine
    let document: TOMLDocument
    /// The text that the document's ranges are of.
    let text: UnsafeBufferPointer<UInt8>

    /// The value of a node.
    func value(of index: Int) throws(EvaluationError) -> Value {
        let node = document.nodes[index]
        switch node.kind {
        case .implicitTable, .dottedTable, .table, .inlineTable: return try set(node)
        case .arrayOfTables, .array: return try list(node)
        case .string:
            return try machine.string(UnsafeBufferPointer(rebasing: text[node.payload..<node.payload + node.count]))
        case .madeString:
            let made = document.made[node.payload..<node.payload + node.count]
            if document.hasNull, made.contains(0) { throw Self.containsNull(made) }
            return try machine.string(made)
        case .integer: return try machine.integer(node.payload)
        case .float: return try machine.float(Double(bitPattern: UInt64(bitPattern: Int64(node.payload))))
        case .boolean: return Value(node.payload != 0)
        case .timestamp: return try timestamp(document.made[node.payload..<node.payload + node.count])
        }
    }

    private func set(_ node: TOMLDocument.Node) throws(EvaluationError) -> Value {
        if node.count == 0 { return machine.state.pointee.emptyAttributes }
        try machine.checkStack()
        var values = try ValueBuffer(machine, capacity: node.count)
        var entries: [AttributeEntry] = []
        entries.reserveCapacity(node.count)
        var child = node.first
        while child >= 0 {
            let name = document.nodes[child].name
            if document.hasNull { try checkName(name) }
            let value = try value(of: child)
            try values.append(value, machine)
            entries.append(AttributeEntry(symbol: name, value: value.bits, position: 0))
            child = document.nodes[child].next
        }
        let set = try machine.attributes(&entries)
        machine.keepAlive(values.words)
        return set
    }

    private func list(_ node: TOMLDocument.Node) throws(EvaluationError) -> Value {
        if node.count == 0 { return machine.state.pointee.emptyList }
        try machine.checkStack()
        var elements = try ValueBuffer(machine, capacity: node.count)
        var child = node.first
        while child >= 0 {
            try elements.append(try value(of: child), machine)
            child = document.nodes[child].next
        }
        return try elements.list(machine)
    }

    /// A date or time as a set, where those are switched on.
    private func timestamp(_ text: ArraySlice<UInt8>) throws(EvaluationError) -> Value {
        let evaluator = machine.evaluator
        guard evaluator.options.experimentalFeatures.contains("parse-toml-timestamps") else {
            throw EvaluationError(.other, "while parsing TOML: Dates and times are not supported")
        }
        let kind = try machine.string("timestamp")
        let value = try machine.string(text)
        return try machine.attributes((evaluator.symbols.intern("_type"), kind), (machine.known.value, value))
    }

    private func checkName(_ name: Symbol) throws(EvaluationError) {
        let bytes = try machine.string(of: name)
        if bytes.bytes.contains(0) { throw Self.containsNull(Array(bytes.bytes)[...]) }
    }

    private static func containsNull(_ bytes: ArraySlice<UInt8>) -> EvaluationError {
        let shown = bytes.split(separator: 0, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\u{2400}")
        return EvaluationError(
            .other,
            "while parsing TOML: error: input string '\(shown)' cannot be represented as Nix string because it contains null bytes"
        )
    }
}
