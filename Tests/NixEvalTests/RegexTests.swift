import Testing

/// Expectations are the answers of Nix 2.34.
@Suite struct RegexTests {
    @Test(arguments: [
        ("", "", "[ ]"),
        ("a", "b", "null"),
        ("ab", "abc", "null"),
        ("a(b)(c)", "abc", #"[ "b" "c" ]"#),
        ("(a*)*", "aa", #"[ "" ]"#),
        ("((a)|b)*", "ab", #"[ "b" "a" ]"#),
        ("(a|ab)(c|bcd)(d*)", "abcd", #"[ "a" "bcd" "" ]"#),
        ("(a)|(b)", "b", #"[ null "b" ]"#),
        ("a{2,3}", "aaaa", "null"),
        ("(a{0})b", "b", #"[ "" ]"#),
        ("[[:ALPHA:]]", "a", "[ ]"),
        ("[[=a=]]", "A", "[ ]"),
        ("[[.a.]-c]+", "abc", "[ ]"),
        ("[]a]", "]", "[ ]"),
        ("[^]a]", "]", "null"),
        ("[--a]", "0", "[ ]"),
        ("[a-]", "-", "[ ]"),
        ("a**", "aaa", "[ ]"),
        ("(^a$)", "a", #"[ "a" ]"#),
        ("(|a)", "a", #"[ "a" ]"#),
        (".", "\n", "[ ]"),
        ("[[:space:]]+([[:upper:]]+)[[:space:]]+", "  FOO   ", #"[ "FOO" ]"#),
        ("([0-9]+)\\.([0-9]+)(.*)", "12.34.5", #"[ "12" "34" ".5" ]"#),
    ])
    func match(_ pattern: String, _ text: String, _ expected: String) {
        #expect(call("match", pattern, text) == .value(expected))
    }

    @Test(arguments: [
        ("(a)b", "abc", #"[ "" [ "a" ] "c" ]"#),
        ("([ac])", "abc", #"[ "" [ "a" ] "b" [ "c" ] "" ]"#),
        ("(a)|(c)", "abc", #"[ "" [ "a" null ] "b" [ null "c" ] "" ]"#),
        ("", "ab", #"[ "" [ ] "a" [ ] "b" [ ] "" ]"#),
        ("a*", "baac", #"[ "" [ ] "b" [ ] "" [ ] "c" [ ] "" ]"#),
        ("^a", "aa", #"[ "" [ ] "a" ]"#),
        ("(a|ab)", "xabx", #"[ "x" [ "ab" ] "x" ]"#),
        ("x", "abc", #"[ "abc" ]"#),
    ])
    func split(_ pattern: String, _ text: String, _ expected: String) {
        #expect(call("split", pattern, text) == .value(expected))
    }

    @Test(arguments: [
        "*", "a|*b", "^*", "(", ")", "a)", "{1}", "a{,3}", "a{2,1}", "a{1", "a{x}", "[", "[a", "[]", "[z-a]",
        "[a-z-9]", "[[:foo:]]", "[[.-.]]", "[[:alpha:]-z]", "a\\", "\\d", "\\}", "\\-",
    ])
    func invalid(_ pattern: String) {
        #expect(call("match", pattern, "") == .error("invalid regular expression '\(pattern)'"))
    }

    @Test func tooLarge() {
        #expect(
            call("match", "x{100001}", "") == .error("memory limit exceeded by regular expression 'x{100001}'"))
        #expect(call("match", "x{99990}", "") == .value("null"))
        // Rounds that multiply with each other.
        #expect(
            call("match", "((a|)*{40}|b)*x", "bbbbb")
                == .error("memory limit exceeded by regular expression '((a|)*{40}|b)*x'"))
    }

    /// Rounds without a byte that are the same ones for repetitions right around each other, and over for those left behind.
    @Test func roundsDoNotMultiply() {
        let text = String(repeating: "b", count: 29)
        for pattern in ["(c|b|)**{132}x|abb", "(c|f*)+++++++++++++x", "(|b)*(a|)+(b?)*(|c)*{2,}(b|)*x"] {
            #expect(call("match", pattern, text) == .value("null"))
        }
    }

    /// Patterns that take a plain backtracking matcher more steps than there are atoms.
    @Test(arguments: ["(a*)*b", "(a|a)*b", "(a?){40}a{40}b", "((a*)*)*b", "(a|aa)+b", ".*.*.*.*=.*"])
    func hardPatternsEnd(_ pattern: String) {
        let text = String(repeating: "a", count: 60)
        #expect(call("match", pattern, text) == .value("null"))
        #expect(call("split", pattern, text) == .value("[ \"\(text)\" ]"))
    }

    @Test func longTexts() {
        #expect(
            evaluate(
                """
                let s = builtins.concatStringsSep "," (builtins.genList toString 100000);
                in [ (builtins.length (builtins.split "," s)) (builtins.match "([0-9]+,?)*" s)
                     (builtins.length (builtins.split "(,|;)" s)) ]
                """) == .value(#"[ 199999 [ "99999" ] 199999 ]"#))
    }

    @Test func contexts() {
        #expect(
            evaluate(
                """
                let s = builtins.toFile "x" "y"; c = builtins.hasContext;
                in [ (c (builtins.head (builtins.split "nothing" s))) (c (builtins.head (builtins.split "-" s)))
                     (c (builtins.head (builtins.match "(.*)" s))) ]
                """) == .value("[ true false false ]"))
    }

    private func call(_ builtin: String, _ pattern: String, _ text: String) -> Outcome {
        evaluate("builtins.\(builtin) \(quoted(pattern)) \(quoted(text))")
    }

    private func quoted(_ text: String) -> String {
        let escaped = text.map { $0 == "\\" || $0 == "\"" || $0 == "$" ? "\\\($0)" : String($0) }.joined()
        return "\"\(escaped)\""
    }
}
