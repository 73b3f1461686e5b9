import NixEval
import NixSyntax

/// What an expression comes to: its printed value, or the last line of its error.
enum Outcome: Equatable, CustomStringConvertible {
    case value(String)
    case error(String)

    var description: String {
        switch self {
        case .value(let text): text
        case .error(let text): "error: \(text)"
        }
    }
}

/// Evaluates deeply on a thread of its own, without operating system.
func evaluate(
    _ expression: String, host: sending PureHost = PureHost(), options: EvaluationOptions = EvaluationOptions()
) -> Outcome {
    EvaluationThread.run {
        let evaluator = Evaluator(host: host, options: options)
        do throws(EvaluationError) {
            try evaluator.enter()
            let source = SourceFile(origin: .string, directory: "/", bytes: Array(expression.utf8))
            let value = try evaluator.evaluate(source)
            try evaluator.forceDeeply(value)
            return .value(String(decoding: try evaluator.printAmbiguously(value), as: UTF8.self))
        } catch {
            return .error(String(decoding: error.message, as: UTF8.self))
        }
    }
}
