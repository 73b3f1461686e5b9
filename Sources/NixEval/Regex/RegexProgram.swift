/// A regular expression as states, built backwards from the accepting one.
struct RegexProgram {
    enum Opcode: UInt8 {
        /// One given byte.
        case byte
        /// One byte of a set.
        case set
        case lineBegin, lineEnd
        case groupBegin, groupEnd
        /// Both branches; of two matches the longer one counts, else the first.
        case alternative
        /// `other` once more, or `next`.
        case repetition
        /// Bytes of a set, as many as possible.
        case run
        case accept
    }

    struct State {
        var opcode: Opcode
        /// The byte, the index of the set, or the group.
        var argument: Int32 = 0
        /// For those with a choice: their number.
        var branch: Int32 = -1
        /// For repetitions whose body may be empty: their number.
        var tracked: Int32 = -1
        var next: Int32 = -1
        var other: Int32 = -1
    }

    private(set) var states: [State] = []
    private(set) var sets: [ByteSet] = []
    private(set) var start: Int32 = 0
    let groupCount: Int
    private(set) var branchCount = 0
    /// Repetitions that may go round without taking a byte.
    private(set) var trackedCount = 0
    private(set) var hasAlternatives = false
    /// Bytes that a match may begin with; nil where it may be empty.
    private(set) var firstBytes: ByteSet?

    private let tree: RegexTree

    init(_ pattern: [UInt8]) throws(RegexError) {
        tree = try RegexTree(pattern)
        groupCount = tree.groupCount
        states.append(State(opcode: .accept))
        start = emit(tree.root, 0)
        firstBytes = findFirstBytes()
    }

    private mutating func add(_ state: State) -> Int32 {
        states.append(state)
        return Int32(states.count - 1)
    }

    private mutating func addBranch(_ opcode: Opcode, next: Int32, other: Int32 = -1, isTracked: Bool = false) -> Int32
    {
        var state = State(opcode: opcode, branch: Int32(branchCount), next: next, other: other)
        branchCount += 1
        if isTracked {
            state.tracked = Int32(trackedCount)
            trackedCount += 1
        }
        return add(state)
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

    private mutating func emitRepetition(_ body: Int, _ minimum: Int, _ maximum: Int?, _ next: Int32) -> Int32 {
        let isTracked = tree.isNullable[body]
        var first = next
        if let maximum {
            for _ in minimum..<maximum {
                first = addBranch(.repetition, next: next, other: emit(body, first), isTracked: isTracked)
            }
        } else if let set = onlySet(body) {
            first = addBranch(.run, next: next)
            states[Int(first)].argument = index(of: set)
        } else {
            first = addBranch(.repetition, next: next, isTracked: isTracked)
            let repeated = emit(body, first)
            states[Int(first)].other = repeated
            // Of the states of `x+` the body comes first, and is not made twice.
            if minimum == 1 { return repeated }
        }
        for _ in 0..<minimum { first = emit(body, first) }
        return first
    }

    private func findFirstBytes() -> ByteSet? {
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
