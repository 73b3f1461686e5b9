import NixEval
import NixSyntax
import Testing

/// Sets with a fallback, which only the program's own files can make.
@Suite struct OpenSetTests {
    @Test(arguments: [
        ("open.a", "1"),
        ("open.x", #""<x>""#),
        ("open.x or 2", "2"),
        ("open ? x", "false"),
        ("open ? a", "true"),
        ("builtins.attrNames open", #"[ "a" ]"#),
        ("(open // { b = 3; }).y", #""<y>""#),
        ("builtins.attrNames (open // { b = 3; })", #"[ "a" "b" ]"#),
        ("with open; [ a y ]", #"[ 1 "<y>" ]"#),
        ("with { y = 5; }; with open; y", "5"),
        ("let y = 6; in with open; y", "6"),
        (
            "let f = { a, z, q ? 1, ... }: [ a z q ]; in f (builtins.intersectAttrs (builtins.functionArgs f) open)",
            #"[ 1 "<z>" 1 ]"#
        ),
    ])
    func answers(_ expression: String, _ expected: String) {
        for interval in [0, 3] { #expect(evaluateOpen(expression, stress: interval) == .value(expected)) }
    }

    @Test func primitivesAreInNoScope() {
        #expect(evaluate("builtins ? openAttrs || builtins ? notePlaceholder") == .value("false"))
        #expect(evaluate("openAttrs") == .error("undefined variable 'openAttrs'"))
    }

    private func evaluateOpen(_ expression: String, stress: Int) -> Outcome {
        EvaluationThread.run {
            var options = EvaluationOptions()
            options.collectorStress = stress
            let evaluator = Evaluator(host: PureHost(), options: options)
            do throws(EvaluationError) {
                try evaluator.enter()
                let text = """
                    { openAttrs, ... }:
                    let open = openAttrs { known = { a = 1; }; fallback = name: "<" + name + ">"; }; in \(expression)
                    """
                let source = SourceFile(origin: .string, directory: "/", bytes: Array(text.utf8))
                let value = try evaluator.call(try evaluator.evaluate(source), try evaluator.bundledPrimitives())
                try evaluator.forceDeeply(value)
                return .value(String(decoding: try evaluator.printAmbiguously(value), as: UTF8.self))
            } catch {
                return .error(String(decoding: error.message, as: UTF8.self))
            }
        }
    }
}
