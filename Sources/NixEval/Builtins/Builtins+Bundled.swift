package import NixFormats
import NixSyntax

/// Primitives that only the program's own files reach: they are in no scope and not in `builtins`.
extension Builtins {
    static let hidden: [Builtin] = [
        Builtin("openAttrs", 1, strict: 1, addsTrace: false, isHidden: true, function: openAttributes),
        Builtin("notePlaceholder", 1, strict: 1, addsTrace: false, isHidden: true) {
            (machine, value, _, _, _) throws(EvaluationError) in
            let name = try machine.stringWithoutContext(value, 0, "while evaluating the name of a placeholder")
            do throws(HostError) { try machine.evaluator.host.notePlaceholder(name.text) } catch {
                throw EvaluationError(error)
            }
            return .null
        },
        Builtin("fetchInput", 1, strict: 1, addsTrace: false, isHidden: true) {
            (machine, value, _, _, _) throws(EvaluationError) in
            try machine.evaluator.fetchInput(Builtins.inputAttributes(machine, value, .tree))
        },
    ]

    /// `openAttrs { known = { … }; fallback = name: value; }`: a set that answers names it does not have.
    private static func openAttributes(
        _ machine: Machine, _ value: Value, _: Value, _: Value, _: UInt32
    ) throws(EvaluationError) -> Value {
        let set = try machine.forceAttributes(value, 0, "while evaluating the argument passed to openAttrs")
        let symbols = machine.evaluator.symbols
        let fallback = try machine.required(
            symbols.intern("fallback"), in: set, "in the attrset passed as argument to openAttrs")
        let known = try machine.forceAttributes(
            try machine.required(symbols.intern("known"), in: set, "in the attrset passed as argument to openAttrs"), 0,
            "while evaluating the known attributes of an open set")
        let shape = known.shape
        let open = try machine.shape(
            symbols: shape.symbols, positions: shape.positions, count: shape.count, isOpen: true)
        let result = try machine.attributes(open)
        for index in 0..<shape.count { result.attributeValues[index] = known.attributeValues[index] }
        result.attributeValues[shape.count] = fallback.bits
        return result
    }
}

extension Evaluator {
    /// The set of primitives that the bundled files are called with (`nix/pkgs/default.nix` says what they do).
    package func bundledPrimitives() throws(EvaluationError) -> Value {
        var entries: [AttributeEntry] = []
        var buffer = try ValueBuffer(machine)
        for (index, builtin) in builtins.enumerated() where builtin.isHidden {
            let value = try machine.builtin(index)
            try buffer.append(value, machine)
            entries.append(AttributeEntry(symbol: symbols.intern(builtin.name), value: value.bits, position: 0))
        }
        let set = try machine.attributes(&entries)
        machine.keepAlive(buffer.words)
        return set
    }

    /// Fetches the tree of a flake or of one of its inputs, locked or not, and calls its files by where they came from.
    ///
    /// - Returns: what `fetchTree` would.
    package func fetchInput(_ attributes: InputAttributes) throws(EvaluationError) -> Value {
        var input = TreeInput(attributes)
        do throws(InputError) { try input.check(features: options.experimentalFeatures) } catch {
            throw EvaluationError(error)
        }
        let fetched = try input.fetch(with: host, .tree)
        if let origin = input.origin(of: fetched) { host.note(fetched.storePath, isFrom: origin) }
        return try machine.tree(fetched, of: input, hasRevisionAlways: false)
    }

    /// Makes a variable visible in the program's own files, whatever else is in their scope.
    package func setBundledVariable(_ name: String, _ value: Value) {
        bundledVariables[symbols.intern(name)] = roots.add(value.bits)
    }
}
