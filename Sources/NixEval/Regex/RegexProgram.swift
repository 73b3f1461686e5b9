/// A regular expression as states, built backwards from the accepting one.
///
/// Its memory is given back with `deallocate`.
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
        /// For repetitions that may go round without taking a byte: the index of their tracker.
        var tracked: Int32 = -1
        var next: Int32 = -1
        var other: Int32 = -1
    }

    /// What is to be known of a repetition that may go round without taking a byte.
    struct Tracker {
        /// How often it may.
        var limit: UInt64
        /// Where its rounds are counted: from 0 in each repetition that is in no other tracked one, and never across a
        /// multiple of 64.
        var firstBit: Int32
        /// Behind its own bits and those of the repetitions in it.
        var endBit: Int32
        /// The bits of a number up to `limit`.
        var mask: UInt64 { ~0 >> UInt64(limit.leadingZeroBitCount) }
        /// The unbounded repetition around it, or -1.
        var around: Int32
        let isUnbounded: Bool
        /// Whether its body may be entered without going through the choice: `x+`.
        var beginsWithBody: Bool
    }

    let states: UnsafeBufferPointer<State>
    let sets: UnsafeBufferPointer<ByteSet>
    let trackers: UnsafeBufferPointer<Tracker>
    let start: Int32
    let groupCount: Int
    let branchCount: Int
    /// Bits that the rounds of all tracked repetitions take; 0 where there are none.
    let roundBits: Int
    let hasAlternatives: Bool
    /// Bytes that a match may begin with; nil where it may be empty.
    let firstBytes: ByteSet?

    init(_ pattern: [UInt8]) throws(RegexError) {
        let tree = try RegexTree(pattern)
        var compiler = RegexCompiler(tree)
        start = compiler.compile()
        firstBytes = compiler.findFirstBytes(start)
        groupCount = tree.groupCount
        branchCount = compiler.branchCount
        roundBits = compiler.roundBits
        hasAlternatives = compiler.hasAlternatives
        states = RegexProgram.copy(compiler.states)
        sets = RegexProgram.copy(compiler.sets)
        trackers = RegexProgram.copy(compiler.trackers)
    }

    private static func copy<Element>(_ elements: [Element]) -> UnsafeBufferPointer<Element> {
        let result = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
        _ = result.initialize(from: elements)
        return UnsafeBufferPointer(result)
    }

    func deallocate() {
        states.deallocate()
        sets.deallocate()
        trackers.deallocate()
    }
}
