package import NixSyntax

/// Variables that come and go between texts: those of the repl.
///
/// A text sees the variables that were there when it was compiled.
package final class EvaluationScope {
    private let evaluator: Evaluator
    /// In the order of the values.
    private var symbols: [Symbol] = []
    private var indices: [Symbol: Int] = [:]
    /// A list with the variables' values.
    private var values: ValueRoot

    package init(_ evaluator: Evaluator) {
        self.evaluator = evaluator
        values = ValueRoot(evaluator.machine.state.pointee.emptyList, evaluator)
    }

    /// A text that was compiled in a scope; runs as often as wanted.
    package struct Code {
        let node: NodePointer
    }

    /// The names that a text may use, of the global scope too, in no order.
    package var names: [[UInt8]] {
        (Array(evaluator.globals.keys) + symbols).map { Array(evaluator.symbols.bytes(of: $0)) }
    }

    package func removeAll() {
        symbols.removeAll()
        indices.removeAll()
        values = ValueRoot(evaluator.machine.state.pointee.emptyList, evaluator)
    }

    /// - Parameter isBindings: whether the text is what stands between the braces of a set.
    /// - Throws: `EvaluationError` of kind `syntax` for what does not parse, of other kinds for unknown variables.
    package func compile(_ source: SourceFile, isBindings: Bool = false) throws(EvaluationError) -> Code {
        Code(node: try evaluator.compile(source, scope: symbols, isBindings: isBindings))
    }

    /// Weak head normal form of a text's value.
    ///
    /// Between `compile` and `run` the scope must not change.
    package func run(_ code: Code) throws(EvaluationError) -> Value {
        let machine = evaluator.machine
        let frame = try machine.newFrame(words: symbols.count + 1, up: machine.state.pointee.emptyEnvironment)
        let list = values.value
        for index in symbols.indices { frame[index + 1] = list.elements[index] }
        return try machine.run(code.node, frame)
    }

    /// Makes the attributes of a set variables, whose old values they take, and returns their names in the set's own order.
    package func add(_ set: Value) throws(EvaluationError) -> [[UInt8]] {
        let machine = evaluator.machine
        let set = try machine.forceAttributes(
            set, machine.position(ofFunction: try machine.force(set)),
            "while evaluating an attribute set to be merged in the global scope")
        let shape = set.shape
        for index in 0..<shape.count {
            let symbol = Symbol(rawValue: shape.symbols[index])
            if indices[symbol] == nil {
                indices[symbol] = symbols.count
                symbols.append(symbol)
            }
        }
        let old = values.value
        let oldCount = old.listCount
        let list = try machine.list(count: symbols.count)
        for index in symbols.indices { list.elements[index] = index < oldCount ? old.elements[index] : 0 }
        for index in 0..<shape.count {
            let slot = indices[Symbol(rawValue: shape.symbols[index])] ?? 0
            list.elements[slot] = set.attributeValues[index]
        }
        values = ValueRoot(list, evaluator)
        return (0..<shape.count).map { Array(evaluator.symbols.bytes(of: Symbol(rawValue: shape.symbols[$0]))) }
    }
}
