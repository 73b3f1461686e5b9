import Testing

@testable import NixSyntax

/// Depth is bounded where it costs stack and unbounded where it does not.
@Suite struct NestingTests {
    private func nested(_ open: String, _ close: String, _ count: Int) -> String {
        String(repeating: open, count: count) + "1" + String(repeating: close, count: count)
    }

    @Test(
        "brackets deeper than the limit are refused",
        arguments: [
            ("(", ")"), ("[", "]"), ("{a=", ";}"), ("\"${", "}\""), ("''${", "}''"), ("./${", "}"), ("{a?", "}:1"),
        ])
    func limit(open: String, close: String) {
        let options = ParseOptions(maximumDepth: 50)
        #expect(!syntaxError(nested(open, close, 49), options: options).contains("nested deeper"))
        #expect(
            syntaxError(nested(open, close, 50), options: options).contains(
                "expression is nested deeper than 50 levels"))
    }

    @Test(
        "chains are not nesting",
        arguments: [
            ("! ", "true"), ("- ", "1"), ("1 + ", "1"), ("[ ] ++ ", "[ ]"), ("{ } // ", "{ }"), ("true -> ", "true"),
            ("x: ", "1"), ("{ a }: ", "1"), ("with { }; ", "1"), ("assert true; ", "1"), ("let a = 1; in ", "1"),
            ("if true then 1 else ", "1"), ("1 |> ", "1"), ("1 <| ", "1"), ("{ }.a or ", "1"),
        ])
    func chains(link: String, end: String) throws {
        var options = allFeatures
        options.maximumDepth = 3
        let count = 20_000
        let tree = try Parser.parse(
            source: sourceText(String(repeating: link, count: count) + end), symbols: SymbolTable(), options: options)
        #expect(tree.nodes.count > count)
    }

    @Test("the stack is bounded whatever the depth may be")
    func stack() {
        let options = ParseOptions(maximumDepth: .max, maximumStackBytes: 100_000)
        #expect(
            syntaxError(String(repeating: "(", count: 1_000_000), options: options)
                .hasPrefix("expression is nested too deeply for the stack at 1:"))
        #expect(syntaxError("((((1", options: options) == "syntax error, unexpected end of file, expecting ')' at 1:6")
    }

    @Test("a tree of any depth prints")
    func printing() throws {
        let printed = try printedTree(String(repeating: "! ", count: 50_000) + "1")
        #expect(printed == String(repeating: "(! ", count: 50_000) + "1" + String(repeating: ")", count: 50_000))
    }

    @Test("long attribute paths and wide sets")
    func wide() throws {
        let path = Array(repeating: "a", count: 20_000).joined(separator: ".")
        #expect(try printedTree("{ \(path) = 1; }").hasPrefix("{ a = { a = { a = "))
        let bindings = (0..<20_000).map { "x.a\($0) = \($0);" }.joined(separator: " ")
        #expect(try printedTree("{ \(bindings) }").hasPrefix("{ x = { a0 = 0; a1 = 1; a10 = 10; "))
        #expect(
            syntaxError("{ \(bindings) x.a19999 = 1; }").hasPrefix(
                "attribute 'x.a19999' already defined at «string»:1:"))
    }
}
