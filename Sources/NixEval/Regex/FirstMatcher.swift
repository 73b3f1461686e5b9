/// Backtracks to the first match in order of preference, and visits no choice twice at the same place.
///
/// Right for every program without alternatives and, where the end of the text must be reached, for those too; not for
/// repetitions whose body may be empty (`LongestMatcher`).
struct FirstMatcher: RegexMatcher, ~Copyable {
    /// What to do when the way taken fails: go on at a state, or put back an offset.
    private struct Retry {
        /// The state, or -1 minus the index of the offset.
        var state: Int32
        var position: Int
        /// Runs: down to this position.
        var lowest: Int
    }

    private let program: RegexProgram
    private let text: UnsafeBufferPointer<UInt8>
    private let mustReachEnd: Bool
    private var counter: StepCounter
    private var retries: [Retry] = []
    private var offsets: [Int]
    /// One bit for each choice and position, once a search takes long enough to need it.
    private var visited: [UInt64] = []
    private var patience: Int
    /// Bits of `visited` at most: 512 MiB.
    private static let visitedLimit = 1 << 32

    init(
        _ program: RegexProgram, _ text: UnsafeBufferPointer<UInt8>, mustReachEnd: Bool,
        interruptFlag: UnsafeMutablePointer<Int32>
    ) throws(RegexError) {
        self.program = program
        self.text = text
        self.mustReachEnd = mustReachEnd
        counter = StepCounter(interruptFlag)
        offsets = Array(repeating: -1, count: 2 * program.groupCount + 2)
        patience = 256 + 4 * text.count
    }

    mutating func match(at start: Int, mayBeEmpty: Bool, into found: inout [Int]) throws(RegexError) -> Bool {
        // A failure that came of the ban on empty matches says nothing about later searches.
        let kept = mayBeEmpty ? [] : visited
        if !mayBeEmpty, !visited.isEmpty { try clearVisited() }
        defer { if !mayBeEmpty, !visited.isEmpty { visited = kept.isEmpty ? [] : kept } }
        while true {
            for index in offsets.indices { offsets[index] = -1 }
            retries.removeAll(keepingCapacity: true)
            offsets[0] = start
            switch try run(from: start, mayBeEmpty: mayBeEmpty) {
            case .found(let end):
                offsets[1] = end
                found += offsets
                return true
            case .notFound: return false
            case .impatient: try clearVisited()
            }
        }
    }

    private enum Outcome { case found(Int), notFound, impatient }

    private mutating func clearVisited() throws(RegexError) {
        let (bits, overflows) = program.branchCount.multipliedReportingOverflow(by: text.count + 1)
        guard !overflows, bits <= FirstMatcher.visitedLimit else { throw .tooLarge }
        visited = Array(repeating: 0, count: bits / 64 + 1)
    }

    /// Whether the choice has not been met at this position before; from now on it has.
    @inline(__always) private mutating func visit(_ branch: Int32, _ position: Int) -> Bool {
        if visited.isEmpty { return true }
        let bit = Int(branch) &* (text.count &+ 1) &+ position
        let mask: UInt64 = 1 << UInt64(bit & 63)
        if visited[bit >> 6] & mask != 0 { return false }
        visited[bit >> 6] |= mask
        return true
    }

    private mutating func set(_ slot: Int, _ position: Int) {
        retries.append(Retry(state: -1 - Int32(slot), position: offsets[slot], lowest: 0))
        offsets[slot] = position
    }

    private mutating func run(from start: Int, mayBeEmpty: Bool) throws(RegexError) -> Outcome {
        var index = program.start
        var position = start
        while true {
            let state = program.states[Int(index)]
            var succeeds = true
            index = state.next
            switch state.opcode {
            case .byte:
                succeeds = position < text.count && text[position] == UInt8(truncatingIfNeeded: state.argument)
                position &+= 1
            case .set:
                succeeds = position < text.count && program.sets[Int(state.argument)].contains(text[position])
                position &+= 1
            case .lineBegin: succeeds = position == 0
            case .lineEnd: succeeds = position == text.count
            case .groupBegin: set(2 * Int(state.argument), position)
            case .groupEnd: set(2 * Int(state.argument) + 1, position)
            case .alternative, .repetition:
                succeeds = visit(state.branch, position)
                if succeeds {
                    retries.append(Retry(state: state.next, position: position, lowest: position))
                    index = state.other
                }
            case .run:
                succeeds = visit(state.branch, position)
                if succeeds { position = takeRun(state, position) }
            case .accept:
                succeeds = mustReachEnd ? position == text.count : mayBeEmpty || position > start
                if succeeds { return .found(position) }
            }
            if succeeds { continue }
            try counter.step()
            if visited.isEmpty, counter.total > patience { return .impatient }
            guard let retry = retry() else { return .notFound }
            (index, position) = retry
        }
    }

    /// Goes as far as the run does; the places before are for later.
    private mutating func takeRun(_ state: RegexProgram.State, _ position: Int) -> Int {
        let set = program.sets[Int(state.argument)]
        var end = position
        while end < text.count, set.contains(text[end]) {
            end += 1
            if !visit(state.branch, end) {
                // From there on all has been tried.
                end -= 1
                break
            }
        }
        if end > position { retries.append(Retry(state: state.next, position: end - 1, lowest: position)) }
        return end
    }

    private mutating func retry() -> (Int32, Int)? {
        while let last = retries.popLast() {
            if last.state < 0 {
                offsets[-1 - Int(last.state)] = last.position
                continue
            }
            if last.position > last.lowest {
                retries.append(Retry(state: last.state, position: last.position - 1, lowest: last.lowest))
            }
            return (last.state, last.position)
        }
        return nil
    }
}
