import NixEval
import Testing

@Suite struct ValueTests {
    @Test func aValueIsOneWord() {
        #expect(MemoryLayout<Value>.size == 8)
        #expect(MemoryLayout<Value>.stride == 8)
    }
}

/// Data too deep to walk ends in Nix's error, and data that is only long does not.
@Suite struct DeepDataTests {
    private static let deepList = "(builtins.foldl' (a: _: [ a ]) [ ] (builtins.genList (x: x) 100000))"
    private static let deepSet = "(builtins.foldl' (a: _: { n = a; }) { } (builtins.genList (x: x) 100000))"

    @Test(arguments: [
        "\(deepList)", "\(deepSet)", "builtins.toJSON \(deepList)", "builtins.toJSON \(deepSet)",
        "builtins.toXML \(deepList)", "builtins.deepSeq \(deepSet) 1", "\(deepSet) == \(deepSet)",
        "\(deepList) == \(deepList)", "let f = x: 1 + f x; in f 0",
    ])
    func endsInAnError(_ expression: String) {
        #expect(evaluate(expression) == .error("stack overflow; max-call-depth exceeded"))
    }

    @Test(arguments: [
        ("let d = \(deepSet); in d == d", "true"),
        ("builtins.length (builtins.concatLists \(deepList))", "1"),
        ("builtins.length (builtins.sort (a: b: a < b) (builtins.genList (x: 0 - x) 100000))", "100000"),
        ("builtins.foldl' (a: b: a + b) 0 (builtins.genList (x: x) 100000)", "4999950000"),
        ("builtins.stringLength (builtins.concatStringsSep \",\" (builtins.genList toString 100000))", "588889"),
    ])
    func works(_ expression: String, _ expected: String) {
        #expect(evaluate(expression) == .value(expected))
    }
}

@Suite struct TryEvalTests {
    @Test(arguments: [
        (
            "let t = throw \"b\"; in [ (builtins.tryEval t) (builtins.tryEval t) ]",
            "[ { success = false; value = false; } { success = false; value = false; } ]"
        ),
        (
            "let x = if (builtins.tryEval y).success then 1 else 2; y = assert false; 3; in [ x (builtins.tryEval y).success ]",
            "[ 2 false ]"
        ),
        ("(builtins.tryEval (builtins.deepSeq { a = throw \"x\"; } 1)).success", "false"),
        (
            "let s = { a = throw \"x\"; b = 2; }; in [ (builtins.tryEval s.a).success (builtins.tryEval s.b).value ]",
            "[ false 2 ]"
        ),
    ])
    func forcesAgain(_ expression: String, _ expected: String) {
        #expect(evaluate(expression) == .value(expected))
    }

    @Test func seesOnlyThrowAndAssert() {
        #expect(
            evaluate("builtins.tryEval (abort \"x\")")
                == .error("evaluation aborted with the following error message: 'x'"))
        #expect(evaluate("builtins.tryEval (1 + \"a\")") != .value("{ success = false; value = false; }"))
        #expect(evaluate("let t = throw \"b\"; in builtins.seq (builtins.tryEval t) t") == .error("b"))
    }
}

/// A collection every few allocations, with freed memory poisoned, changes no result.
@Suite struct CollectorTests {
    /// Expressions that allocate in every way there is; none fails.
    static let expressions = [
        "let fib = n: if n < 2 then n else fib (n - 1) + fib (n - 2); in fib 15",
        "builtins.sort (a: b: a < b) (builtins.genList (x: builtins.bitAnd (x * 7919) 1023) 200)",
        "builtins.groupBy (x: toString (builtins.bitAnd x 7)) (builtins.genList (x: x) 100)",
        "builtins.mapAttrs (n: v: n + v) (builtins.listToAttrs (builtins.genList (i: { name = \"k${toString i}\"; value = \"v\"; }) 60))",
        "builtins.fromJSON (builtins.toJSON { a = [ 1 2.5 null true \"x\" ]; b = { c = { d = [ { } ]; }; }; })",
        "builtins.fromTOML \"a = [1, 2, {b = 'c'}]\\n[t.u]\\nv = 1.5\"",
        "builtins.split \"([a-c]+)|(-)\" \"ab-x-cab--\"",
        "builtins.match \"((a)|b)*\" \"abba\"",
        "builtins.toXML { a = x: x; b = [ 1 { c = null; } ]; }",
        "builtins.genericClosure { startSet = [ { key = 0; } ]; operator = x: if x.key < 50 then [ { key = x.key + 1; } { key = x.key + 2; } ] else [ ]; }",
        "builtins.zipAttrsWith (n: vs: vs) [ { a = 1; b = 2; } { b = 3; c = 4; } { a = 5; } ]",
        "(builtins.foldl' (a: b: a // { \"k${toString b}\" = b; }) { } (builtins.genList (x: x) 50)) // { last = 1; }",
        "let overlay = self: super: { a = super.a + 1; b = self.a; }; fix = f: let x = f x; in x; in fix (self: let s = { a = 1; }; in s // overlay self s)",
        "rec { a = 1; b = a + 1; inherit (rec { c = 5; d = c; }) c d; ${\"e\" + \"f\"} = b; }",
        "builtins.concatStringsSep \",\" (map (x: builtins.replaceStrings [ \"a\" \"b\" ] [ \"bb\" \"c\" ] x) (builtins.genList (x: \"ab${toString x}\") 40))",
        "builtins.partition (x: x > 10) (builtins.genList (x: x) 25)",
        "let f = { a, b ? a + 1, ... }@all: [ a b (all.c or 0) ]; in map (i: f { a = i; c = i; }) (builtins.genList (x: x) 30)",
        "map (x: (builtins.tryEval (if x > 2 then throw \"x\" else x)).success) [ 1 2 3 4 ]",
        "9223372036854775807 - 1 + builtins.foldl' builtins.add 0 [ 1 2 (0 - 2) ]",
        "(derivation { name = \"x\"; system = \"s\"; builder = \"/b\"; args = [ \"a\" (builtins.toFile \"f\" \"g\") ]; }).outPath",
        "builtins.concatMap (x: [ x (x + 0.5) ]) [ 1 2 3 ]",
        "builtins.removeAttrs (builtins.intersectAttrs { a = 1; b = 2; z = 3; } { a = 4; b = 5; c = 6; }) [ \"b\" ]",
        "with { a = 1; b = { c = [ 2 ]; }; }; [ a b.c (b.d or \"none\") (b ? c.d) ]",
    ]

    @Test(arguments: [1, 2, 3, 7, 50])
    func stress(_ interval: Int) {
        var options = EvaluationOptions()
        options.collectorStress = interval
        for expression in Self.expressions {
            let expected = evaluate(expression)
            if case .error(let message) = expected { Issue.record("\(expression): \(message)") }
            #expect(evaluate(expression, options: options) == expected, "\(expression)")
        }
    }

    /// The same select, pattern and update sites see sets of many shapes while the shapes come and go.
    @Test func inlineCachesSurviveCollections() {
        var options = EvaluationOptions()
        options.collectorStress = 5
        let expression = """
            let
              make = i: builtins.listToAttrs (builtins.genList (j: {
                name = "k${toString (builtins.bitAnd (i + j) 15)}"; value = i * 100 + j; }) (1 + builtins.bitAnd i 7)) // { fix = i; };
              get = s: s.fix + (s.k3 or 0) + (s.k9 or 0);
              call = { fix, k1 ? 0, k2 ? 0, ... }: fix + k1 + k2;
              join = s: (s // { k1 = 1; }).k1 + (if s ? k4 then 1 else 0);
              one = i: let s = make i; in get s + call s + join s;
            in builtins.foldl' (a: i: a + one i) 0 (builtins.genList (i: i) 300)
            """
        let expected = evaluate(expression)
        #expect(expected == .value("4783442"))
        #expect(evaluate(expression, options: options) == expected)
    }
}
