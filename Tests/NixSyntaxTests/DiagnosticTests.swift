import Testing

@testable import NixSyntax

/// Whole reports with source lines and caret, and what is reported outside the grammar.
@Suite struct DiagnosticTests {
    private func report(_ text: String, origin: SourceFile.Origin = .string) -> String {
        let source = SourceFile(origin: origin, directory: "/", bytes: Array(text.utf8))
        do throws(SyntaxError) {
            _ = try Parser.parse(source: source, symbols: SymbolTable())
            return "no error"
        } catch {
            return String(decoding: DiagnosticRenderer.render(error), as: UTF8.self)
        }
    }

    @Test("the line before, the line, the line after", arguments: ["\n", "\r\n", "\r"])
    func linesAround(lineEnd: String) {
        let text = ["{", "  a = 1;", "  b = ;", "}", ""].joined(separator: lineEnd)
        #expect(
            report(text) == """
                error: syntax error, unexpected ';'
                       at «string»:3:7:
                            2|   a = 1;
                            3|   b = ;
                             |       ^
                            4| }

                """)
    }

    @Test("the end of the file has a line of its own after the last line break")
    func endOfFile() {
        #expect(
            report("{ a = 1;\n", origin: .file("/folder/a.nix")) == """
                error: syntax error, unexpected end of file, expecting 'inherit'
                       at /folder/a.nix:2:1:
                            1| { a = 1;
                            2|
                             | ^

                """)
    }

    @Test("an empty text has no lines to show")
    func emptyText() {
        #expect(
            report("", origin: .standardInput) == """
                error: syntax error, unexpected end of file
                       at «stdin»:1:1:

                """)
    }

    @Test("empty lines around")
    func emptyLinesAround() {
        #expect(
            report("\n\n1 1 )\n", origin: .bundled("lib")) == """
                error: syntax error, unexpected ')', expecting end of file
                       at «nix-internal»/lib:3:5:
                            2|
                            3| 1 1 )
                             |     ^
                            4|

                """)
    }

    @Test("the pipe operators have to be switched on")
    func pipesSwitchedOff() {
        let message =
            "experimental Nix feature 'pipe-operators' is disabled; "
            + "add '--extra-experimental-features pipe-operators' to enable it"
        #expect(syntaxError("1 |> 2", options: ParseOptions()) == "\(message) at 1:3")
        #expect(syntaxError("1 <| 2", options: ParseOptions()) == "\(message) at 1:3")
        #expect(syntaxError("1 2 3) |> 2", options: ParseOptions()).hasPrefix("syntax error"))
    }

    @Test("home paths are refused in pure evaluation")
    func pureEvaluation() {
        #expect(
            syntaxError("~/a", options: ParseOptions(isPure: true))
                == "the path '~/a' can not be resolved in pure mode at 1:1")
    }

    @Test("NUL is refused, inside strings in Nix's words")
    func nullBytes() {
        #expect(syntaxError("1 \0 + 1") == "unexpected null byte in the source text at 1:3")
        #expect(syntaxError("# \0\n1 \0") == "unexpected null byte in the source text at 2:3")
        let reason = "cannot be represented as Nix string because it contains null bytes"
        #expect(syntaxError("#\n\"a${\"b\0\"} c\0\"") == "input string 'b␀' \(reason) at 2:6")
        #expect(syntaxError("''\n  a\0b\n''") == "input string '  a␀b\n' \(reason) at 2:1")
    }

    @Test("bytes that are not UTF-8 are kept in strings and refused outside")
    func invalidUTF8() throws {
        let symbols = SymbolTable()
        let bytes = Array("\"a".utf8) + [0xE9, 0xFF] + Array("\"".utf8)
        let source = SourceFile(origin: .string, directory: "/", bytes: bytes)
        let tree = try Parser.parse(source: source, symbols: symbols)
        #expect(ASTPrinter.print(tree, symbols: symbols, homeDirectory: "/") == bytes)
        #expect(syntaxError("{ é = 1; }") == "syntax error, unexpected invalid token, expecting 'inherit' at 1:3")
    }

    @Test("a bare `x or` is warned about where it is an argument, an element or a default")
    func oldOr() throws {
        func warnings(_ text: String) throws -> [String] {
            try Parser.parse(source: sourceText(text), symbols: SymbolTable()).warnings.map(\.text)
        }
        let advice = """
            This expression uses `or` as an identifier in a way that will change in a future Nix release.
            Wrap this entire expression in parentheses to preserve its current meaning:

            """
        let link = "\nGive feedback at https://github.com/NixOS/nix/pull/11121"
        #expect(try warnings("[ f or x ]") == ["at «string»:1:3: \(advice)    (f or)\(link)"])
        #expect(try warnings("g f or") == ["at «string»:1:3: \(advice)    (f or)\(link)"])
        #expect(try warnings("a.b or c or") == ["at «string»:1:8: \(advice)    (c or)\(link)"])
        #expect(try warnings("f or x") == [])
        #expect(try warnings("[ (f or) ]") == [])
        let error = #expect(throws: SyntaxError.self) { try warnings("[ f or") }
        #expect(error?.warnings.count == 1)
    }

    @Test(
        "positions of a text at once equal those one by one",
        arguments: ["", "a", "\n", "a\r\nb\rc\n\nd", "\r\n\r", "a\n"])
    func lineIndex(text: String) {
        let source = sourceText(text)
        let index = LineIndex(source.text)
        for offset in 0...source.text.count {
            let single = SourceLocation(file: source, offset: UInt32(offset)).lineAndColumn
            #expect(index.lineAndColumn(of: offset) == single)
        }
    }

    @Test("what reaches a terminal has no tabs, carriage returns and escapes")
    func terminalText() {
        func filtered(_ text: String) -> String {
            String(decoding: TerminalText.filtered(Array(text.utf8)), as: UTF8.self)
        }
        #expect(filtered("a\tb\r\u{7}c") == "a       bc")
        #expect(filtered("é\t|\t世\t") == "é       |       世      ")
        #expect(filtered("\u{1B}[31;1mred\u{1B}[0m \u{1B}]0;title\u{7}x\u{1B}]8;;y\u{1B}\\z\u{1B}Mw") == "red xzw")
        // Columns run on over line breaks, so the tab is 6 columns wide here.
        #expect(
            filtered(report("{\ta = ; # é\n")) == """
                error: syntax error, unexpected ';'
                       at «string»:1:7:
                            1| {      a = ; # é
                             |       ^
                            2|

                """)
    }
}
