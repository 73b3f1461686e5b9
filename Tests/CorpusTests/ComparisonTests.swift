import Testing

/// The runner tells a wrong answer from a right one.
@Suite struct ComparisonTests {
    static let trace = """
        error:
               … while calling the 'head' builtin
                 at /pwd/in.nix:1:1:
                    1| builtins.head [ ]
                     | ^

               error: 'builtins.head' called on an empty list

        """

    @Test func equalAnswersAreEqual() {
        let answer = Expectation(succeeds: true, output: "1\n", errorOutput: "")
        #expect(CorpusComparison(actual: answer, expected: answer) == .equal)
    }

    @Test func anotherOutputIsDifferent() {
        let actual = Expectation(succeeds: true, output: "[ 1 ]\n", errorOutput: "")
        let expected = Expectation(succeeds: true, output: "[ 2 ]\n", errorOutput: "")
        let diff = "output:\n-[ 2 ]\n+[ 1 ]\n "
        #expect(CorpusComparison(actual: actual, expected: expected) == .different(diff: diff))
    }

    @Test func anotherFrameIsNoOtherMessage() {
        let expected = Expectation(succeeds: false, output: "", errorOutput: Self.trace)
        let message = "error: 'builtins.head' called on an empty list\n"
        let actual = Expectation(succeeds: false, output: "", errorOutput: message)
        guard case .framesDiffer = CorpusComparison(actual: actual, expected: expected) else {
            Issue.record("the frames differ, and only they")
            return
        }
        let unlike = Expectation(succeeds: false, output: "", errorOutput: "error: another message\n")
        guard case .different = CorpusComparison(actual: unlike, expected: expected) else {
            Issue.record("the messages differ")
            return
        }
    }

    @Test func framesThatWereNotRecordedMayBeAnything() {
        let expected = Expectation(
            succeeds: false, output: "", errorOutput: "…\nerror: 'builtins.head' called on an empty list\n")
        let actual = Expectation(succeeds: false, output: "", errorOutput: Self.trace)
        #expect(CorpusComparison(actual: actual, expected: expected) == .equal)
    }

    @Test func successIsNotFailure() {
        let expected = Expectation(succeeds: false, output: "", errorOutput: Self.trace)
        let actual = Expectation(succeeds: true, output: "", errorOutput: Self.trace)
        guard case .different = CorpusComparison(actual: actual, expected: expected) else {
            Issue.record("one succeeds")
            return
        }
    }
}
