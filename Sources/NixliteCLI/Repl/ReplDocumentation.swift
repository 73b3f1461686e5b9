import Glibc
import NixBuild
import NixEval
import NixSyntax

extension Repl {
    /// Prints what is written about a function.
    func showDocumentation(_ text: String) throws {
        let value = try evaluate(text)
        guard let documentation = try session.evaluator.documentation(of: value) else {
            throw ReplError.message("value does not have documentation")
        }
        var head = ""
        var markdown: String
        switch documentation {
        case .builtin(let name, let arguments, let text):
            let words = arguments.map { "*\($0)*" }.joined(separator: " ")
            markdown = arguments.isEmpty ? text : "**Synopsis:** `builtins.\(name)` \(words)\n\n\(text)"
        case .lambda(let name, let place, let text):
            head = name.map { "Function \($0)\n… defined at \(place)" } ?? "Function defined at \(place)"
            markdown = text ?? ""
        }
        let isTerminal = isatty(STDOUT_FILENO) == 1
        let body = MarkdownText(width: isTerminal ? Terminal().width : 60, hasStyles: isTerminal).render(markdown)
        StandardStreams.output([head, body].filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n")
    }
}
