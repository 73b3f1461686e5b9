/// A set of byte offsets as sorted, disjoint, non-adjacent half-open ranges.
struct ByteRanges: Sendable, Equatable {
    private(set) var ranges: [Range<Int64>] = []

    /// Adds a range, joining it with its neighbours.
    mutating func insert(_ range: Range<Int64>) {
        guard !range.isEmpty else { return }
        var low = range.lowerBound
        var high = range.upperBound
        let first = ranges.firstIndex { $0.upperBound >= low } ?? ranges.endIndex
        var last = first
        while last < ranges.endIndex, ranges[last].lowerBound <= high {
            low = min(low, ranges[last].lowerBound)
            high = max(high, ranges[last].upperBound)
            last += 1
        }
        ranges.replaceSubrange(first..<last, with: [low..<high])
    }

    /// Takes a range out.
    mutating func remove(_ range: Range<Int64>) {
        ranges = ranges.flatMap { own in
            [
                own.lowerBound..<max(own.lowerBound, min(own.upperBound, range.lowerBound)),
                min(own.upperBound, max(own.lowerBound, range.upperBound))..<own.upperBound,
            ]
            .filter { !$0.isEmpty }
        }
    }

    /// Whether all of a range is there.
    func contains(_ range: Range<Int64>) -> Bool {
        ranges.contains { $0.lowerBound <= range.lowerBound && range.upperBound <= $0.upperBound }
    }

    /// How many offsets from zero on are there without a gap.
    var frontier: Int64 {
        guard let first = ranges.first, first.lowerBound == 0 else { return 0 }
        return first.upperBound
    }

    /// How many offsets there are.
    var count: Int64 {
        ranges.reduce(0) { $0 + ($1.upperBound - $1.lowerBound) }
    }

    /// The first gap at or after zero and below `end`; nil when there is none.
    func firstGap(below end: Int64) -> Range<Int64>? {
        var low: Int64 = 0
        for range in ranges {
            if range.lowerBound > low { break }
            low = range.upperBound
        }
        guard low < end else { return nil }
        let next = ranges.first { $0.lowerBound > low }?.lowerBound ?? end
        return low..<min(next, end)
    }
}
