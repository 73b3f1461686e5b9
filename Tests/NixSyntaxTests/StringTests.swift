import Testing

@testable import NixSyntax

/// Both kinds of strings: escapes, interpolation, indentation.
@Suite struct StringTests {
    static let quoted: [ParseCase] = [
        ParseCase(
            #""""#,
            #""""#),
        ParseCase(
            #""a""#,
            #""a""#),
        ParseCase(
            #""\n\r\t\\\"\a\$""#,
            #""\n\r\t\\\"a$""#),
        ParseCase(
            #""\${x}""#,
            #""\${x}""#),
        ParseCase(
            #""$""#,
            #""$""#),
        ParseCase(
            #""$$""#,
            #""$$""#),
        ParseCase(
            #""$${a}""#,
            #""$\${a}""#),
        ParseCase(
            #""a$""#,
            #""a$""#),
        ParseCase(
            #""$a""#,
            #""$a""#),
        ParseCase(
            #""$\{a}""#,
            #""\${a}""#),
        ParseCase(
            "\"a\r\nb\rc\"",
            #""a\nb\nc""#),
        ParseCase(
            "\"\\\r\n\"",
            #""\r\n""#),
        ParseCase(
            #""${"a"}""#,
            #"("a")"#),
        ParseCase(
            #""${"a"}b""#,
            #"("a" + "b")"#),
        ParseCase(
            #""a${"b"}c${"d"}""#,
            #"("a" + "b" + "c" + "d")"#),
        ParseCase(
            #""$$${"a"}""#,
            #"("$$" + "a")"#),
        ParseCase(
            "\"a\nb\"",
            #""a\nb""#),
        ParseCase(
            #""é""#,
            #""é""#),
        ParseCase(
            #""${"${"x"}"}""#,
            #"(("x"))"#),
        ParseCase(
            #""}""#,
            #""}""#),
        ParseCase(
            "\"#\"",
            "\"#\""),
        ParseCase(
            #""''""#,
            #""''""#),
        ParseCase(
            #""//${"/*"}*/""#,
            #"("//" + "/*" + "*/")"#),
    ]

    @Test("quoted strings", arguments: quoted)
    func checkQuoted(_ example: ParseCase) throws {
        #expect(try printedTree(example.source) == example.expected)
    }

    static let indented: [ParseCase] = [
        ParseCase(
            "''''",
            #""""#),
        ParseCase(
            "''a''",
            #""a""#),
        ParseCase(
            "''\n  a\n    b\n  c\n''",
            #""a\n  b\nc\n""#),
        ParseCase(
            "''  \n   a\n  b''",
            #"" a\nb""#),
        ParseCase(
            "''\n  a\n \n\n  b\n  ''",
            #""a\n\n\nb\n""#),
        ParseCase(
            "''\n\n  a\n''",
            #""\na\n""#),
        ParseCase(
            "'' a\n  b''",
            #""a\n b""#),
        ParseCase(
            "''\n    ${\"x\"}\n  y\n''",
            #"("  " + "x" + "\ny\n")"#),
        ParseCase(
            "''\n  a${\"x\"}\n    b\n''",
            #"("a" + "x" + "\n  b\n")"#),
        ParseCase(
            "''$''",
            #""$""#),
        ParseCase(
            "''$$''",
            #""$$""#),
        ParseCase(
            "''$${a}''",
            #""$\${a}""#),
        ParseCase(
            "''''$''",
            #""$""#),
        ParseCase(
            "''''${a}''",
            #"("$" + "{a}")"#),
        ParseCase(
            "'''''''",
            #""''""#),
        ParseCase(
            #"''''\n''"#,
            #""\n""#),
        ParseCase(
            #"''''\\''"#,
            #""\\""#),
        ParseCase(
            #"''''\${a}''"#,
            #"("$" + "{a}")"#),
        ParseCase(
            "''' ''",
            #""' ""#),
        ParseCase(
            "''a'b''",
            #""a'b""#),
        ParseCase(
            "''a'$b''",
            #"("a" + "'" + "$b")"#),
        ParseCase(
            #"''a'${"b"}''"#,
            #"("a" + "'" + "b")"#),
        ParseCase(
            "''\n\ta\n  b\n''",
            #""\ta\n  b\n""#),
        ParseCase(
            "''\n  a\r\n  b\n''",
            #""a\r\nb\n""#),
        ParseCase(
            "''\n  ''\\n  a\n    b''",
            #"("\n" + "a\n  b")"#),
        ParseCase(
            "''\n  ''$a\n   b''",
            #"("$" + "a\n b")"#),
        ParseCase(
            "''\n   '''a\n  b''",
            #"(" " + "''" + "a\nb")"#),
        ParseCase(
            #"''${"a"}''"#,
            #""a""#),
        ParseCase(
            #"''${"a"}${"b"}''"#,
            #"("a" + "b")"#),
        ParseCase(
            "''\n  a\n  ''",
            #""a\n""#),
        ParseCase(
            "''\n  a\n  b ''",
            #""a\nb ""#),
        ParseCase(
            "''  ''",
            #""""#),
        ParseCase(
            "''\n''",
            #""""#),
        ParseCase(
            "''a\n''",
            #""a\n""#),
        ParseCase(
            "''\n  x ''${\"y\"}''",
            #"("x " + "$" + "{\"y\"}")"#),
        ParseCase(
            #"''"''"#,
            #""\"""#),
        ParseCase(
            "''\n  a\\n\n''",
            #""a\\n\n""#),
    ]

    @Test("indented strings", arguments: indented)
    func checkIndented(_ example: ParseCase) throws {
        #expect(try printedTree(example.source) == example.expected)
    }

    static let urls: [ParseCase] = [
        ParseCase(
            "http://a.b/c?d=e",
            #""http://a.b/c?d=e""#),
        ParseCase(
            "x:x",
            #""x:x""#),
        ParseCase(
            "a+b-c.d:e",
            #""a+b-c.d:e""#),
        ParseCase(
            "x:x.y",
            #""x:x.y""#),
        ParseCase(
            "ftp://a/%20~!*'",
            #""ftp://a/%20~!*'""#),
    ]

    @Test("URL literals", arguments: urls)
    func checkUrls(_ example: ParseCase) throws {
        #expect(try printedTree(example.source) == example.expected)
    }

    static let mistakes: [ParseCase] = [
        ParseCase(
            #""a"#,
            #"syntax error, unexpected end of file, expecting '"' at 1:3"#),
        ParseCase(
            #"""#,
            #"syntax error, unexpected end of file, expecting '"' at 1:2"#),
        ParseCase(
            #""a${1"#,
            "syntax error, unexpected end of file, expecting '}' at 1:6"),
        ParseCase(
            #""${"#,
            "syntax error, unexpected end of file at 1:4"),
        ParseCase(
            #""a\"#,
            #"syntax error, unexpected end of file, expecting '"' at 1:4"#),
        ParseCase(
            #""a$"#,
            #"syntax error, unexpected end of file, expecting '"' at 1:4"#),
        ParseCase(
            #""${1 2 3"#,
            "syntax error, unexpected end of file, expecting '}' at 1:9"),
        ParseCase(
            "''a",
            "syntax error, unexpected end of file, expecting indented string or '${' or end of an indented string at 1:4"
        ),
        ParseCase(
            "''",
            "syntax error, unexpected end of file, expecting indented string or '${' or end of an indented string at 1:3"
        ),
        ParseCase(
            "''a${1}",
            "syntax error, unexpected end of file, expecting indented string or '${' or end of an indented string at 1:8"
        ),
        ParseCase(
            "''a''$",
            "syntax error, unexpected end of file, expecting indented string or '${' or end of an indented string at 1:7"
        ),
        ParseCase(
            #"''a''\"#,
            "syntax error, unexpected invalid token, expecting end of file at 1:6"),
    ]

    @Test("strings that do not end", arguments: mistakes)
    func checkMistakes(_ example: ParseCase) {
        #expect(syntaxError(example.source) == example.expected)
    }
}
