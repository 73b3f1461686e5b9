/// Computes, for each choice and position once, how far the best match from there reaches.
///
/// A repetition whose body may be empty goes round at most twice more without taking a byte; how often it has done so
/// belongs to what a choice depends on, and is forgotten with the next byte.
struct LongestMatcher: RegexMatcher, ~Copyable {
    /// A choice in its circumstances.
    private struct Place {
        var state: Int32
        var position: Int32
        var rounds: RoundCounts.Vector
    }

    private struct Frame {
        var place: Place
        /// The end that the first branch leads to, or `unknown`; for a run, the position behind which it is being left.
        var first: Int32
    }

    private enum Step {
        /// The match ends there, or at -1: nowhere.
        case end(Int32)
        /// There is a choice there, or it goes on from there.
        case choice(Place)
    }

    private let program: RegexProgram
    private let text: UnsafeBufferPointer<UInt8>
    private let mustReachEnd: Bool
    private var counter: StepCounter
    private var known: PlaceTable
    /// What holds at `forbiddenEnd` holds under no other circumstances.
    private var knownThere = PlaceTable()
    private var roundCounts: RoundCounts
    private var frames: [Frame] = []
    /// Where a match must not end, or -1.
    private var forbiddenEnd: Int32 = -1
    /// How many places may be known.
    ///
    /// Rounds multiply with every tracked repetition around another, so that a text of some bytes could have any number.
    private let placeLimit: Int
    private static let unknown: Int32 = -2

    init(
        _ program: RegexProgram, _ text: UnsafeBufferPointer<UInt8>, mustReachEnd: Bool,
        interruptFlag: UnsafeMutablePointer<Int32>
    ) throws(RegexError) {
        // Positions have 32 bits.
        guard text.count < 1 << 31 - 2 else { throw .tooLarge }
        self.program = program
        self.text = text
        self.mustReachEnd = mustReachEnd
        counter = StepCounter(interruptFlag)
        let bits = program.roundBits
        placeLimit = bits == 0 ? 1 << 24 : min(1 << 24, 1 << 22 / (8 + bits / 2) + 32 * text.count)
        known = PlaceTable(branchCount: program.branchCount, rows: text.count + 1)
        roundCounts = RoundCounts(bitCount: bits)
    }

    mutating func match(at start: Int, mayBeEmpty: Bool, into found: inout [Int]) throws(RegexError) -> Bool {
        if forbiddenEnd >= 0 { knownThere = PlaceTable() }
        forbiddenEnd = mayBeEmpty ? -1 : Int32(start)
        let end = try bestEnd(from: Int32(start))
        if end < 0 { return false }
        let first = found.count
        found.append(start)
        found.append(Int(end))
        if program.groupCount > 0 {
            for _ in 0..<2 * program.groupCount { found.append(-1) }
            try trace(from: Int32(start), to: end, into: &found, at: first)
        }
        return true
    }

    // MARK: What is known

    @inline(__always)
    private func knownEnd(_ place: Place) -> Int32 {
        let branch = program.states[Int(place.state)].branch
        if place.position == forbiddenEnd { return knownThere.end(branch, 0, place.rounds) }
        return known.end(branch, Int(place.position), place.rounds)
    }

    @inline(__always)
    private mutating func store(_ end: Int32, _ place: Place) {
        let branch = program.states[Int(place.state)].branch
        if place.position == forbiddenEnd {
            knownThere.store(end, branch, 0, place.rounds)
        } else {
            known.store(end, branch, Int(place.position), place.rounds)
        }
    }

    // MARK: How far

    /// Follows states without choice.
    ///
    /// `note` is told of the groups passed on the way: twice the number, one more for an end, and the position.
    @inline(__always)
    private mutating func walk(_ from: Place, _ note: (Int, Int32) -> Void) throws(RegexError) -> Step {
        var index = from.state
        var position = from.position
        var rounds = from.rounds
        let count = Int32(truncatingIfNeeded: text.count)
        while true {
            let state = program.states[Int(index)]
            switch state.opcode {
            case .byte:
                guard position < count, text[Int(position)] == UInt8(truncatingIfNeeded: state.argument) else {
                    return .end(-1)
                }
                position &+= 1
                rounds = 0
            case .set:
                guard position < count, program.sets[Int(state.argument)].contains(text[Int(position)]) else {
                    return .end(-1)
                }
                position &+= 1
                rounds = 0
            case .lineBegin: guard position == 0 else { return .end(-1) }
            case .lineEnd: guard position == count else { return .end(-1) }
            case .groupBegin: note(2 * Int(state.argument), position)
            case .groupEnd: note(2 * Int(state.argument) + 1, position)
            case .repetition where rounds != 0 && state.tracked >= 0 && isExhausted(state, rounds):
                rounds = try leaving(state, rounds)
            case .alternative, .repetition, .run:
                return .choice(Place(state: index, position: position, rounds: rounds))
            case .accept:
                return .end(mustReachEnd && position < count || position == forbiddenEnd ? -1 : position)
            }
            index = state.next
        }
    }

    /// Whether a tracked repetition must not be entered once more.
    private func isExhausted(_ state: RegexProgram.State, _ rounds: RoundCounts.Vector) -> Bool {
        let tracker = program.trackers[Int(state.tracked)]
        return roundCounts.count(rounds, tracker) == tracker.limit
    }

    /// Whether no repetition around this one can come back to it without a byte.
    private func isLast(_ tracker: RegexProgram.Tracker, _ rounds: RoundCounts.Vector) -> Bool {
        var around = tracker.around
        while around >= 0 {
            let loop = program.trackers[Int(around)]
            if roundCounts.count(rounds, loop) < loop.limit { return false }
            if !loop.beginsWithBody { return true }
            around = loop.around
        }
        return true
    }

    /// The rounds with which a repetition that is not exhausted is entered once more.
    @inline(__always)
    private mutating func entering(
        _ state: RegexProgram.State, _ rounds: RoundCounts.Vector
    ) throws(RegexError) -> RoundCounts.Vector {
        guard state.tracked >= 0 else { return rounds }
        let tracker = program.trackers[Int(state.tracked)]
        if !tracker.isUnbounded, isLast(tracker, rounds) { return try roundCounts.cleared(rounds, tracker) }
        return try roundCounts.incremented(rounds, tracker)
    }

    /// The rounds with which a repetition is left: without those that can no longer matter.
    @inline(__always)
    private mutating func leaving(
        _ state: RegexProgram.State, _ rounds: RoundCounts.Vector
    ) throws(RegexError) -> RoundCounts.Vector {
        if rounds == 0 || state.tracked < 0 { return rounds }
        let tracker = program.trackers[Int(state.tracked)]
        return isLast(tracker, rounds) ? try roundCounts.cleared(rounds, tracker) : rounds
    }

    private mutating func bestEnd(from start: Int32) throws(RegexError) -> Int32 {
        frames.removeAll(keepingCapacity: true)
        var step = Step.choice(Place(state: program.start, position: start, rounds: 0))
        while true {
            try counter.step()
            if case .choice(let from) = step {
                step = try walk(from) { _, _ in }
                if case .choice(let place) = step {
                    let end = knownEnd(place)
                    step = end == LongestMatcher.unknown ? try enter(place) : .end(end)
                    continue
                }
            }
            guard case .end(let end) = step else { continue }
            guard let frame = frames.last else { return end }
            step = try leave(frame, end)
            if known.count + knownThere.count > placeLimit { throw .tooLarge }
        }
    }

    /// Begins with a choice that is not known: where to go on, or the end.
    @inline(__always)
    private mutating func enter(_ place: Place) throws(RegexError) -> Step {
        let state = program.states[Int(place.state)]
        if state.opcode == .run { return enterRun(place, state) }
        let rounds = try entering(state, place.rounds)
        frames.append(Frame(place: place, first: LongestMatcher.unknown))
        return .choice(Place(state: state.other, position: place.position, rounds: rounds))
    }

    /// Goes as far as the run does, or to where it has been before.
    @inline(__always)
    private mutating func enterRun(_ place: Place, _ state: RegexProgram.State) -> Step {
        let set = program.sets[Int(state.argument)]
        var position = place.position
        while Int(position) < text.count, set.contains(text[Int(position)]) {
            let end = knownEnd(Place(state: place.state, position: position + 1, rounds: 0))
            if end >= 0 {
                settle(place, upTo: position, end)
                return .end(end)
            }
            if end == -1 { break }
            position += 1
        }
        frames.append(Frame(place: place, first: position))
        let rounds = position == place.position ? place.rounds : 0
        return .choice(Place(state: state.next, position: position, rounds: rounds))
    }

    /// Takes the end that the last frame's choice has led to: where to go on, or the end of the whole choice.
    @inline(__always)
    private mutating func leave(_ frame: Frame, _ end: Int32) throws(RegexError) -> Step {
        let place = frame.place
        let state = program.states[Int(place.state)]
        if state.opcode == .run {
            if end < 0, frame.first > place.position {
                // One byte less.
                store(-1, Place(state: place.state, position: frame.first, rounds: 0))
                let position = frame.first - 1
                frames[frames.count - 1].first = position
                let rounds = position == place.position ? place.rounds : 0
                return .choice(Place(state: state.next, position: position, rounds: rounds))
            }
            settle(place, upTo: frame.first, end)
            frames.removeLast()
            return .end(end)
        }
        if frame.first == LongestMatcher.unknown, end < 0 || state.opcode == .alternative {
            frames[frames.count - 1].first = end
            let rounds = try leaving(state, place.rounds)
            return .choice(Place(state: state.next, position: place.position, rounds: rounds))
        }
        let best = max(frame.first, end)
        store(best, place)
        frames.removeLast()
        return .end(best)
    }

    /// Notes the end of a run from `place` and from every position behind it up to `last`.
    @inline(__always)
    private mutating func settle(_ place: Place, upTo last: Int32, _ end: Int32) {
        store(end, place)
        var position = place.position
        while position < last {
            position &+= 1
            store(end, Place(state: place.state, position: position, rounds: 0))
        }
    }

    // MARK: Which way

    private mutating func end(from place: Place) throws(RegexError) -> Int32 {
        switch try walk(place, { _, _ in }) {
        case .end(let end): end
        case .choice(let place): knownEnd(place)
        }
    }

    /// Goes the best way again, and notes the groups behind index `first` of `found`.
    private mutating func trace(
        from start: Int32, to end: Int32, into found: inout [Int], at first: Int
    ) throws(RegexError) {
        var way = Place(state: program.start, position: start, rounds: 0)
        while case .choice(let place) = try walk(way, { found[first + $0] = Int($1) }) {
            try counter.step()
            let state = program.states[Int(place.state)]
            if state.opcode == .run {
                way = Place(state: state.next, position: place.position, rounds: place.rounds)
                let set = program.sets[Int(state.argument)]
                while Int(way.position) < text.count, set.contains(text[Int(way.position)]),
                    knownEnd(Place(state: place.state, position: way.position + 1, rounds: 0)) == end
                {
                    way.position += 1
                    way.rounds = 0
                }
                continue
            }
            way = Place(state: state.other, position: place.position, rounds: try entering(state, place.rounds))
            if try self.end(from: way) == end { continue }
            let rounds = try leaving(state, place.rounds)
            way = Place(state: state.next, position: place.position, rounds: rounds)
        }
    }
}
