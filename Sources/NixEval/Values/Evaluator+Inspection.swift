import NixFormats
import NixSyntax

/// Looking at values as those do who check them.
extension Evaluator {
    /// The names of a set in the order in which Nix goes over them, which is that of their first appearance anywhere.
    package func attributeNamesInOrderOfAppearance(of value: Value) throws(EvaluationError) -> [String] {
        let set = try machine.flat(try machine.forceAttributes(value, 0, ""))
        return (0..<set.shape.count).map { symbols.string(of: Symbol(rawValue: set.shape.symbols[$0])) }
    }

    /// `file:line:column` of a position; nil for one that is nowhere.
    package func place(_ position: UInt32) -> String? { positions.location(position).map { "\($0)" } }

    /// How a function written in Nix takes its argument: its name, and whether its attributes are taken apart; nil for other
    /// values.
    package func argument(of value: Value) throws(EvaluationError) -> (name: String?, isTakenApart: Bool)? {
        var function = try machine.force(value)
        if function.isBox(.partialLambda) { function = Value(bits: function.object[1]) }
        guard function.isLambda else { return nil }
        let code = function.lambdaCode.pointee
        let symbol = code.argumentSymbol
        return (symbol < 0 ? nil : symbols.string(of: Symbol(rawValue: symbol)), code.pattern != 0)
    }

    /// Throws, with a position, for what is not a string.
    package func requireString(_ value: Value, at position: UInt32) throws(EvaluationError) {
        _ = try machine.forceString(value, position, "")
    }

    /// Whether something is at a path that a value stands for.
    package func pathExists(_ value: Value) throws(EvaluationError) -> (exists: Bool, path: [UInt8]) {
        let path = try machine.coerceToPath(value, 0, "").bytes
        do throws(HostError) {
            return (try host.fileType(path) != nil, path)
        } catch { throw EvaluationError(error) }
    }
}
