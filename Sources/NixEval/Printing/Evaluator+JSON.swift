extension Evaluator {
    /// A value as `--json` prints it, and what the text refers to.
    ///
    /// - Parameters:
    ///   - copiesToStore: a path becomes the path of its copy in the store, else its own text.
    ///   - isStrict: whether what is not evaluated yet is evaluated; otherwise it is an error.
    package func printJSON(
        _ value: Value, copiesToStore: Bool = true, isStrict: Bool = true
    ) throws(EvaluationError) -> (bytes: [UInt8], context: [ContextElement]) {
        let text = try JSONPrinter.print(value, machine, copiesToStore: copiesToStore, isStrict: isStrict)
        return (text.bytes, contexts.elements(of: text.context))
    }
}

extension Evaluator {
    /// An error of whoever looks at values from outside.
    package func failure(_ message: String) -> EvaluationError { EvaluationError(.other, message) }

    /// Where the search path has `<name>`.
    package func findFile(_ name: String) throws(EvaluationError) -> [UInt8] {
        let elements = options.searchPath.map { (prefix: Array($0.prefix.utf8), path: Array($0.path.utf8)) }
        return try findFile(Array(name.utf8), in: elements)
    }
}
