import CStack

#if canImport(Glibc)
    import Glibc
#endif

/// The mark phase and what follows it. See `Heap` for the memory that it works on.
///
/// Roots are the evaluation thread's stack (scanned word by word, with the registers spilled on it; any address inside a
/// cell counts) and the registered ranges. Heap cells are scanned the same way, so no object needs a description.
extension Heap {
    /// Marks what is reachable and makes the rest free for later allocation.
    func collect() {
        let start = Heap.now()
        willCollect?()
        memset(marks, 0, frontier * Heap.markWords * 8)
        for range in rootRanges { scan(range.start, range.count) }
        nixlite_with_spilled_registers(
            { context, stackPointer in
                let heap = Unmanaged<Heap>.fromOpaque(context!).takeUnretainedValue()
                let low = (stackPointer + 7) & ~7
                guard heap.stackBase > low else { return }
                heap.scan(Words(bitPattern: low)!, Int(heap.stackBase - low) / 8)
            }, Unmanaged.passUnretained(self).toOpaque())
        drain()
        rebuild()
        collections += 1
        collectorNanoseconds += Heap.now() - start
    }

    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Marks what `count` words refer to, and queues those of it whose words may refer further.
    @inline(__always)
    private func scan(_ start: Words, _ count: Int) {
        let limit = UInt(frontier &* Heap.blockBytes)
        let base = base
        var index = 0
        while index < count {
            let offset = (start[index] & ~7) &- base
            if offset < limit { mark(offset) }
            index &+= 1
        }
    }

    /// Marks the cell that the byte `offset` from the base lies in, and queues it for scanning if its words may refer.
    @inline(__always) private func mark(_ offset: UInt) {
        var block = Int(bitPattern: offset >> 15)
        let info = blocks[block]
        var cell = 0
        var word = 0
        switch info.group {
        case .free: return
        case .traced, .leaf:
            let cellWords = Int(info.cellWords)
            let place = UInt64(offset >> 3 & UInt(Heap.blockWords - 1))
            cell = Int(truncatingIfNeeded: (place &* reciprocals[Int(info.spanClass)]) >> 32)
            word = cell &* cellWords
            // The few words behind a block's last cell belong to none.
            if word &+ cellWords > Heap.blockWords { return }
        case .largeTraced, .largeLeaf: break
        case .largeRest: block = block &- Int(info.extent)
        }
        let bits = marks + (block &* Heap.markWords &+ cell &>> 6)
        let bit: UInt64 = 1 &<< UInt64(truncatingIfNeeded: cell & 63)
        if bits.pointee & bit != 0 { return }
        bits.pointee |= bit
        switch blocks[block].group {
        case .traced, .largeTraced:
            if markStackCount == markStack.count { growMarkStack() }
            markStack[markStackCount] = address(of: block) &+ UInt(bitPattern: word &* 8)
            markStackCount &+= 1
        default: break
        }
    }

    @inline(never)
    private func growMarkStack() {
        let larger = UnsafeMutableBufferPointer<UInt>.allocate(capacity: 2 * markStack.count)
        _ = larger.moveInitialize(fromContentsOf: markStack)
        markStack.deallocate()
        markStack = larger
    }

    /// Scans what is marked, until nothing new is.
    ///
    /// A cell is asked from memory when it leaves the stack and scanned some cells later, when it has come.
    private func drain() {
        // A ring: the oldest cell is at `first`.
        withUnsafeTemporaryAllocation(of: UInt.self, capacity: 8) { waiting in
            var (first, count) = (0, 0)
            while true {
                while count < 8, markStackCount > 0 {
                    markStackCount &-= 1
                    let cell = markStack[markStackCount]
                    nixlite_prefetch(cell)
                    waiting[(first &+ count) & 7] = cell
                    count &+= 1
                }
                if count == 0 { return }
                let cell = waiting[first]
                first = (first &+ 1) & 7
                count &-= 1
                let block = blocks[Int(bitPattern: (cell &- base) >> 15)]
                let words = block.group == .traced ? Int(block.cellWords) : Int(block.extent) * Heap.blockWords
                scan(Words(bitPattern: cell).unsafelyUnwrapped, words)
            }
        }
    }

    /// Frees blocks without a marked cell, queues the others for sweeping and forgets the spans.
    private func rebuild() {
        for span in 0..<2 * Heap.groupSpans {
            spans[span] = Span(cursor: 0, limit: 0)
            sweepBlocks[span].removeAll(keepingCapacity: true)
            sweepCell[span] = 0
        }
        freeRuns.removeAll(keepingCapacity: true)
        var liveBytes = 0
        var used = 0
        var block = 0
        while block < frontier {
            let info = blocks[block]
            var extent = 1
            var isLive = false
            switch info.group {
            case .free, .largeRest: break
            case .largeTraced, .largeLeaf:
                extent = Int(info.extent)
                isLive = marks[block * Heap.markWords] & 1 != 0
                if isLive { liveBytes += extent * Heap.blockBytes }
            case .traced, .leaf:
                var count = 0
                for index in 0..<Heap.markWords { count += marks[block * Heap.markWords + index].nonzeroBitCount }
                isLive = count > 0
                liveBytes += count * Int(info.cellWords) * 8
                if isLive {
                    sweepBlocks[Int(info.spanClass) + (info.group == .leaf ? Heap.groupSpans : 0)].append(Int32(block))
                    if stressInterval > 0 { poison(block) }
                }
            }
            if isLive { used += extent } else { release(block, extent) }
            block += extent
        }
        usedBlocks = used
        allocatedBytes = 0
        threshold = max(initialThreshold, liveBytes)
    }

    private func release(_ block: Int, _ extent: Int) {
        for index in block..<block + extent { blocks[index].group = .free }
        let start = UnsafeMutableRawPointer(bitPattern: address(of: block))!
        if stressInterval > 0 {
            memset(start, 0xDB, extent * Heap.blockBytes)
        } else if extent >= 8 {
            madvise(start, extent * Heap.blockBytes, MADV_DONTNEED)
        }
        if let last = freeRuns.last, last.upperBound == block {
            freeRuns[freeRuns.count - 1] = last.lowerBound..<block + extent
        } else {
            freeRuns.append(block..<block + extent)
        }
    }

    /// Overwrites the dead cells of a block, so that a use of one shows.
    private func poison(_ block: Int) {
        let cellWords = Int(blocks[block].cellWords)
        let bits = marks + block * Heap.markWords
        for cell in 0..<Heap.blockWords / cellWords where !isMarked(bits, cell) {
            memset(
                UnsafeMutableRawPointer(bitPattern: address(of: block) + UInt(cell * cellWords * 8))!, 0xDB,
                cellWords * 8)
        }
    }
}
