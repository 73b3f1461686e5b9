/// Makes the states of a pattern's tree.
struct RegexCompiler {
    private typealias State = RegexProgram.State

    private(set) var states: [RegexProgram.State] = []
    private(set) var sets: [ByteSet] = []
    private(set) var trackers: [RegexProgram.Tracker] = []
    private(set) var branchCount = 0
    private(set) var roundBits = 0
    private(set) var hasAlternatives = false
    private let tree: RegexTree
    /// The tracker of the unbounded repetition around what is made now, or -1.
    private var around: Int32 = -1
    private var nextBit: Int32 = 0

    init(_ tree: RegexTree) { self.tree = tree }

    /// The first state.
    mutating func compile() -> Int32 {
        states.append(State(opcode: .accept))
        return emit(tree.root, 0)
    }

    private mutating func add(_ state: State) -> Int32 {
        states.append(state)
        return Int32(states.count - 1)
    }

    private mutating func addBranch(_ opcode: RegexProgram.Opcode, next: Int32, other: Int32 = -1) -> Int32 {
        let state = State(opcode: opcode, branch: Int32(branchCount), next: next, other: other)
        branchCount += 1
        return add(state)
    }

    private mutating func addTracker(limit: Int, isUnbounded: Bool, beginsWithBody: Bool = false) -> Int32 {
        if around < 0 { nextBit = 0 }
        let bits = Int32(Int.bitWidth - limit.leadingZeroBitCount)
        if nextBit & 63 + bits > 64 { nextBit = (nextBit | 63) + 1 }
        let end = nextBit + bits
        trackers.append(
            RegexProgram.Tracker(
                limit: UInt64(limit), firstBit: nextBit, endBit: end, around: around, isUnbounded: isUnbounded,
                beginsWithBody: beginsWithBody))
        nextBit = end
        roundBits = max(roundBits, Int(end))
        return Int32(trackers.count - 1)
    }

    private mutating func index(of set: ByteSet) -> Int32 {
        if let index = sets.firstIndex(of: set) { return Int32(index) }
        sets.append(set)
        return Int32(sets.count - 1)
    }

    /// The set of a node that is one, however deep in sequences of one.
    private func onlySet(_ node: Int) -> ByteSet? {
        switch tree.nodes[node] {
        case .set(let set): return set
        case .sequence(let terms) where terms.count == 1: return onlySet(terms[0])
        default: return nil
        }
    }

    /// States for `node` that go on at `next`; returns the first one.
    private mutating func emit(_ node: Int, _ next: Int32) -> Int32 {
        switch tree.nodes[node] {
        case .empty: return next
        case .set(let set):
            if let byte = set.onlyByte { return add(State(opcode: .byte, argument: Int32(byte), next: next)) }
            return add(State(opcode: .set, argument: index(of: set), next: next))
        case .lineBegin: return add(State(opcode: .lineBegin, next: next))
        case .lineEnd: return add(State(opcode: .lineEnd, next: next))
        case .group(let number, let body):
            let end = add(State(opcode: .groupEnd, argument: Int32(number), next: next))
            return add(State(opcode: .groupBegin, argument: Int32(number), next: emit(body, end)))
        case .sequence(let terms):
            var first = next
            for term in terms.reversed() { first = emit(term, first) }
            return first
        case .alternatives(let alternatives):
            return emitAlternatives(alternatives, next)
        case .repetition(let body, let minimum, let maximum):
            return emitRepetition(body, minimum, maximum, next)
        }
    }

    /// `a|b|c` is `(a|b)|c`.
    private mutating func emitAlternatives(_ alternatives: [Int], _ next: Int32) -> Int32 {
        var union = ByteSet()
        var sets = 0
        for alternative in alternatives {
            guard let set = onlySet(alternative) else { break }
            union.formUnion(set)
            sets += 1
        }
        if sets == alternatives.count { return add(State(opcode: .set, argument: index(of: union), next: next)) }
        hasAlternatives = true
        var first = emit(alternatives[0], next)
        for alternative in alternatives.dropFirst() {
            first = addBranch(.alternative, next: emit(alternative, next), other: first)
        }
        return first
    }

    /// Only what may come to the same repetition again without a byte is tracked: unbounded ones whose body may be empty, and
    /// in them every one whose body may.
    private mutating func emitRepetition(_ body: Int, _ minimum: Int, _ maximum: Int?, _ next: Int32) -> Int32 {
        let mayBeEmpty = tree.isNullable[body]
        var first = next
        if let maximum {
            for _ in minimum..<maximum {
                first = addBranch(.repetition, next: next, other: emit(body, first))
                if mayBeEmpty, around >= 0 { states[Int(first)].tracked = addTracker(limit: 2, isUnbounded: false) }
            }
        } else if let set = onlySet(body) {
            first = addBranch(.run, next: next)
            states[Int(first)].argument = index(of: set)
        } else if mayBeEmpty, minimum <= 1 {
            return emitTracked(body, minimum, next)
        } else {
            first = addBranch(.repetition, next: next)
            let repeated = mayBeEmpty ? emitTrackedBody(body, of: first, limit: 2) : emit(body, first)
            states[Int(first)].other = repeated
            // Of the states of `x+` the body comes first, and is not made twice.
            if minimum == 1 { return repeated }
        }
        for _ in 0..<minimum { first = emit(body, first) }
        return first
    }

    /// `x*` or `x+`, where `x` may be empty.
    ///
    /// Where `x` is `y*` or `y+` itself, and `y` may be empty, both are one repetition, whose rounds are those of both. For
    /// `(y+)+` that holds anywhere; for the others only where no repetition around them comes back to them without a byte.
    private mutating func emitTracked(_ body: Int, _ minimum: Int, _ next: Int32) -> Int32 {
        var body = body
        var minimum = minimum
        var limit = 2
        while case .repetition(let inner, let innerMinimum, nil) = tree.nodes[body], innerMinimum <= 1,
            tree.isNullable[inner], minimum == 1 && innerMinimum == 1 || around < 0
        {
            if innerMinimum == 1 {
                limit += 2
            } else {
                // Rounds of the outer one go through the choice of the inner one, and come to nothing once that has had its.
                minimum = 0
                limit = 2
            }
            body = inner
        }
        let loop = addBranch(.repetition, next: next)
        let repeated = emitTrackedBody(body, of: loop, limit: limit, beginsWithBody: minimum == 1)
        return minimum == 1 ? repeated : loop
    }

    /// The body of the unbounded repetition `loop`, which is tracked.
    private mutating func emitTrackedBody(
        _ body: Int, of loop: Int32, limit: Int, beginsWithBody: Bool = false
    ) -> Int32 {
        let tracker = addTracker(limit: limit, isUnbounded: true, beginsWithBody: beginsWithBody)
        states[Int(loop)].tracked = tracker
        let outer = around
        around = tracker
        let repeated = emit(body, loop)
        around = outer
        trackers[Int(tracker)].endBit = nextBit
        states[Int(loop)].other = repeated
        return repeated
    }

    /// Bytes that a match may begin with; nil where it may be empty.
    func findFirstBytes(_ start: Int32) -> ByteSet? {
        var result = ByteSet()
        var seen = [Bool](repeating: false, count: states.count)
        var waiting = [start]
        while let index = waiting.popLast() {
            if seen[Int(index)] { continue }
            seen[Int(index)] = true
            let state = states[Int(index)]
            switch state.opcode {
            case .byte: result.insert(UInt8(state.argument))
            case .set: result.formUnion(sets[Int(state.argument)])
            case .accept: return nil
            case .run:
                result.formUnion(sets[Int(state.argument)])
                waiting.append(state.next)
            case .alternative, .repetition: waiting += [state.next, state.other]
            case .lineBegin, .lineEnd, .groupBegin, .groupEnd: waiting.append(state.next)
            }
        }
        return result
    }
}
