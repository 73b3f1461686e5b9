/// Computes, for each choice and position once, how far the best match from there reaches.
///
/// A repetition whose body may be empty goes round at most twice more without taking a byte; how often it has done so
/// belongs to what a choice depends on, and is forgotten with the next byte.
struct LongestMatcher: RegexMatcher {
    /// A choice in its circumstances.
    ///
    /// `rounds` is an index into `roundCounts`.
    private struct Place: Hashable {
        var state: Int32
        var rounds: Int32
        var position: Int
    }

    private struct Frame {
        var place: Place
        /// The result of the first branch, once it is known.
        var first: Int?
    }

    private enum Step {
        case end(Int)
        case choice(Place)
    }

    private let program: RegexProgram
    private let text: UnsafeBufferPointer<UInt8>
    private let mustReachEnd: Bool
    private var counter: StepCounter
    /// The end of the best match, or -1.
    private var known: [Place: Int] = [:]
    /// Rounds without a byte by tracked repetition; the first entry is all zeros.
    private var roundCounts: [[UInt8]]
    private var roundIndices: [[UInt8]: Int32]
    /// Where a match must not end, or -1.
    private var forbiddenEnd = -1
    /// How many places may be known.
    ///
    /// Rounds multiply with every tracked repetition around another, so that a text of some bytes could have any number.
    private let placeLimit: Int

    init(
        _ program: RegexProgram, _ text: UnsafeBufferPointer<UInt8>, mustReachEnd: Bool,
        interruptFlag: UnsafeMutablePointer<Int32>
    ) {
        self.program = program
        self.text = text
        self.mustReachEnd = mustReachEnd
        counter = StepCounter(interruptFlag)
        let tracked = program.trackedCount
        placeLimit = tracked == 0 ? 1 << 24 : min(1 << 24, 1 << 22 / (8 + tracked) + 32 * text.count)
        let zeros = [UInt8](repeating: 0, count: program.trackedCount)
        roundCounts = [zeros]
        roundIndices = [zeros: 0]
    }

    mutating func match(at start: Int, mayBeEmpty: Bool) throws(RegexError) -> [Int]? {
        if mayBeEmpty { return try match(at: start) }
        // What is found under the ban on empty matches holds under no other circumstances.
        let kept = known
        known = [:]
        forbiddenEnd = start
        defer {
            known = kept
            forbiddenEnd = -1
        }
        return try match(at: start)
    }

    private mutating func match(at start: Int) throws(RegexError) -> [Int]? {
        let end = try bestEnd(from: start)
        return end < 0 ? nil : try trace(from: start, to: end)
    }

    // MARK: How far

    /// Follows states without choice.
    ///
    /// `offsets`, if given, receives the groups passed on the way.
    private func walk(_ start: Int32, _ from: Int, _ rounds: Int32, _ offsets: inout [Int]) -> Step {
        var index = start
        var position = from
        var rounds = rounds
        while true {
            let state = program.states[Int(index)]
            switch state.opcode {
            case .byte:
                guard position < text.count, text[position] == UInt8(truncatingIfNeeded: state.argument) else {
                    return .end(-1)
                }
                position += 1
                rounds = 0
            case .set:
                guard position < text.count, program.sets[Int(state.argument)].contains(text[position]) else {
                    return .end(-1)
                }
                position += 1
                rounds = 0
            case .lineBegin: guard position == 0 else { return .end(-1) }
            case .lineEnd: guard position == text.count else { return .end(-1) }
            case .groupBegin: if !offsets.isEmpty { offsets[2 * Int(state.argument)] = position }
            case .groupEnd: if !offsets.isEmpty { offsets[2 * Int(state.argument) + 1] = position }
            case .alternative, .repetition, .run:
                return .choice(Place(state: index, rounds: rounds, position: position))
            case .accept:
                return .end(mustReachEnd && position < text.count || position == forbiddenEnd ? -1 : position)
            }
            index = state.next
        }
    }

    /// The preferred branch; nil where there is none.
    private mutating func firstBranch(_ place: Place) -> (state: Int32, position: Int, rounds: Int32)? {
        let state = program.states[Int(place.state)]
        switch state.opcode {
        case .run:
            guard place.position < text.count, program.sets[Int(state.argument)].contains(text[place.position]) else {
                return nil
            }
            return (place.state, place.position + 1, 0)
        case .repetition where state.tracked >= 0:
            var counts = roundCounts[Int(place.rounds)]
            if counts[Int(state.tracked)] == 2 { return nil }
            counts[Int(state.tracked)] += 1
            if let index = roundIndices[counts] { return (state.other, place.position, index) }
            let index = Int32(roundCounts.count)
            roundCounts.append(counts)
            roundIndices[counts] = index
            return (state.other, place.position, index)
        default: return (state.other, place.position, place.rounds)
        }
    }

    private mutating func bestEnd(from start: Int) throws(RegexError) -> Int {
        var none: [Int] = []
        var frames: [Frame] = []
        var step = walk(program.start, start, 0, &none)
        while true {
            try counter.step()
            if case .choice(let place) = step {
                if let end = known[place] {
                    step = .end(end)
                    continue
                }
                let first = firstBranch(place)
                frames.append(Frame(place: place, first: first == nil ? -1 : nil))
                let state = program.states[Int(place.state)]
                if let first {
                    step = walk(first.state, first.position, first.rounds, &none)
                } else {
                    step = walk(state.next, place.position, place.rounds, &none)
                }
                continue
            }
            guard case .end(let end) = step else { continue }
            guard let frame = frames.last else { return end }
            let state = program.states[Int(frame.place.state)]
            if let first = frame.first {
                known[frame.place] = max(first, end)
            } else if end >= 0, state.opcode != .alternative {
                known[frame.place] = end
            } else {
                frames[frames.count - 1].first = end
                step = walk(state.next, frame.place.position, frame.place.rounds, &none)
                continue
            }
            if known.count > placeLimit { throw .tooLarge }
            step = .end(known[frame.place] ?? -1)
            frames.removeLast()
        }
    }

    // MARK: Which way

    private func end(of step: Step) -> Int {
        switch step {
        case .end(let end): end
        case .choice(let place): known[place] ?? -1
        }
    }

    /// Goes the best way again, and notes the groups.
    private mutating func trace(from start: Int, to end: Int) throws(RegexError) -> [Int] {
        var offsets = [Int](repeating: -1, count: 2 * program.groupCount + 2)
        var none: [Int] = []
        offsets[0] = start
        offsets[1] = end
        var step = walk(program.start, start, 0, &offsets)
        while case .choice(let place) = step {
            try counter.step()
            let state = program.states[Int(place.state)]
            if let first = firstBranch(place),
                self.end(of: walk(first.state, first.position, first.rounds, &none)) == end
            {
                step = walk(first.state, first.position, first.rounds, &offsets)
            } else {
                step = walk(state.next, place.position, place.rounds, &offsets)
            }
        }
        return offsets
    }
}
