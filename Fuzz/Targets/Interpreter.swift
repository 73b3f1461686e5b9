import NixEval
import NixSyntax

/// The parser and an evaluator without an operating system, for the targets that need them.
///
/// Lives on an evaluation thread.
package final class Interpreter {
    private let evaluator: Evaluator
    private var functions: [String: ValueRoot] = [:]
    /// Made when it is first needed.
    private(set) lazy var store = ImportedStore()

    package init() {
        var options = EvaluationOptions()
        options.heapThreshold = 32 << 20
        options.maximumHeap = 256 << 20
        evaluator = Evaluator(host: PureHost(), options: options)
        do { try evaluator.enter() } catch { preconditionFailure("no evaluator") }
    }

    /// Reads the bytes with `fromJSON` or `fromTOML`, and writes what they hold as Nix, as XML and as JSON, which must say
    /// the same when it is read.
    func read(_ name: String, _ bytes: [UInt8]) {
        do throws(EvaluationError) {
            let value = try evaluator.call(try function("builtins.\(name)"), try evaluator.makeString(bytes))
            _ = try evaluator.printAmbiguously(value)
            let isSame = try evaluator.call(try function(Self.writesAndReads), value)
            let answer = try evaluator.printAmbiguously(isSame)
            precondition(answer == Array("true".utf8))
        } catch {
            _ = evaluator.render(error)
        }
    }

    private static let writesAndReads =
        "v: let j = builtins.toJSON v; in builtins.seq (builtins.toXML v) (builtins.toJSON (builtins.fromJSON j) == j)"

    /// Matches and splits the second line with the pattern in the first.
    func match(_ bytes: [UInt8]) {
        let parts = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
        let text = parts.count > 1 ? Array(parts[1]) : []
        for name in ["builtins.match", "builtins.split"] {
            do throws(EvaluationError) {
                let partial = try evaluator.call(try function(name), try evaluator.makeString(Array(parts[0])))
                _ = try evaluator.printAmbiguously(try evaluator.call(partial, try evaluator.makeString(text)))
            } catch {
                _ = evaluator.render(error)
            }
        }
    }

    private func function(_ text: String) throws(EvaluationError) -> Value {
        if let known = functions[text] { return known.value }
        let value = try evaluator.evaluate(source(Array(text.utf8)))
        functions[text] = ValueRoot(value, evaluator)
        return value
    }

    private func source(_ bytes: [UInt8]) -> SourceFile {
        SourceFile(origin: .string, directory: "/", bytes: bytes)
    }
}
