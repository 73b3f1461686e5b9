import Testing

@testable import NixSyntax

/// Path literals, search paths and interpolated paths.
@Suite struct PathTests {
    static let paths: [ParseCase] = [
        ParseCase(
            "./a",
            "/a"),
        ParseCase(
            "../a",
            "/a"),
        ParseCase(
            "./a/../b",
            "/b"),
        ParseCase(
            "/a/b",
            "/a/b"),
        ParseCase(
            "/a/./b",
            "/a/b"),
        ParseCase(
            "a/b",
            "/a/b"),
        ParseCase(
            "a.b/c",
            "/a.b/c"),
        ParseCase(
            "1/2",
            "/1/2"),
        ParseCase(
            "./.",
            "/"),
        ParseCase(
            "../..",
            "/"),
        ParseCase(
            "/.",
            "/"),
        ParseCase(
            "~/a",
            "/home/user/a"),
        ParseCase(
            "~/a/../b",
            "/home/user/a/../b"),
        ParseCase(
            "./a-b_c+d.e",
            "/a-b_c+d.e"),
        ParseCase(
            "[ a/b /c ]",
            "[ (/a/b) (/c) ]"),
        ParseCase(
            "a/b.c",
            "/a/b.c"),
        ParseCase(
            "<nixpkgs>",
            #"(__findFile __nixPath "nixpkgs")"#),
        ParseCase(
            "<a/b.c>",
            #"(__findFile __nixPath "a/b.c")"#),
        ParseCase(
            "<a-b+c_d.1/e>",
            #"(__findFile __nixPath "a-b+c_d.1/e")"#),
        ParseCase(
            "{ a = { }; }.a/b",
            "({ a = { }; } /.a/b)"),
        ParseCase(
            "1.5/2",
            "/1.5/2"),
        ParseCase(
            ".../a",
            "/.../a"),
        ParseCase(
            "x: x/a",
            "(x: /x/a)"),
    ]

    @Test("paths", arguments: paths)
    func checkPaths(_ example: ParseCase) throws {
        #expect(try printedTree(example.source) == example.expected)
    }

    static let interpolated: [ParseCase] = [
        ParseCase(
            "with {}; ./${a}",
            "(with { }; (// + a))"),
        ParseCase(
            "with {}; ./a/${b}",
            "(with { }; (/a/ + b))"),
        ParseCase(
            "with {}; ./a/b${c}d",
            #"(with { }; (/a/b + c + "d"))"#),
        ParseCase(
            "with {}; /${a}",
            "(with { }; (/ + a))"),
        ParseCase(
            "with {}; /a/${b}/c",
            #"(with { }; (/a/ + b + "/c"))"#),
        ParseCase(
            "with {}; a/${b}",
            "(with { }; (/a/ + b))"),
        ParseCase(
            "with {}; ~/${a}",
            "(with { }; (/home/user/ + a))"),
        ParseCase(
            "with {}; ./a${b}.c/d",
            #"(with { }; (/a + b + ".c/d"))"#),
        ParseCase(
            "with {}; ./${a}/${b}",
            #"(with { }; (// + a + "/" + b))"#),
        ParseCase(
            "with {}; ./a/${b}${c}",
            "(with { }; (/a/ + b + c))"),
        ParseCase(
            "with {}; ./${a}//b",
            #"(with { }; (// + a + "/" + "/b"))"#),
        ParseCase(
            #"with {}; /${"a"}"#,
            #"(with { }; (/ + "a"))"#),
        ParseCase(
            #"with {}; ./a${"b"} c"#,
            #"(with { }; ((/a + "b") c))"#),
        ParseCase(
            "with {}; [ ./${a} ]",
            "(with { }; [ ((// + a)) ])"),
    ]

    @Test("interpolated paths", arguments: interpolated)
    func checkInterpolated(_ example: ParseCase) throws {
        #expect(try printedTree(example.source) == example.expected)
    }

    static let mistakes: [ParseCase] = [
        ParseCase(
            "./a/",
            "path has a trailing slash at 1:1"),
        ParseCase(
            "./a/ ",
            "path has a trailing slash at 1:5"),
        ParseCase(
            "./a//b//c",
            "syntax error, unexpected string, expecting '${' at 1:8"),
        ParseCase(
            "./${1}/",
            "path has a trailing slash at 1:7"),
        ParseCase(
            "<a",
            "syntax error, unexpected '<' at 1:1"),
        ParseCase(
            "<a//b>",
            "syntax error, unexpected '<' at 1:1"),
        ParseCase(
            "~",
            "syntax error, unexpected invalid token at 1:1"),
        ParseCase(
            "/",
            "syntax error, unexpected '/' at 1:1"),
        ParseCase(
            "./${1",
            "syntax error, unexpected end of file, expecting '}' at 1:6"),
        ParseCase(
            "~a/b",
            "syntax error, unexpected invalid token at 1:1"),
        ParseCase(
            "[ ./a/ ]",
            "path has a trailing slash at 1:7"),
        ParseCase(
            "{ a = a/b",
            "syntax error, unexpected end of file, expecting ';' at 1:7"),
    ]

    @Test("paths that are none", arguments: mistakes)
    func checkMistakes(_ example: ParseCase) {
        #expect(syntaxError(example.source) == example.expected)
    }
}
