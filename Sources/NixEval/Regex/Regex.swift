/// A compiled POSIX extended regular expression over bytes, with the answers of `std::regex` and without its cost.
///
/// Repetitions take as much as they can and are content with the first way that leads to a match; of alternatives the one
/// with the longer match counts, else the first. Work is bounded by the number of states times the length of the text.
final class Regex {
    let program: RegexProgram
    /// Nonzero stops the search.
    private let interruptFlag: UnsafeMutablePointer<Int32>

    init(_ pattern: [UInt8], interruptFlag: UnsafeMutablePointer<Int32>) throws(RegexError) {
        program = try RegexProgram(pattern)
        self.interruptFlag = interruptFlag
    }

    var groupCount: Int { program.groupCount }

    /// Where a match and its groups lie: offsets of begin and end, the whole match first; -1 for a group without match.
    struct Match {
        fileprivate(set) var offsets: [Int]
        var range: Range<Int> { offsets[0]..<offsets[1] }
        func group(_ number: Int) -> Range<Int>? {
            offsets[2 * number + 1] < 0 ? nil : offsets[2 * number]..<offsets[2 * number + 1]
        }
    }

    /// The match of the whole text.
    func match(_ text: UnsafeBufferPointer<UInt8>) throws(RegexError) -> Match? {
        var matcher = makeMatcher(text, mustReachEnd: true)
        return try matcher.match(at: 0, mayBeEmpty: true).map { Match(offsets: $0) }
    }

    /// All matches from left to right, none overlapping.
    ///
    /// Behind an empty match, one that is not empty is tried first.
    func matches(_ text: UnsafeBufferPointer<UInt8>) throws(RegexError) -> [Match] {
        var matcher = makeMatcher(text, mustReachEnd: false)
        var result: [Match] = []
        var from = 0
        while from <= text.count {
            guard let found = try search(&matcher, text, from) else { return result }
            result.append(found)
            from = found.range.upperBound
            while result[result.count - 1].range.isEmpty {
                if from == text.count { return result }
                guard let next = try matcher.match(at: from, mayBeEmpty: false) else {
                    from += 1
                    break
                }
                result.append(Match(offsets: next))
                from = result[result.count - 1].range.upperBound
            }
        }
        return result
    }

    private func makeMatcher(_ text: UnsafeBufferPointer<UInt8>, mustReachEnd: Bool) -> any RegexMatcher {
        if program.trackedCount > 0 || !mustReachEnd && program.hasAlternatives {
            return LongestMatcher(program, text, mustReachEnd: mustReachEnd, interruptFlag: interruptFlag)
        }
        return FirstMatcher(program, text, mustReachEnd: mustReachEnd, interruptFlag: interruptFlag)
    }

    private func search(
        _ matcher: inout any RegexMatcher, _ text: UnsafeBufferPointer<UInt8>, _ from: Int
    ) throws(RegexError) -> Match? {
        for start in from...text.count {
            if let first = program.firstBytes {
                guard start < text.count else { return nil }
                if !first.contains(text[start]) { continue }
            }
            if let found = try matcher.match(at: start, mayBeEmpty: true) { return Match(offsets: found) }
        }
        return nil
    }
}

/// Finds the match that begins at a given place of one text.
///
/// What it learns about the text serves later calls.
protocol RegexMatcher {
    /// The offsets of the match and its groups, as in `Regex.Match`.
    mutating func match(at start: Int, mayBeEmpty: Bool) throws(RegexError) -> [Int]?
}

/// Counts steps, so that a search can be stopped.
struct StepCounter {
    private var steps = 0
    private let interruptFlag: UnsafeMutablePointer<Int32>

    init(_ interruptFlag: UnsafeMutablePointer<Int32>) { self.interruptFlag = interruptFlag }

    var total: Int { steps }

    @inline(__always)
    mutating func step() throws(RegexError) {
        steps &+= 1
        if steps & 0xFFFF == 0, interruptFlag.pointee != 0 { throw .interrupted }
    }
}
