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

    deinit { program.deallocate() }

    var groupCount: Int { program.groupCount }

    /// Where matches and their groups lie.
    struct Matches {
        /// Begin and end of a match, then of its groups, match by match; -1 for a group without match.
        fileprivate(set) var offsets: [Int] = []
        private let stride: Int

        fileprivate init(groupCount: Int) { stride = 2 * groupCount + 2 }

        var count: Int { offsets.count / stride }

        func range(_ index: Int) -> Range<Int> { offsets[index * stride]..<offsets[index * stride + 1] }

        /// `number` counts from 1.
        func group(_ index: Int, _ number: Int) -> Range<Int>? {
            let place = index * stride + 2 * number
            return offsets[place + 1] < 0 ? nil : offsets[place]..<offsets[place + 1]
        }
    }

    /// The match of the whole text, if there is one.
    func match(_ text: UnsafeBufferPointer<UInt8>) throws(RegexError) -> Matches {
        var result = Matches(groupCount: groupCount)
        if program.roundBits > 0 {
            var matcher = try LongestMatcher(program, text, mustReachEnd: true, interruptFlag: interruptFlag)
            _ = try matcher.match(at: 0, mayBeEmpty: true, into: &result.offsets)
        } else {
            var matcher = try FirstMatcher(program, text, mustReachEnd: true, interruptFlag: interruptFlag)
            _ = try matcher.match(at: 0, mayBeEmpty: true, into: &result.offsets)
        }
        return result
    }

    /// All matches from left to right, none overlapping.
    func matches(_ text: UnsafeBufferPointer<UInt8>) throws(RegexError) -> Matches {
        if program.roundBits > 0 || program.hasAlternatives {
            return try search(LongestMatcher(program, text, mustReachEnd: false, interruptFlag: interruptFlag), text)
        }
        return try search(FirstMatcher(program, text, mustReachEnd: false, interruptFlag: interruptFlag), text)
    }

    /// Behind an empty match, one that is not empty is tried first.
    private func search(
        _ matcher: consuming some RegexMatcher & ~Copyable, _ text: UnsafeBufferPointer<UInt8>
    ) throws(RegexError) -> Matches {
        var result = Matches(groupCount: groupCount)
        var from = 0
        while from <= text.count {
            if let first = program.firstBytes {
                while from < text.count, !first.contains(text[from]) { from += 1 }
                if from == text.count { break }
            }
            if try !matcher.match(at: from, mayBeEmpty: true, into: &result.offsets) {
                from += 1
                continue
            }
            from = result.range(result.count - 1).upperBound
            while result.range(result.count - 1).isEmpty {
                if from == text.count { return result }
                guard try matcher.match(at: from, mayBeEmpty: false, into: &result.offsets) else {
                    from += 1
                    break
                }
                from = result.range(result.count - 1).upperBound
            }
        }
        return result
    }
}

/// Finds the match that begins at a given place of one text.
///
/// What it learns about the text serves later calls.
protocol RegexMatcher: ~Copyable {
    /// Appends the offsets of the match and its groups, as in `Regex.Matches`; false where there is none.
    mutating func match(at start: Int, mayBeEmpty: Bool, into found: inout [Int]) throws(RegexError) -> Bool
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
