/// JSON.
extension Builtins {
    static let json: [Builtin] = [
        Builtin("toJSON", 1, strict: 1) { (machine, value, _, _, _) throws(EvaluationError) in
            let printed = try JSONPrinter.print(value, machine, copiesToStore: true)
            return try machine.string(printed.bytes, context: printed.context)
        },
        Builtin("fromJSON", 1, strict: 1) { (machine, value, _, _, _) throws(EvaluationError) in
            let text = try machine.stringWithoutContext(
                value, 0, "while evaluating the first argument passed to builtins.fromJSON")
            return try JSONReader.read(text, machine)
        },
    ]
}

extension Evaluator {
    /// The value as JSON; paths are copied to the store unless told otherwise.
    package func printJSON(_ value: Value, copiesToStore: Bool = true) throws(EvaluationError) -> [UInt8] {
        try JSONPrinter.print(value, machine, copiesToStore: copiesToStore).bytes
    }
}
