import NixEval
import NixSyntax

/// The parser and an evaluator without an operating system, for the targets that need them.
///
/// Lives on an evaluation thread.
package final class Interpreter {
    private let evaluator: Evaluator
    private var functions: [String: ValueRoot] = [:]

    package init() {
        var options = EvaluationOptions()
        options.heapThreshold = 32 << 20
        options.maximumHeap = 256 << 20
        evaluator = Evaluator(host: PureHost(), options: options)
        do { try evaluator.enter() } catch { preconditionFailure("no evaluator") }
    }

    /// Calls a builtin on the bytes as a string, and prints what it gives.
    func call(_ name: String, _ bytes: [UInt8]) {
        do throws(EvaluationError) {
            let value = try evaluator.call(try function(name), try evaluator.makeString(bytes))
            _ = try evaluator.printAmbiguously(value)
        } catch {
            _ = evaluator.render(error)
        }
    }

    /// Matches and splits the second line with the pattern in the first.
    func match(_ bytes: [UInt8]) {
        let parts = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
        let text = parts.count > 1 ? Array(parts[1]) : []
        for name in ["match", "split"] {
            do throws(EvaluationError) {
                let partial = try evaluator.call(try function(name), try evaluator.makeString(Array(parts[0])))
                _ = try evaluator.printAmbiguously(try evaluator.call(partial, try evaluator.makeString(text)))
            } catch {
                _ = evaluator.render(error)
            }
        }
    }

    private func function(_ name: String) throws(EvaluationError) -> Value {
        if let known = functions[name] { return known.value }
        let value = try evaluator.evaluate(source(Array("builtins.\(name)".utf8)))
        functions[name] = ValueRoot(value, evaluator)
        return value
    }

    private func source(_ bytes: [UInt8]) -> SourceFile {
        SourceFile(origin: .string, directory: "/", bytes: bytes)
    }
}
