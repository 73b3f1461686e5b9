/// A stable merge sort over words that uses the runs it finds.
///
/// Source: Munro and Wild, "Nearly-Optimal Mergesorts" (2018), the variant "peeksort". It asks for the same comparisons in the
/// same order as Nix does, because a comparator can trace, throw, or contradict itself: that gives some order, never a fault.
///
/// All words are in `words` or in `scratch` whenever something is compared, so that the collector sees them.
struct PeekSort {
    typealias Order = (UInt, UInt) throws(EvaluationError) -> Bool

    private let words: Words
    private let scratch: Words
    private let isLess: Order

    /// Ranges up to this length are sorted by insertion.
    private static let shortest = 16

    /// Sorts `count` words, with room for as many in `scratch`.
    static func sort(_ words: Words, _ scratch: Words, _ count: Int, _ isLess: Order) throws(EvaluationError) {
        guard count > 1 else { return }
        if count == 2 {
            if try isLess(words[1], words[0]) { swap(&words[0], &words[1]) }
            return
        }
        try withoutActuallyEscaping(isLess) { (isLess) throws(EvaluationError) in
            try PeekSort(words: words, scratch: scratch, isLess: isLess).sort(0, count, 0, count)
        }
    }

    /// Sorts a range of which the words before `leftEnd` are sorted, and those from `rightStart` on.
    private func sort(_ start: Int, _ end: Int, _ leftEnd: Int, _ rightStart: Int) throws(EvaluationError) {
        if leftEnd == end || rightStart == start { return }
        if end - start <= Self.shortest { return try insert(start, end) }
        let middle = start + (end - start) / 2
        if middle <= leftEnd {
            try sort(leftEnd, end, leftEnd + 1, rightStart)
            return try merge(start, leftEnd, end)
        }
        if middle >= rightStart {
            try sort(start, rightStart, leftEnd, rightStart - 1)
            return try merge(start, rightStart, end)
        }
        // The run that the middle lies in.
        let descends = try isLess(words[middle], words[middle - 1])
        var first = middle - 1
        while first > leftEnd, try isLess(words[first], words[first - 1]) == descends { first -= 1 }
        var last = middle - 1
        while last + 1 < rightStart, try isLess(words[last + 1], words[last]) == descends { last += 1 }
        last += 1
        if descends {
            var run = UnsafeMutableBufferPointer(start: words + first, count: last - first)
            run.reverse()
        }
        if first == start, last == end { return }
        if middle - first < last - middle {
            try sort(start, first, leftEnd, first - 1)
            try sort(first, end, last, rightStart)
            try merge(start, first, end)
        } else {
            try sort(start, last, leftEnd, first)
            try sort(last, end, last + 1, rightStart)
            try merge(start, last, end)
        }
    }

    private func insert(_ start: Int, _ end: Int) throws(EvaluationError) {
        for index in start + 1..<max(end, start + 1) {
            let word = words[index]
            var hole = index
            while hole > start, try isLess(word, words[hole - 1]) {
                words[hole] = words[hole - 1]
                hole -= 1
                words[hole] = word
            }
        }
    }

    private func merge(_ start: Int, _ middle: Int, _ end: Int) throws(EvaluationError) {
        for index in start..<end { scratch[index] = words[index] }
        var (left, right, target) = (start, middle, start)
        while left < middle, right < end {
            if try isLess(scratch[right], scratch[left]) {
                words[target] = scratch[right]
                right += 1
            } else {
                words[target] = scratch[left]
                left += 1
            }
            target += 1
        }
        while left < middle {
            words[target] = scratch[left]
            left += 1
            target += 1
        }
    }
}
