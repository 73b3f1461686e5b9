/// How near an answer is to the recorded one.
enum CorpusComparison: Equatable {
    /// Every byte is equal.
    case equal
    /// Both fail with the same message and the same excerpt under it; the frames above, or warnings, differ.
    case framesDiffer(diff: String)
    /// Outcome, output or message differ.
    case different(diff: String)

    /// The first line of an expectation whose frames were not recorded.
    static let anyFrames = "…\n"

    init(actual: Expectation, expected: Expectation) {
        var expected = expected
        if expected.errorOutput.hasPrefix(Self.anyFrames), !actual.succeeds {
            expected.errorOutput.removeFirst(Self.anyFrames.count)
            var actual = actual
            actual.errorOutput = Self.messageBlock(actual.errorOutput)
            self = actual == expected ? .equal : .different(diff: Self.describe(actual: actual, expected: expected))
            return
        }
        if actual == expected {
            self = .equal
            return
        }
        let diff = Self.describe(actual: actual, expected: expected)
        let sameMessage = Self.messageBlock(actual.errorOutput) == Self.messageBlock(expected.errorOutput)
        if !expected.succeeds, !actual.succeeds, actual.output == expected.output, sameMessage {
            self = .framesDiffer(diff: diff)
        } else {
            self = .different(diff: diff)
        }
    }

    /// The part of an error that begins with its message: the last line that starts, after blanks, with `error:`.
    static func messageBlock(_ text: String) -> String {
        var start = text.startIndex
        var lineStart = text.startIndex
        while lineStart < text.endIndex {
            let line = text[lineStart...].prefix { $0 != "\n" }
            let content = line.drop { $0 == " " }
            if content.hasPrefix("error:") { start = content.startIndex }
            lineStart = line.endIndex < text.endIndex ? text.index(after: line.endIndex) : text.endIndex
        }
        return String(text[start...])
    }

    private static func describe(actual: Expectation, expected: Expectation) -> String {
        var parts: [String] = []
        if actual.succeeds != expected.succeeds {
            parts.append(expected.succeeds ? "should succeed, but fails" : "should fail, but succeeds")
        }
        if actual.output != expected.output {
            parts.append("output:\n" + lineDiff(actual: actual.output, expected: expected.output))
        }
        if actual.errorOutput != expected.errorOutput {
            parts.append("error output:\n" + lineDiff(actual: actual.errorOutput, expected: expected.errorOutput))
        }
        return parts.joined(separator: "\n")
    }
}

/// The two texts line by line: ` ` in both, `-` only expected, `+` only in the answer.
func lineDiff(actual: String, expected: String) -> String {
    let old = expected.split(separator: "\n", omittingEmptySubsequences: false)
    let new = actual.split(separator: "\n", omittingEmptySubsequences: false)
    var removed: Set<Int> = []
    var inserted: Set<Int> = []
    for change in new.difference(from: old) {
        switch change {
        case .remove(let offset, _, _): removed.insert(offset)
        case .insert(let offset, _, _): inserted.insert(offset)
        }
    }
    var lines: [String] = []
    var oldIndex = 0
    var newIndex = 0
    while oldIndex < old.count || newIndex < new.count {
        if removed.contains(oldIndex) {
            lines.append("-\(old[oldIndex])")
            oldIndex += 1
        } else if inserted.contains(newIndex) {
            lines.append("+\(new[newIndex])")
            newIndex += 1
        } else {
            lines.append(" \(new[newIndex])")
            oldIndex += 1
            newIndex += 1
        }
    }
    return lines.joined(separator: "\n")
}
