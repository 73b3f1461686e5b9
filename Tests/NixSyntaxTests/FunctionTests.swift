import Testing

@testable import NixSyntax

/// Functions and their patterns, conditionals, with and assert.
@Suite struct FunctionTests {
    static let functions: [ParseCase] = [
        ParseCase(
            "x: x",
            "(x: x)"),
        ParseCase(
            "x: y: x",
            "(x: (y: x))"),
        ParseCase(
            "{ }: 1",
            "({  }: 1)"),
        ParseCase(
            "{ ... }: 1",
            "({ ... }: 1)"),
        ParseCase(
            "{ a }: a",
            "({ a }: a)"),
        ParseCase(
            "{ a, }: a",
            "({ a }: a)"),
        ParseCase(
            "{ b, a }: a",
            "({ a, b }: a)"),
        ParseCase(
            "{ a, b, ... }: a",
            "({ a, b, ... }: a)"),
        ParseCase(
            "{ a ? 1 }: a",
            "({ a ? 1 }: a)"),
        ParseCase(
            "{ a ? 1, b ? a, ... }: b",
            "({ a ? 1, b ? a, ... }: b)"),
        ParseCase(
            "{ a }@b: b",
            "({ a } @ b: b)"),
        ParseCase(
            "b@{ a }: b",
            "({ a } @ b: b)"),
        ParseCase(
            "b @ { a, ... }: b",
            "({ a, ... } @ b: b)"),
        ParseCase(
            "{ }@b: b",
            "({  } @ b: b)"),
        ParseCase(
            "{ ... }@b: b",
            "({ ... } @ b: b)"),
        ParseCase(
            "{ a ? { }: 1 }: a",
            "({ a ? ({  }: 1) }: a)"),
        ParseCase(
            "x: { y }: z: x",
            "(x: ({ y }: (z: x)))"),
        ParseCase(
            "_: 1",
            "(_: 1)"),
        ParseCase(
            "x': x'",
            "(x': x')"),
        ParseCase(
            "{ a, b ? x: x }: b",
            "({ a, b ? (x: x) }: b)"),
        ParseCase(
            "(x: x) 1",
            "((x: x) 1)"),
    ]

    @Test("functions", arguments: functions)
    func checkFunctions(_ example: ParseCase) throws {
        #expect(try printedTree(example.source) == example.expected)
    }

    static let control: [ParseCase] = [
        ParseCase(
            "with {}; if a then b else c",
            "(with { }; (if a then b else c))"),
        ParseCase(
            "with {}; if a then b else if c then d else e",
            "(with { }; (if a then b else (if c then d else e)))"),
        ParseCase(
            "with {}; assert a; b",
            "(with { }; assert a; b)"),
        ParseCase(
            "with {}; assert a; assert b; c",
            "(with { }; assert a; assert b; c)"),
        ParseCase(
            "with {}; with a; with b; c",
            "(with { }; (with a; (with b; c)))"),
        ParseCase(
            "with {}; with a; b + c",
            "(with { }; (with a; (b + c)))"),
        ParseCase(
            "with {}; let a = 1; in let b = a; in b",
            "(with { }; (let a = 1; in (let b = a; in b)))"),
        ParseCase(
            "with {}; if a then x: x else y: y",
            "(with { }; (if a then (x: x) else (y: y)))"),
        ParseCase(
            "with {}; if a then with b; c else assert d; e",
            "(with { }; (if a then (with b; c) else assert d; e))"),
        ParseCase(
            "with {}; [ (if a then b else c) (x: x) ]",
            "(with { }; [ ((if a then b else c)) ((x: x)) ])"),
    ]

    @Test("conditionals and scopes", arguments: control)
    func checkControl(_ example: ParseCase) throws {
        #expect(try printedTree(example.source) == example.expected)
    }

    static let duplicates: [ParseCase] = [
        ParseCase(
            "{ a, a }: 1",
            "duplicate formal function argument 'a' at 1:6"),
        ParseCase(
            "{ a, b, a }: 1",
            "duplicate formal function argument 'a' at 1:9"),
        ParseCase(
            "{ a, b, b, a }: 1",
            "duplicate formal function argument 'a' at 1:12"),
        ParseCase(
            "{ a }@a: 1",
            "duplicate formal function argument 'a' at 1:1"),
        ParseCase(
            "a@{ a }: 1",
            "duplicate formal function argument 'a' at 1:1"),
        ParseCase(
            "a@{ b, a ? 1 }: 1",
            "duplicate formal function argument 'a' at 1:1"),
        ParseCase(
            "{ a, a ? 1, ... }@b: 1",
            "duplicate formal function argument 'a' at 1:6"),
        ParseCase(
            "1 + ({ a, a }: 1)",
            "duplicate formal function argument 'a' at 1:11"),
    ]

    @Test("formals that occur twice", arguments: duplicates)
    func checkDuplicates(_ example: ParseCase) {
        #expect(syntaxError(example.source) == example.expected)
    }

    static let mistakes: [ParseCase] = [
        ParseCase(
            "x:",
            "syntax error, unexpected end of file at 1:3"),
        ParseCase(
            "x@",
            "syntax error, unexpected end of file, expecting '{' at 1:3"),
        ParseCase(
            "x@y",
            "syntax error, unexpected identifier, expecting '{' at 1:3"),
        ParseCase(
            "x@{",
            "syntax error, unexpected end of file, expecting identifier or '...' or '}' at 1:4"),
        ParseCase(
            "x@{ a",
            "syntax error, unexpected end of file, expecting '}' or ',' at 1:6"),
        ParseCase(
            "x@{ a b }",
            "syntax error, unexpected identifier, expecting '}' or ',' at 1:7"),
        ParseCase(
            "x@{ a, 1 }",
            "syntax error, unexpected integer, expecting identifier or '...' or '}' at 1:8"),
        ParseCase(
            "x@{ a }",
            "syntax error, unexpected end of file, expecting ':' at 1:8"),
        ParseCase(
            "{ a }",
            "syntax error, unexpected end of file, expecting ':' or '@' at 1:6"),
        ParseCase(
            "{ a, b",
            "syntax error, unexpected end of file, expecting '}' or ',' at 1:7"),
        ParseCase(
            "{ a, b }",
            "syntax error, unexpected end of file, expecting ':' or '@' at 1:9"),
        ParseCase(
            "{ a, b c }",
            "syntax error, unexpected identifier, expecting '}' or ',' at 1:8"),
        ParseCase(
            "{ a ? 1",
            "syntax error, unexpected end of file, expecting '}' or ',' at 1:8"),
        ParseCase(
            "{ a ? 1 b }",
            "syntax error, unexpected end of file, expecting ':' or '@' at 1:12"),
        ParseCase(
            "{ a ?",
            "syntax error, unexpected end of file at 1:6"),
        ParseCase(
            "{ ...",
            "syntax error, unexpected end of file, expecting '}' at 1:6"),
        ParseCase(
            "{ ..., a }: 1",
            "syntax error, unexpected ',', expecting '}' at 1:6"),
        ParseCase(
            "{ a, ... b }",
            "syntax error, unexpected identifier, expecting '}' at 1:10"),
        ParseCase(
            "{ }@",
            "syntax error, unexpected end of file, expecting identifier at 1:5"),
        ParseCase(
            "{ }@1",
            "syntax error, unexpected integer, expecting identifier at 1:5"),
        ParseCase(
            "{ }@a",
            "syntax error, unexpected end of file, expecting ':' at 1:6"),
        ParseCase(
            "{ }@a b",
            "syntax error, unexpected identifier, expecting ':' at 1:7"),
        ParseCase(
            "{ a }@a@b: 1",
            "syntax error, unexpected '@', expecting ':' at 1:8"),
        ParseCase(
            "{ , }",
            "syntax error, unexpected ',', expecting 'inherit' at 1:3"),
        ParseCase(
            "{ a,, b }: 1",
            "syntax error, unexpected ',', expecting identifier or '...' or '}' at 1:5"),
        ParseCase(
            "if",
            "syntax error, unexpected end of file at 1:3"),
        ParseCase(
            "if 1",
            "syntax error, unexpected end of file, expecting 'then' at 1:5"),
        ParseCase(
            "if 1 then",
            "syntax error, unexpected end of file at 1:10"),
        ParseCase(
            "if 1 then 2",
            "syntax error, unexpected end of file, expecting 'else' at 1:12"),
        ParseCase(
            "if 1 then 2 else",
            "syntax error, unexpected end of file at 1:17"),
        ParseCase(
            "with 1",
            "syntax error, unexpected end of file, expecting ';' at 1:7"),
        ParseCase(
            "with",
            "syntax error, unexpected end of file at 1:5"),
        ParseCase(
            "assert 1 2",
            "syntax error, unexpected end of file, expecting ';' at 1:11"),
        ParseCase(
            "assert 1",
            "syntax error, unexpected end of file, expecting ';' at 1:9"),
        ParseCase(
            "(1",
            "syntax error, unexpected end of file, expecting ')' at 1:3"),
        ParseCase(
            "(",
            "syntax error, unexpected end of file at 1:2"),
        ParseCase(
            "1 1 :",
            "syntax error, unexpected ':', expecting end of file at 1:5"),
        ParseCase(
            "x: y: ]",
            "syntax error, unexpected ']' at 1:7"),
        ParseCase(
            "then",
            "syntax error, unexpected 'then' at 1:1"),
        ParseCase(
            "1 then",
            "syntax error, unexpected 'then', expecting end of file at 1:3"),
        ParseCase(
            "else",
            "syntax error, unexpected 'else' at 1:1"),
        ParseCase(
            "in",
            "syntax error, unexpected 'in' at 1:1"),
        ParseCase(
            "inherit",
            "syntax error, unexpected 'inherit' at 1:1"),
        ParseCase(
            "x: let y = 1; z: 2",
            "syntax error, unexpected ':', expecting '.' or '=' at 1:16"),
    ]

    @Test("functions that do not go on", arguments: mistakes)
    func checkMistakes(_ example: ParseCase) {
        #expect(syntaxError(example.source) == example.expected)
    }
}
