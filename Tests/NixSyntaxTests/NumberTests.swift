import Testing

@testable import NixSyntax

/// Integers, floats and comments.
@Suite struct NumberTests {
    static let numbers: [ParseCase] = [
        ParseCase(
            "0",
            "0"),
        ParseCase(
            "007",
            "7"),
        ParseCase(
            "9223372036854775807",
            "9223372036854775807"),
        ParseCase(
            "1.5",
            "1.5"),
        ParseCase(
            ".5",
            "0.5"),
        ParseCase(
            "1.",
            "1"),
        ParseCase(
            "0.1",
            "0.1"),
        ParseCase(
            "1.0e3",
            "1000"),
        ParseCase(
            "1.e3",
            "1000"),
        ParseCase(
            "1.5e+300",
            "1.5e+300"),
        ParseCase(
            "1.5E-10",
            "1.5e-10"),
        ParseCase(
            "100000.0",
            "100000"),
        ParseCase(
            "1000000.0",
            "1e+06"),
        ParseCase(
            "12345678.9",
            "1.23457e+07"),
        ParseCase(
            "0.00001234",
            "1.234e-05"),
        ParseCase(
            "[ 1.5.5 ]",
            "[ (1.5) (0.5) ]"),
        ParseCase(
            "1.0e-5",
            "1e-05"),
        ParseCase(
            "[ 1 2.5 ]",
            "[ (1) (2.5) ]"),
        ParseCase(
            "[ 00.5 ]",
            "[ (0) (0.5) ]"),
        ParseCase(
            "123456789.0",
            "1.23457e+08"),
    ]

    @Test("numbers", arguments: numbers)
    func checkNumbers(_ example: ParseCase) throws {
        #expect(try printedTree(example.source) == example.expected)
    }

    static let comments: [ParseCase] = [
        ParseCase(
            "# a\n1",
            "1"),
        ParseCase(
            "1 # b",
            "1"),
        ParseCase(
            "/* a */ 1",
            "1"),
        ParseCase(
            "/**/ 1",
            "1"),
        ParseCase(
            "/* a * / ** */1",
            "1"),
        ParseCase(
            "/** doc */ 1",
            "1"),
        ParseCase(
            "{ /* a */ b /**/ = # c\n 1; }",
            "{ b = 1; }"),
        ParseCase(
            "1/**/+/**/2",
            "(1 + 2)"),
        ParseCase(
            "# a\r1",
            "1"),
        ParseCase(
            "/***/1",
            "1"),
        ParseCase(
            "/****/1",
            "1"),
    ]

    @Test("comments", arguments: comments)
    func checkComments(_ example: ParseCase) throws {
        #expect(try printedTree(example.source) == example.expected)
    }

    static let mistakes: [ParseCase] = [
        ParseCase(
            "9223372036854775808",
            "invalid integer '9223372036854775808' at 1:1"),
        ParseCase(
            "99999999999999999999",
            "invalid integer '99999999999999999999' at 1:1"),
        ParseCase(
            "[ 99999999999999999999 ]",
            "invalid integer '99999999999999999999' at 1:3"),
        ParseCase(
            "{ } 99999999999999999999",
            "invalid integer '99999999999999999999' at 1:5"),
        ParseCase(
            "x@{ }99999999999999999999",
            "invalid integer '99999999999999999999' at 1:6"),
        ParseCase(
            "1.0e999",
            "invalid float '1.0e999' at 1:1"),
        ParseCase(
            "1.0e-400",
            "invalid float '1.0e-400' at 1:1"),
        ParseCase(
            "^",
            "syntax error, unexpected invalid token at 1:1"),
        ParseCase(
            "é",
            "syntax error, unexpected invalid token at 1:1"),
        ParseCase(
            "$",
            "syntax error, unexpected invalid token at 1:1"),
        ParseCase(
            "&",
            "syntax error, unexpected invalid token at 1:1"),
        ParseCase(
            "|",
            "syntax error, unexpected invalid token at 1:1"),
        ParseCase(
            "`",
            "syntax error, unexpected invalid token at 1:1"),
        ParseCase(
            #"\"#,
            "syntax error, unexpected invalid token at 1:1"),
        ParseCase(
            "1 ^ 2",
            "syntax error, unexpected invalid token, expecting end of file at 1:3"),
        ParseCase(
            "%",
            "syntax error, unexpected invalid token at 1:1"),
        ParseCase(
            "/* a",
            "syntax error, unexpected '/' at 1:1"),
        ParseCase(
            "1 /* a",
            "syntax error, unexpected '*' at 1:4"),
        ParseCase(
            #""a" 'b"#,
            "syntax error, unexpected invalid token, expecting end of file at 1:5"),
        ParseCase(
            "\n\n  ^",
            "syntax error, unexpected invalid token at 3:3"),
        ParseCase(
            "1 \r ^",
            "syntax error, unexpected invalid token, expecting end of file at 2:2"),
        ParseCase(
            "1\r\n^",
            "syntax error, unexpected invalid token, expecting end of file at 2:1"),
        ParseCase(
            "1\n\r^",
            "syntax error, unexpected invalid token, expecting end of file at 3:1"),
        ParseCase(
            "{ } ^",
            "syntax error, unexpected invalid token, expecting end of file at 1:5"),
        ParseCase(
            "",
            "syntax error, unexpected end of file at 1:1"),
    ]

    @Test("numbers out of range and what is no token", arguments: mistakes)
    func checkMistakes(_ example: ParseCase) {
        #expect(syntaxError(example.source) == example.expected)
    }
}
