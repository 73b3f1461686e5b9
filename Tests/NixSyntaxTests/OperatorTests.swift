import Testing

@testable import NixSyntax

/// Precedence, associativity and the calls that operators become, against what nix-instantiate prints.
@Suite struct OperatorTests {
    static let precedence: [ParseCase] = [
        ParseCase(
            "with {}; a -> b -> c",
            "(with { }; (a -> (b -> c)))"),
        ParseCase(
            "with {}; a || b || c",
            "(with { }; ((a || b) || c))"),
        ParseCase(
            "with {}; a || b && c",
            "(with { }; (a || (b && c)))"),
        ParseCase(
            "with {}; a && b == c",
            "(with { }; (a && (b == c)))"),
        ParseCase(
            "with {}; a == b < c",
            "(with { }; (a == (__lessThan b c)))"),
        ParseCase(
            "with {}; a < b // c",
            "(with { }; (__lessThan a (b // c)))"),
        ParseCase(
            "with {}; a // b // c",
            "(with { }; (a // (b // c)))"),
        ParseCase(
            "with {}; ! a + b",
            "(with { }; (! (a + b)))"),
        ParseCase(
            "with {}; ! a == b",
            "(with { }; ((! a) == b))"),
        ParseCase(
            "with {}; - a + b",
            "(with { }; ((__sub 0 a) + b))"),
        ParseCase(
            "with {}; - a ? b",
            "(with { }; (((__sub 0 a)) ? b))"),
        ParseCase(
            "with {}; a - - b",
            "(with { }; (__sub a (__sub 0 b)))"),
        ParseCase(
            "with {}; a * b + c * d",
            "(with { }; ((__mul a b) + (__mul c d)))"),
        ParseCase(
            "with {}; a - b - c",
            "(with { }; (__sub (__sub a b) c))"),
        ParseCase(
            "with {}; a / b / c",
            "(with { }; (__div (__div a b) c))"),
        ParseCase(
            "with {}; a ++ b ++ c",
            "(with { }; (a ++ (b ++ c)))"),
        ParseCase(
            "with {}; a * b ++ c",
            "(with { }; (__mul a (b ++ c)))"),
        ParseCase(
            "with {}; a ++ b ? c",
            "(with { }; (a ++ ((b) ? c)))"),
        ParseCase(
            "with {}; ! a ? b",
            "(with { }; (! ((a) ? b)))"),
        ParseCase(
            "with {}; a * ! b + c",
            "(with { }; (__mul a (! (b + c))))"),
        ParseCase(
            "with {}; - - a",
            "(with { }; (__sub 0 (__sub 0 a)))"),
        ParseCase(
            "with {}; !!a",
            "(with { }; (! (! a)))"),
        ParseCase(
            "with {}; a <= b",
            "(with { }; (! (__lessThan b a)))"),
        ParseCase(
            "with {}; a >= b",
            "(with { }; (! (__lessThan a b)))"),
        ParseCase(
            "with {}; a > b",
            "(with { }; (__lessThan b a))"),
        ParseCase(
            "with {}; a != b",
            "(with { }; (a != b))"),
        ParseCase(
            #"with {}; a + b + "c""#,
            #"(with { }; ((a + b) + "c"))"#),
        ParseCase(
            "with {}; (a + b) + c",
            "(with { }; ((a + b) + c))"),
        ParseCase(
            "with {}; f x y + g z",
            "(with { }; ((f x y) + (g z)))"),
        ParseCase(
            "with {}; a ++ - b ? c.d",
            "(with { }; (a ++ (((__sub 0 b)) ? c.d)))"),
    ]

    @Test("operators bind as in Nix", arguments: precedence)
    func checkPrecedence(_ example: ParseCase) throws {
        #expect(try printedTree(example.source) == example.expected)
    }

    static let calls: [ParseCase] = [
        ParseCase(
            "with {}; f x y",
            "(with { }; (f x y))"),
        ParseCase(
            "with {}; (f x) y",
            "(with { }; (f x y))"),
        ParseCase(
            "with {}; (a < b) c",
            "(with { }; (__lessThan a b c))"),
        ParseCase(
            "with {}; (- a) b",
            "(with { }; (__sub 0 a b))"),
        ParseCase(
            "with {}; (a - b) c",
            "(with { }; (__sub a b c))"),
        ParseCase(
            "with {}; (a <= b) c",
            "(with { }; ((! (__lessThan b a)) c))"),
        ParseCase(
            "with {}; <nixpkgs> { }",
            #"(with { }; (__findFile __nixPath "nixpkgs" { }))"#),
        ParseCase(
            "with {}; f (g x)",
            "(with { }; (f (g x)))"),
        ParseCase(
            "with {}; f { } [ ]",
            "(with { }; (f { } [ ]))"),
        ParseCase(
            "with {}; f let { body = 1; } y",
            "(with { }; (f (rec { body = 1; }).body y))"),
        ParseCase(
            "with {}; f x.y z.w or v",
            "(with { }; (f (x).y (z).w or (v)))"),
    ]

    @Test("applications merge into one call", arguments: calls)
    func checkCalls(_ example: ParseCase) throws {
        #expect(try printedTree(example.source) == example.expected)
    }

    static let pipes: [ParseCase] = [
        ParseCase(
            "with {}; a |> f",
            "(with { }; (f a))"),
        ParseCase(
            "with {}; a |> f x",
            "(with { }; (f x a))"),
        ParseCase(
            "with {}; a |> f |> g",
            "(with { }; (g (f a)))"),
        ParseCase(
            "with {}; f <| a",
            "(with { }; (f a))"),
        ParseCase(
            "with {}; f x <| a",
            "(with { }; (f x a))"),
        ParseCase(
            "with {}; f <| g <| a",
            "(with { }; (f (g a)))"),
        ParseCase(
            "with {}; a + b |> f",
            "(with { }; (f (a + b)))"),
        ParseCase(
            "with {}; x: x |> f",
            "(with { }; (x: (f x)))"),
    ]

    @Test("pipes are calls", arguments: pipes)
    func checkPipes(_ example: ParseCase) throws {
        #expect(try printedTree(example.source) == example.expected)
    }

    static let oldOr: [ParseCase] = [
        ParseCase(
            "with {}; f or",
            "(with { }; (f or))"),
        ParseCase(
            "with {}; f (g or)",
            "(with { }; (f (g or)))"),
        ParseCase(
            "with {}; a.or",
            "(with { }; (a).or)"),
        ParseCase(
            "with {}; a.b or c.d or e",
            "(with { }; (a).b or ((c).d or (e)))"),
        ParseCase(
            "with {}; { or = 1; }.or",
            "(with { }; ({ or = 1; }).or)"),
        ParseCase(
            "with {}; a ? or",
            "(with { }; ((a) ? or))"),
        ParseCase(
            "with {}; (f x) or",
            "(with { }; ((f x) or))"),
        ParseCase(
            "with {}; <a> or y",
            #"(with { }; ((__findFile __nixPath "a") or y))"#),
        ParseCase(
            "with {}; (f or) x",
            "(with { }; (f or x))"),
    ]

    @Test("or as an identifier", arguments: oldOr)
    func checkOldOr(_ example: ParseCase) throws {
        #expect(try printedTree(example.source) == example.expected)
    }

    static let mistakes: [ParseCase] = [
        ParseCase(
            "1 == 2 == 3",
            "syntax error, unexpected '==' at 1:8"),
        ParseCase(
            "1 < 2 < 3",
            "syntax error, unexpected '<' at 1:7"),
        ParseCase(
            "1 == 2 != 3",
            "syntax error, unexpected '!=' at 1:8"),
        ParseCase(
            "1 <= 2 > 3",
            "syntax error, unexpected '>' at 1:8"),
        ParseCase(
            "1 + if true then 1 else 2",
            "syntax error, unexpected 'if' at 1:5"),
        ParseCase(
            "1 + x: x",
            "syntax error, unexpected ':', expecting end of file at 1:6"),
        ParseCase(
            "1 +",
            "syntax error, unexpected end of file at 1:4"),
        ParseCase(
            "!",
            "syntax error, unexpected end of file at 1:2"),
        ParseCase(
            "1 |> 2 <| 3",
            "syntax error, unexpected '<|', expecting end of file at 1:8"),
        ParseCase(
            "1 <| 2 |> 3",
            "syntax error, unexpected '|>', expecting end of file at 1:8"),
        ParseCase(
            "or",
            "syntax error, unexpected 'or' at 1:1"),
        ParseCase(
            "1 2 )",
            "syntax error, unexpected ')', expecting end of file at 1:5"),
        ParseCase(
            "a.b or",
            "syntax error, unexpected end of file at 1:7"),
        ParseCase(
            "{ } ? 1",
            #"syntax error, unexpected integer, expecting identifier or 'or' or '${' or '"' at 1:7"#),
        ParseCase(
            "{ }.",
            #"syntax error, unexpected end of file, expecting identifier or 'or' or '${' or '"' at 1:5"#),
    ]

    @Test("operators that do not go together", arguments: mistakes)
    func checkMistakes(_ example: ParseCase) {
        #expect(syntaxError(example.source) == example.expected)
    }
}
