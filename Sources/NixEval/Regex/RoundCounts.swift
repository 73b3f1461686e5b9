/// How often each tracked repetition of a program has gone round without taking a byte: vectors of small numbers, whose bits
/// lie where `RegexProgram.Tracker` says.
///
/// A vector of up to 64 bits stands for itself, a longer one has an identifier; 0 is the vector of zeros.
struct RoundCounts {
    typealias Vector = UInt64

    /// Words of one vector.
    private let width: Int
    /// The vectors that have an identifier.
    private var words: [UInt64]
    private var count = 1
    /// Identifiers by the hash of the vector, with linear probing; -1 where there is none.
    private var index: [Int32] = []
    private var candidate: [UInt64]
    /// Words at most, all in all: 256 MiB.
    private static let wordLimit = 1 << 25

    init(bitCount: Int) {
        width = (bitCount + 63) / 64
        words = width > 1 ? Array(repeating: 0, count: width) : []
        candidate = words
    }

    /// The number of a repetition.
    @inline(__always)
    func count(_ vector: Vector, _ tracker: RegexProgram.Tracker) -> UInt64 {
        let word = width > 1 ? words[Int(vector) * width + Int(tracker.firstBit >> 6)] : vector
        return word >> UInt64(tracker.firstBit & 63) & tracker.mask
    }

    /// The vector with one more for a repetition, whose number is below its limit.
    @inline(__always)
    mutating func incremented(_ vector: Vector, _ tracker: RegexProgram.Tracker) throws(RegexError) -> Vector {
        if width <= 1 { return vector + 1 << UInt64(tracker.firstBit & 63) }
        takeCandidate(vector)
        candidate[Int(tracker.firstBit >> 6)] += 1 << UInt64(tracker.firstBit & 63)
        return try intern()
    }

    /// The vector with zeros for a repetition and those in it.
    mutating func cleared(_ vector: Vector, _ tracker: RegexProgram.Tracker) throws(RegexError) -> Vector {
        if width > 1 { takeCandidate(vector) }
        var result = vector
        var bit = tracker.firstBit
        while bit < tracker.endBit {
            let last = min(tracker.endBit - 1, bit | 63)
            let kept = ~(~0 >> UInt64(63 - (last & 63)) & ~0 << UInt64(bit & 63)) as UInt64
            if width > 1 { candidate[Int(bit >> 6)] &= kept } else { result &= kept }
            bit = last + 1
        }
        return width > 1 ? try intern() : result
    }

    private mutating func takeCandidate(_ vector: Vector) {
        for word in 0..<width { candidate[word] = words[Int(vector) * width + word] }
    }

    private func hash(_ words: [UInt64], _ from: Int) -> Int {
        var result: UInt64 = 0
        for word in from..<from + width {
            result = (result ^ words[word]) &* 0x9E37_79B9_7F4A_7C15
            result ^= result >> 29
        }
        return Int(truncatingIfNeeded: result)
    }

    /// The identifier of `candidate`.
    private mutating func intern() throws(RegexError) -> Vector {
        if 2 * count >= index.count { grow() }
        var place = hash(candidate, 0) & (index.count - 1)
        while index[place] >= 0 {
            let start = Int(index[place]) * width
            var word = 0
            while word < width, words[start + word] == candidate[word] { word += 1 }
            if word == width { return Vector(index[place]) }
            place = (place + 1) & (index.count - 1)
        }
        if words.count > RoundCounts.wordLimit { throw .tooLarge }
        index[place] = Int32(count)
        words += candidate
        count += 1
        return Vector(count - 1)
    }

    private mutating func grow() {
        index = Array(repeating: -1, count: max(16, 2 * index.count))
        for identifier in 0..<count {
            var place = hash(words, identifier * width) & (index.count - 1)
            while index[place] >= 0 { place = (place + 1) & (index.count - 1) }
            index[place] = Int32(identifier)
        }
    }
}
