import NixFormats
import NixSyntax

/// Hashes of strings and files, and their spellings.
extension Builtins {
    static let hashing: [Builtin] = [
        Builtin("hashString", 2, strict: 1) { (machine, algorithm, value, _, _) throws(EvaluationError) in
            let name = try machine.stringWithoutContext(
                algorithm, 0, "while evaluating the first argument passed to builtins.hashString")
            let kind = try machine.hashAlgorithm(name)
            let text = try machine.forceString(
                value, 0, "while evaluating the second argument passed to builtins.hashString")
            let hash = Digester.hash(kind, ByteString(text.bytes))
            return try machine.string(hash.base16.bytes)
        },
        Builtin("hashFile", 2, strict: 1) { (machine, algorithm, value, _, _) throws(EvaluationError) in
            let name = try machine.stringWithoutContext(
                algorithm, 0, "while evaluating the first argument passed to builtins.hashFile")
            let kind = try machine.hashAlgorithm(name)
            let path = try machine.realisedPath(value)
            let hash = Digester.hash(kind, ByteString(try machine.evaluator.readFile(path)))
            return try machine.string(hash.base16.bytes)
        },
        Builtin("convertHash", 1, strict: 1, function: convertHash),
    ]

    private static func convertHash(
        _ machine: Machine, _ value: Value, _: Value, _: Value, _: UInt32
    ) throws(EvaluationError) -> Value {
        let set = try machine.forceAttributes(
            value, 0, "while evaluating the first argument passed to builtins.convertHash")
        let symbols = machine.evaluator.symbols

        func text(_ name: String, _ value: Value) throws(EvaluationError) -> Value {
            try machine.stringWithoutContext(value, 0, "while evaluating the attribute '\(name)'")
        }
        let digits = try text(
            "hash", try machine.required(symbols.intern("hash"), in: set, "while locating the attribute 'hash'"))
        var algorithm: HashAlgorithm?
        let given = set.attribute(symbols.intern("hashAlgo"))
        if !given.isAbsent { algorithm = try machine.hashAlgorithm(try text("hashAlgo", given)) }
        let format = try text(
            "toHashFormat",
            try machine.required(
                symbols.intern("toHashFormat"), in: set, "while locating the attribute 'toHashFormat'"))
        let target: HashFormat
        do { target = try HashFormat(parsing: Array(format.bytes)) } catch { throw EvaluationError(error) }
        if format.bytes.elementsEqual("base32".utf8) {
            machine.evaluator.host.report(
                Array(#"warning: "base32" is a deprecated alias for hash format "nix32"."#.utf8))
        }
        let hash = try machine.hash(Array(digits.bytes), algorithm)
        return try machine.string(hash.printed(target, withAlgorithm: target == .sri).bytes)
    }
}

extension Machine {
    /// The algorithm of that name, as far as the experimental features that are on allow it.
    fileprivate func hashAlgorithm(_ name: Value) throws(EvaluationError) -> HashAlgorithm {
        do throws(FormatError) {
            return try HashAlgorithm(parsing: name.bytes, features: evaluator.options.experimentalFeatures)
        } catch { throw EvaluationError(error) }
    }
}
