#if canImport(Glibc)
    import Glibc
#endif

/// A stretch of free memory for one cell size: `[cursor, limit)` in bytes of address.
struct Span {
    var cursor: UInt
    var limit: UInt
}

/// Memory for values: size-segregated blocks with bump allocation, and a non-moving mark collector (`Collector.swift`).
///
/// Blocks of 32 KiB lie in one reserved range of addresses, so "is this word an address of ours" is one comparison. A
/// block holds cells of one size, of one group: `traced` cells are all words that may refer to other cells, `leaf`
/// cells are bytes. What an object is, only the tag of the word that points to it says; the collector need not know.
///
/// Memory is not zeroed: a stale word in a cell can only keep garbage alive, never do harm.
///
/// One thread at a time uses a heap, and no method calls out while it changes a field: checking every access for overlaps, which
/// cost half of a collection, is off.
final class Heap {
    static let blockBytes = 1 << 15
    static let blockWords = blockBytes / 8
    /// Cells up to this many words have exact size classes.
    static let exactWords = 32
    /// Larger ones up to this many words have classes an eighth apart; beyond, whole blocks.
    static let largestCellWords = 2048
    static let groupSpans = 64

    enum Group: UInt8 {
        case free = 0
        case traced = 1
        case leaf = 2
        case largeTraced = 3
        case largeLeaf = 4
        case largeRest = 5
    }

    struct Block {
        var group: Group
        var spanClass: UInt8
        var cellWords: UInt16
        /// Blocks of a large object (at its first block); how far before its head (at the rest).
        var extent: UInt32
    }

    let base: UInt
    let capacityBlocks: Int
    /// Blocks that may be in use at once.
    let limitBlocks: Int
    let blocks: UnsafeMutablePointer<Block>
    /// One bit a cell, by its number in its block; room for `blockWords` cells a block.
    let marks: UnsafeMutablePointer<UInt64>
    static let markWords = blockWords / 64
    /// First block that was never used.
    @exclusivity(unchecked) var frontier = 0
    /// Blocks below this one have their pages.
    @exclusivity(unchecked) private var populatedBlocks = 0
    /// How many nanoseconds pages of 2 MiB have lately cost beyond what small ones do.
    @exclusivity(unchecked) private var largePageLoss = 0
    /// Runs of free blocks below the frontier.
    @exclusivity(unchecked) var freeRuns: [Range<Int>] = []

    /// `spans[class]` of traced cells, then `spans[groupSpans + class]` of leaf cells.
    ///
    /// Owned by the machine's state.
    let spans: UnsafeMutablePointer<Span>
    /// Words of a cell by class, and class by words.
    let classWords: [Int]
    let wordClass: [UInt8]
    /// 2³² divided by the words of a cell, rounded up: a word's number in its block times this is 2³² times its cell's.
    let reciprocals: UnsafeMutablePointer<UInt64>

    /// Per span: blocks that wait for sweeping, and how far the current one has been.
    @exclusivity(unchecked) var sweepBlocks: [[Int32]]
    @exclusivity(unchecked) var sweepCell: [Int]

    /// Bytes in blocks handed out since the last collection, and when to collect next.
    @exclusivity(unchecked) var allocatedBytes = 0
    @exclusivity(unchecked) var threshold: Int
    let initialThreshold: Int
    /// Every so many allocations a collection that overwrites what is free; 0 is off.
    let stressInterval: Int
    @exclusivity(unchecked) var stressCount = 0
    var collections = 0
    var collectorNanoseconds: UInt64 = 0
    @exclusivity(unchecked) var peakBlocks = 0
    @exclusivity(unchecked) var usedBlocks = 0

    /// Words that are roots for the life of the heap: registered cells and static shapes.
    @exclusivity(unchecked) var rootRanges: [(start: Words, count: Int)] = []
    /// The evaluation thread's stack starts (is highest) here.
    var stackBase: UInt = 0
    /// Addresses of marked cells whose words have yet to be scanned: all but the last few, which wait in the collector.
    @exclusivity(unchecked) var markStack = UnsafeMutableBufferPointer<UInt>.allocate(capacity: 1 << 12)
    @exclusivity(unchecked) var markStackCount = 0
    /// Called before marking: clears the inline caches of code, which hold shapes without keeping them.
    var willCollect: (() -> Void)?

    init(spans: UnsafeMutablePointer<Span>, initialThreshold: Int, maximumBytes: Int, stressInterval: Int) {
        self.spans = spans
        self.initialThreshold = initialThreshold
        self.threshold = initialThreshold
        self.stressInterval = stressInterval
        var size = 1 << 38
        var address = UnsafeMutableRawPointer(bitPattern: -1)
        while size >= 1 << 26 {
            address = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
            if address != MAP_FAILED { break }
            // An address-space limit leaves room for the tables and the rest of the program.
            size /= 2
        }
        precondition(address != MAP_FAILED, "no address space for the heap")
        let alignment = UInt(Heap.largePageBlocks * Heap.blockBytes)
        base = (UInt(bitPattern: address) + (alignment - 1)) & ~(alignment - 1)
        capacityBlocks = size / Heap.blockBytes - Heap.largePageBlocks
        limitBlocks = min(capacityBlocks, maximumBytes / Heap.blockBytes)
        blocks = Heap.reserve(capacityBlocks, of: Block.self)
        marks = Heap.reserve(capacityBlocks * Heap.markWords, of: UInt64.self)

        var words = Array(0...Heap.exactWords)
        var size2 = 40
        while size2 <= Heap.largestCellWords {
            words.append(size2)
            size2 += max(8, 1 << (Int.bitWidth - 1 - size2.leadingZeroBitCount - 2))
        }
        classWords = words
        reciprocals = .allocate(capacity: Heap.groupSpans)
        reciprocals.initialize(repeating: 0, count: Heap.groupSpans)
        for (spanClass, cellWords) in words.enumerated() where cellWords > 0 {
            reciprocals[spanClass] = (1 << 32 + UInt64(cellWords) - 1) / UInt64(cellWords)
        }
        var classes = [UInt8](repeating: 0, count: Heap.largestCellWords + 1)
        var current = 0
        for count in 0...Heap.largestCellWords {
            while words[current] < count { current += 1 }
            classes[count] = UInt8(current)
        }
        wordClass = classes
        precondition(words.count <= Heap.groupSpans)
        sweepBlocks = Array(repeating: [], count: 2 * Heap.groupSpans)
        sweepCell = Array(repeating: 0, count: 2 * Heap.groupSpans)
    }

    deinit {
        reciprocals.deallocate()
        markStack.deallocate()
        munmap(UnsafeMutableRawPointer(bitPattern: base), capacityBlocks * Heap.blockBytes)
        munmap(blocks, capacityBlocks * MemoryLayout<Block>.stride)
        munmap(marks, capacityBlocks * Heap.markWords * 8)
    }

    private static func reserve<T>(_ count: Int, of type: T.Type) -> UnsafeMutablePointer<T> {
        let address = mmap(
            nil, count * MemoryLayout<T>.stride, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
            -1,
            0)
        precondition(address != MAP_FAILED, "no address space for the heap's tables")
        return address!.bindMemory(to: T.self, capacity: count)
    }

    /// Makes words roots for good: they are scanned at every collection.
    func registerRoots(_ start: Words, count: Int) {
        rootRanges.append((start, count))
    }

    // MARK: Allocation beyond the fast path

    /// A cell of at least `words` words, when the span of its class is used up.
    ///
    /// Nil when memory is exhausted.
    @inline(never)
    func allocateSlow(words: Int, isLeaf: Bool) -> Words? {
        if stressInterval > 0 {
            stressCount += 1
            if stressCount % stressInterval == 0 { collect() }
        }
        guard words <= Heap.largestCellWords else { return allocateLarge(words: words, isLeaf: isLeaf) }
        let spanClass = Int(wordClass[words])
        let span = spanClass + (isLeaf ? Heap.groupSpans : 0)
        if spans[span].limit - spans[span].cursor < UInt(classWords[spanClass] * 8) {
            guard refill(span: span, spanClass: spanClass, isLeaf: isLeaf) else { return nil }
        }
        let cell = spans[span].cursor
        spans[span].cursor = cell + UInt(classWords[spanClass] * 8)
        return Words(bitPattern: cell)
    }

    /// Gives the span its next stretch of free cells: from a block that waits for sweeping, or a new block.
    private func refill(span: Int, spanClass: Int, isLeaf: Bool) -> Bool {
        if sweepNext(span: span) { return true }
        if allocatedBytes >= threshold {
            collect()
            if sweepNext(span: span) { return true }
        }
        var taken = takeBlocks(1)
        if taken == nil, collectWhenExhausted() {
            if sweepNext(span: span) { return true }
            taken = takeBlocks(1)
        }
        guard let block = taken else { return false }
        blocks[block] = Block(
            group: isLeaf ? .leaf : .traced, spanClass: UInt8(spanClass), cellWords: UInt16(classWords[spanClass]),
            extent: 1)
        let start = address(of: block)
        let cells = Heap.blockWords / classWords[spanClass]
        spans[span] = Span(cursor: start, limit: start + UInt(cells * classWords[spanClass] * 8))
        if stressInterval > 0 { shortenForStress(span: span, spanClass: spanClass, block: block) }
        return true
    }

    /// In the debug mode a span is one cell long, so that every allocation passes `allocateSlow`.
    private func shortenForStress(span: Int, spanClass: Int, block: Int) {
        let cellBytes = UInt(classWords[spanClass] * 8)
        spans[span].limit = spans[span].cursor + cellBytes
        sweepBlocks[span].append(Int32(block))
        sweepCell[span] = 1
    }

    /// Finds the next run of unmarked cells in the blocks that wait for sweeping.
    private func sweepNext(span: Int) -> Bool {
        while let last = sweepBlocks[span].last {
            let block = Int(last)
            let cellWords = Int(blocks[block].cellWords)
            let cells = Heap.blockWords / cellWords
            let bits = marks + block * Heap.markWords
            let cell = nextCell(bits, from: sweepCell[span], before: cells, isMarked: false)
            if cell == cells {
                sweepBlocks[span].removeLast()
                sweepCell[span] = 0
                continue
            }
            let end = stressInterval > 0 ? cell + 1 : nextCell(bits, from: cell + 1, before: cells, isMarked: true)
            sweepCell[span] = end
            let start = address(of: block)
            spans[span] = Span(cursor: start + UInt(cell * cellWords * 8), limit: start + UInt(end * cellWords * 8))
            allocatedBytes += (end - cell) * cellWords * 8
            return true
        }
        return false
    }

    /// The first cell from `cell` on that is marked, or is not; `end` if there is none.
    private func nextCell(
        _ bits: UnsafeMutablePointer<UInt64>, from cell: Int, before end: Int, isMarked: Bool
    ) -> Int {
        let flip: UInt64 = isMarked ? 0 : ~0
        var cell = cell
        while cell < end {
            let rest = (bits[cell >> 6] ^ flip) >> UInt64(cell & 63)
            if rest != 0 { return min(cell + rest.trailingZeroBitCount, end) }
            cell = (cell | 63) + 1
        }
        return end
    }

    @inline(__always) func isMarked(_ bits: UnsafeMutablePointer<UInt64>, _ cell: Int) -> Bool {
        bits[cell >> 6] & (1 << UInt64(cell & 63)) != 0
    }

    @inline(__always) func address(of block: Int) -> UInt { base + UInt(block * Heap.blockBytes) }

    private func allocateLarge(words: Int, isLeaf: Bool) -> Words? {
        let count = (words + Heap.blockWords - 1) / Heap.blockWords
        if allocatedBytes + count * Heap.blockBytes >= threshold { collect() }
        guard count <= limitBlocks else { return nil }
        var taken = takeBlocks(count)
        if taken == nil, collectWhenExhausted() { taken = takeBlocks(count) }
        guard let first = taken else { return nil }
        blocks[first] = Block(
            group: isLeaf ? .largeLeaf : .largeTraced, spanClass: 0, cellWords: 0, extent: UInt32(count))
        for offset in 1..<max(count, 1) {
            blocks[first + offset] = Block(group: .largeRest, spanClass: 0, cellWords: 0, extent: UInt32(offset))
        }
        return Words(bitPattern: address(of: first))
    }

    /// Collects because the limit is reached, unless the last collection was so recent that there is little to gain:
    /// what is full of live values must end, not collect at every step.
    private func collectWhenExhausted() -> Bool {
        guard allocatedBytes >= limitBlocks / 8 * Heap.blockBytes else { return false }
        collect()
        return true
    }

    private func takeBlocks(_ count: Int) -> Int? {
        guard count <= limitBlocks - usedBlocks else { return nil }
        if let run = freeRuns.lastIndex(where: { $0.count >= count }) {
            note(count)
            let first = freeRuns[run].lowerBound
            if freeRuns[run].count == count {
                freeRuns.remove(at: run)
            } else {
                freeRuns[run] = (first + count)..<freeRuns[run].upperBound
            }
            return first
        }
        guard count <= capacityBlocks - frontier else { return nil }
        note(count)
        let first = frontier
        frontier += count
        populate()
        return first
    }

    private func note(_ count: Int) {
        allocatedBytes += count * Heap.blockBytes
        usedBlocks += count
        peakBlocks = max(peakBlocks, usedBlocks)
    }

    /// Has the kernel make the next pages all at once: a fault for each was a third of the time of an evaluation that
    /// allocates.
    ///
    /// Beyond the first `smallPagesBytes` they are pages of 2 MiB, which take a third of the time of small ones where the
    /// kernel has them, and several times as much where it must first make room or its host must. So what they have cost
    /// beyond small ones may only be a hundredth of all time.
    private func populate() {
        guard frontier > populatedBlocks else { return }
        let start = populatedBlocks
        if frontier * Heap.blockBytes > Heap.smallPagesBytes, largePageLoss < Heap.processorTime() / 100 {
            let end = (frontier + Heap.largePageBlocks - 1) / Heap.largePageBlocks * Heap.largePageBlocks
            if end <= capacityBlocks {
                populatedBlocks = end
                let before = Heap.processorTime()
                advise(start, end, MADV_HUGEPAGE)
                advise(start, end, Heap.populateWrite)
                largePageLoss += Heap.processorTime() - before - (end - start) * Heap.smallPagesNanoseconds
                largePageLoss = max(largePageLoss, 0)
                return
            }
        }
        let count = min(max(8, frontier / 8), 128, capacityBlocks - populatedBlocks)
        populatedBlocks = max(frontier, start + count)
        advise(start, populatedBlocks, Heap.populateWrite)
    }

    private func advise(_ start: Int, _ end: Int, _ advice: Int32) {
        madvise(UnsafeMutableRawPointer(bitPattern: address(of: start)), (end - start) * Heap.blockBytes, advice)
    }

    /// What this thread used of the processor, in the kernel too.
    private static func processorTime() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    private static let largePageBlocks = (1 << 21) / blockBytes
    /// So much memory is in small pages: an evaluation that needs little shall not pay for more.
    private static let smallPagesBytes = 1 << 24
    /// What small pages take a block, at least.
    private static let smallPagesNanoseconds = 8_000

    /// `MADV_POPULATE_WRITE`, which older headers lack; an older kernel refuses it, and pages come one by one.
    private static let populateWrite: Int32 = 23
}
