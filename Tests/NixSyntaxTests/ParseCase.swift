import Testing

@testable import NixSyntax

/// A text and what is to come of it.
struct ParseCase: Sendable, CustomTestStringConvertible {
    let source: String
    let expected: String

    init(_ source: String, _ expected: String) {
        self.source = source
        self.expected = expected
    }

    var testDescription: String { source.debugDescription }
}

func sourceText(_ text: String) -> SourceFile {
    SourceFile(origin: .string, directory: "/", bytes: Array(text.utf8))
}

let allFeatures = ParseOptions(features: ParseOptions.Features(pipeOperators: true))

/// The tree as `nix-instantiate --parse -E` prints it, in `/`, with the home `/home/user`.
func printedTree(_ text: String, options: ParseOptions = allFeatures) throws -> String {
    let symbols = SymbolTable()
    let tree = try Parser.parse(source: sourceText(text), symbols: symbols, options: options)
    return String(decoding: ASTPrinter.print(tree, symbols: symbols, homeDirectory: "/home/user"), as: UTF8.self)
}

/// The message of the syntax error that a text has, and ` at line:column`.
func syntaxError(_ text: String, options: ParseOptions = allFeatures) -> String {
    do throws(SyntaxError) {
        let symbols = SymbolTable()
        let tree = try Parser.parse(source: sourceText(text), symbols: symbols, options: options)
        let printed = ASTPrinter.print(tree, symbols: symbols, homeDirectory: "/home/user")
        return "no error: \(String(decoding: printed, as: UTF8.self))"
    } catch {
        let (line, column) = error.location.lineAndColumn
        return "\(error.message) at \(line):\(column)"
    }
}
