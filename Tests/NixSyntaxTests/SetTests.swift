import Testing

@testable import NixSyntax

/// Attribute sets: paths, merging, inheritance and duplicates.
@Suite struct SetTests {
    static let sets: [ParseCase] = [
        ParseCase(
            "with {}; { }",
            "(with { }; { })"),
        ParseCase(
            "with {}; rec { }",
            "(with { }; rec { })"),
        ParseCase(
            "with {}; { a = 1; }",
            "(with { }; { a = 1; })"),
        ParseCase(
            "with {}; { b = 1; a = 2; }",
            "(with { }; { a = 2; b = 1; })"),
        ParseCase(
            "with {}; { a.b = 1; a.c = 2; }",
            "(with { }; { a = { b = 1; c = 2; }; })"),
        ParseCase(
            "with {}; { a.b.c = 1; a.b.d = 2; }",
            "(with { }; { a = { b = { c = 1; d = 2; }; }; })"),
        ParseCase(
            "with {}; { a = { b = 1; }; a.c = 2; }",
            "(with { }; { a = { b = 1; c = 2; }; })"),
        ParseCase(
            "with {}; { a.b = 1; a = { c = 2; }; }",
            "(with { }; { a = { b = 1; c = 2; }; })"),
        ParseCase(
            "with {}; { a = { b = 1; }; a = { c = 2; }; }",
            "(with { }; { a = { b = 1; c = 2; }; })"),
        ParseCase(
            "with {}; { a = rec { b = 1; }; a.c = b; }",
            "(with { }; { a = rec { b = 1; c = b; }; })"),
        ParseCase(
            "with {}; { a.b = 1; a = rec { c = b; }; }",
            "(with { }; { a = { b = 1; c = b; }; })"),
        ParseCase(
            "with {}; { a = ({ b = 1; }); a.c = 2; }",
            "(with { }; { a = { b = 1; c = 2; }; })"),
        ParseCase(
            "with {}; { a.b.c = 1; a = { b.d = 2; }; }",
            "(with { }; { a = { b = { c = 1; d = 2; }; }; })"),
        ParseCase(
            "with {}; { inherit a b; }",
            "(with { }; { inherit a b; })"),
        ParseCase(
            "with {}; { inherit (a) b c; }",
            "(with { }; { inherit (a) b c; })"),
        ParseCase(
            "with {}; { inherit (a) b; inherit (c) d; inherit e; f = 1; }",
            "(with { }; { inherit e; inherit (a) b; inherit (c) d; f = 1; })"),
        ParseCase(
            "with {}; { inherit; inherit (a); }",
            "(with { }; { })"),
        ParseCase(
            #"with {}; { inherit "a" ${"b"} or; }"#,
            "(with { }; { inherit a b or; })"),
        ParseCase(
            "with {}; { a = { inherit (x) b; }; a = { inherit (y) c; inherit d; }; }",
            "(with { }; { a = { inherit d; inherit (x) b; inherit (y) c; }; })"),
        ParseCase(
            "with {}; { ${a} = 1; }",
            #"(with { }; { "${a}" = 1; })"#),
        ParseCase(
            #"with {}; { "${a}" = 1; }"#,
            #"(with { }; { "${(a)}" = 1; })"#),
        ParseCase(
            #"with {}; { "a" = 1; "b c" = 2; "" = 3; "if" = 4; "1" = 5; }"#,
            #"(with { }; { "" = 3; "1" = 5; a = 1; "b c" = 2; "if" = 4; })"#),
        ParseCase(
            #"with {}; { ${"a"} = 1; }"#,
            "(with { }; { a = 1; })"),
        ParseCase(
            "with {}; { ${''a''} = 1; }",
            "(with { }; { a = 1; })"),
        ParseCase(
            #"with {}; { ${("a")} = 1; }"#,
            "(with { }; { a = 1; })"),
        ParseCase(
            "with {}; { ${http://a} = 1; }",
            #"(with { }; { "http://a" = 1; })"#),
        ParseCase(
            "with {}; { a.${b}.c = 1; a.${b}.d = 2; }",
            #"(with { }; { a = { "${b}" = { c = 1; }; "${b}" = { d = 2; }; }; })"#),
        ParseCase(
            "with {}; { a = { ${x} = 1; }; a = { ${y} = 2; }; }",
            #"(with { }; { a = { "${x}" = 1; "${y}" = 2; }; })"#),
        ParseCase(
            "with {}; { a.b = x: y: z; }",
            "(with { }; { a = { b = (x: (y: z)); }; })"),
        ParseCase(
            "with {}; { or = 1; a.or = 2; }",
            "(with { }; { a = { or = 2; }; or = 1; })"),
        ParseCase(
            "with {}; { a = 1; }.a",
            "(with { }; ({ a = 1; }).a)"),
        ParseCase(
            #"with {}; { a.b = 1; }."a".${"b"}"#,
            "(with { }; ({ a = { b = 1; }; }).a.b)"),
        ParseCase(
            #"with {}; a.${b}."${c}""#,
            #"(with { }; (a)."${b}"."${(c)}")"#),
        ParseCase(
            "with {}; let { a = 1; body = a; }",
            "(with { }; (rec { a = 1; body = a; }).body)"),
        ParseCase(
            "with {}; let a = 1; inherit b; c.d = 2; in a",
            "(with { }; (let inherit b; a = 1; c = { d = 2; }; in a))"),
        ParseCase(
            "with {}; let in 1",
            "(with { }; (let in 1))"),
        ParseCase(
            "with {}; let a.${x} = 1; in a",
            #"(with { }; (let a = { "${x}" = 1; }; in a))"#),
        ParseCase(
            "with {}; rec { a = b; b = 1; }",
            "(with { }; rec { a = b; b = 1; })"),
        ParseCase(
            "with {}; { a.b = { }; a.c.d = [ ]; }",
            "(with { }; { a = { b = { }; c = { d = [ ]; }; }; })"),
        ParseCase(
            "with {}; __curPos",
            "(with { }; __curPos)"),
        ParseCase(
            "with {}; { __curPos = 1; }",
            "(with { }; { __curPos = 1; })"),
    ]

    @Test("sets", arguments: sets)
    func checkSets(_ example: ParseCase) throws {
        #expect(try printedTree(example.source) == example.expected)
    }

    static let duplicates: [ParseCase] = [
        ParseCase(
            "{ a = 1; a = 2; }",
            "attribute 'a' already defined at «string»:1:3 at 1:10"),
        ParseCase(
            "{ a.b = 1; a.b = 2; }",
            "attribute 'a.b' already defined at «string»:1:3 at 1:12"),
        ParseCase(
            "{ a = 1; a.b = 2; }",
            "attribute 'a' already defined at «string»:1:3 at 1:10"),
        ParseCase(
            "{ a.b = 1; a = 2; }",
            "attribute 'a' already defined at «string»:1:3 at 1:12"),
        ParseCase(
            "{ a = { b = 1; }; a = { b = 2; }; }",
            "attribute 'a.b' already defined at «string»:1:9 at 1:25"),
        ParseCase(
            "{ a = { b.c = 1; }; a.b = { c = 2; }; }",
            "attribute 'a.b.c' already defined at «string»:1:9 at 1:29"),
        ParseCase(
            "with {}; { inherit a; a = 1; }",
            "attribute 'a' already defined at «string»:1:20 at 1:23"),
        ParseCase(
            "with {}; { a = 1; inherit a; }",
            "attribute 'a' already defined at «string»:1:12 at 1:27"),
        ParseCase(
            "with {}; { a = 1; inherit (b) a; }",
            "attribute 'a' already defined at «string»:1:12 at 1:31"),
        ParseCase(
            "with {}; { inherit a a; }",
            "attribute 'a' already defined at «string»:1:20 at 1:22"),
        ParseCase(
            "with {}; { inherit (a) b; b.c = 1; }",
            "attribute 'b' already defined at «string»:1:24 at 1:27"),
        ParseCase(
            "let a = 1; a = 2; in a",
            "attribute 'a' already defined at «string»:1:5 at 1:12"),
        ParseCase(
            "rec { a = 1; a = 2; }",
            "attribute 'a' already defined at «string»:1:7 at 1:14"),
        ParseCase(
            #"{ "b c" = 1; "b c" = 2; }"#,
            #"attribute '"b c"' already defined at «string»:1:3 at 1:14"#),
        ParseCase(
            #"{ a."if".b = 1; a."if".b = 2; }"#,
            #"attribute 'a."if".b' already defined at «string»:1:3 at 1:17"#),
        ParseCase(
            "{ a.b = { }; a.b = [ ]; }",
            "attribute 'a.b' already defined at «string»:1:3 at 1:14"),
        ParseCase(
            "let { a = { }; a = 1; }",
            "attribute 'a' already defined at «string»:1:7 at 1:16"),
        ParseCase(
            "\n{\n  a = 1;\n  a = 2;\n}",
            "attribute 'a' already defined at «string»:3:3 at 4:3"),
    ]

    @Test("what is defined twice", arguments: duplicates)
    func checkDuplicates(_ example: ParseCase) {
        #expect(syntaxError(example.source) == example.expected)
    }

    static let dynamic: [ParseCase] = [
        ParseCase(
            "with {}; let ${a} = 1; in 1",
            "dynamic attributes not allowed in let at 1:10"),
        ParseCase(
            #"with {}; let "${a}" = 1; in 1"#,
            "dynamic attributes not allowed in let at 1:10"),
        ParseCase(
            "with {}; { inherit ${a}; }",
            "dynamic attributes not allowed in inherit at 1:20"),
        ParseCase(
            #"with {}; { inherit "${a}"; }"#,
            "dynamic attributes not allowed in inherit at 1:20"),
        ParseCase(
            "with {}; { inherit (b) ${a}; }",
            "dynamic attributes not allowed in inherit at 1:24"),
    ]

    @Test("names that must be fixed", arguments: dynamic)
    func checkDynamic(_ example: ParseCase) {
        #expect(syntaxError(example.source) == example.expected)
    }

    static let mistakes: [ParseCase] = [
        ParseCase(
            "{",
            "syntax error, unexpected end of file, expecting 'inherit' at 1:2"),
        ParseCase(
            "{ a",
            "syntax error, unexpected end of file, expecting '.' or '=' at 1:4"),
        ParseCase(
            "{ a.",
            #"syntax error, unexpected end of file, expecting identifier or 'or' or '${' or '"' at 1:5"#),
        ParseCase(
            "{ a =",
            "syntax error, unexpected end of file at 1:6"),
        ParseCase(
            "{ a = 1",
            "syntax error, unexpected end of file, expecting ';' at 1:8"),
        ParseCase(
            "{ a = 1;",
            "syntax error, unexpected end of file, expecting 'inherit' at 1:9"),
        ParseCase(
            "{ a = 1 }",
            "syntax error, unexpected '}', expecting ';' at 1:9"),
        ParseCase(
            "{ a; }",
            "syntax error, unexpected ';', expecting '.' or '=' at 1:4"),
        ParseCase(
            "{ a b }",
            "syntax error, unexpected identifier, expecting '.' or '=' at 1:5"),
        ParseCase(
            "{ 1 = 2; }",
            "syntax error, unexpected integer, expecting 'inherit' at 1:3"),
        ParseCase(
            "{ = 1; }",
            "syntax error, unexpected '=', expecting 'inherit' at 1:3"),
        ParseCase(
            "rec",
            "syntax error, unexpected end of file, expecting '{' at 1:4"),
        ParseCase(
            "rec {",
            "syntax error, unexpected end of file, expecting 'inherit' or '}' at 1:6"),
        ParseCase(
            "rec { a",
            "syntax error, unexpected end of file, expecting '.' or '=' at 1:8"),
        ParseCase(
            "rec a",
            "syntax error, unexpected identifier, expecting '{' at 1:5"),
        ParseCase(
            "let",
            "syntax error, unexpected end of file, expecting 'in' or 'inherit' at 1:4"),
        ParseCase(
            "let a",
            "syntax error, unexpected end of file, expecting '.' or '=' at 1:6"),
        ParseCase(
            "let a = 1;",
            "syntax error, unexpected end of file, expecting 'in' or 'inherit' at 1:11"),
        ParseCase(
            "let a = 1; b",
            "syntax error, unexpected end of file, expecting '.' or '=' at 1:13"),
        ParseCase(
            "let 1",
            "syntax error, unexpected integer, expecting 'in' or 'inherit' at 1:5"),
        ParseCase(
            "let {",
            "syntax error, unexpected end of file, expecting 'inherit' or '}' at 1:6"),
        ParseCase(
            "let { a = 1;",
            "syntax error, unexpected end of file, expecting 'inherit' or '}' at 1:13"),
        ParseCase(
            "1 + let a",
            "syntax error, unexpected identifier, expecting '{' at 1:9"),
        ParseCase(
            "{ inherit",
            "syntax error, unexpected end of file at 1:10"),
        ParseCase(
            "{ inherit 1; }",
            "syntax error, unexpected integer at 1:11"),
        ParseCase(
            "{ inherit (",
            "syntax error, unexpected end of file at 1:12"),
        ParseCase(
            "{ inherit (a",
            "syntax error, unexpected end of file, expecting ')' at 1:13"),
        ParseCase(
            "{ inherit (1) 2; }",
            "syntax error, unexpected integer at 1:15"),
        ParseCase(
            "{ inherit a = 1; }",
            "syntax error, unexpected '=' at 1:13"),
        ParseCase(
            "{ a = 1; } }",
            "syntax error, unexpected '}', expecting end of file at 1:12"),
        ParseCase(
            "{ ... = 1; }",
            "syntax error, unexpected '=', expecting '}' at 1:7"),
        ParseCase(
            "[ { ... } ]",
            "syntax error, unexpected '...', expecting 'inherit' at 1:5"),
        ParseCase(
            "[ { a, b } ]",
            "syntax error, unexpected ',', expecting '.' or '=' at 1:6"),
        ParseCase(
            "{ ${1 = 2; }",
            "syntax error, unexpected '=', expecting '}' at 1:7"),
        ParseCase(
            "{ a.b.1 = 2; }",
            "syntax error, unexpected floating-point literal, expecting '.' or '=' at 1:6"),
        ParseCase(
            "}",
            "syntax error, unexpected '}' at 1:1"),
        ParseCase(
            "]",
            "syntax error, unexpected ']' at 1:1"),
        ParseCase(
            "[",
            "syntax error, unexpected end of file at 1:2"),
        ParseCase(
            "[ 1",
            "syntax error, unexpected end of file at 1:4"),
        ParseCase(
            "[ 1, 2 ]",
            "syntax error, unexpected ',' at 1:4"),
        ParseCase(
            "{ or",
            "syntax error, unexpected end of file, expecting '.' or '=' at 1:5"),
        ParseCase(
            #"{ "a" "#,
            "syntax error, unexpected end of file, expecting '.' or '=' at 1:7"),
        ParseCase(
            "{ a: 1 }",
            "syntax error, unexpected ':', expecting '.' or '=' at 1:4"),
    ]

    @Test("sets that do not end", arguments: mistakes)
    func checkMistakes(_ example: ParseCase) {
        #expect(syntaxError(example.source) == example.expected)
    }
}
