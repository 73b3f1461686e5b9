#if canImport(Glibc)
    import Glibc
#endif

/// The known ends of matches by choice, position and rounds.
///
/// Those without rounds, which are nearly all, have a cell each in one zeroed block, whose pages cost nothing before they are
/// used; the others, and all where the block would be too large, are hashed.
struct PlaceTable: ~Copyable {
    private struct Entry {
        var rounds: RoundCounts.Vector
        var branch: Int32
        var row: Int32
        /// Two more than the end; 0 where the entry is free.
        var value: Int32
    }

    private let branchCount: Int
    /// Two more than the end; 0 where it is not known.
    private let cells: UnsafeMutablePointer<Int32>?
    private var entries: UnsafeMutablePointer<Entry>?
    private var mask = -1
    private var entryCount = 0
    /// Places that are known.
    private(set) var count = 0
    /// Cells at most: 256 MiB.
    private static let cellLimit = 1 << 26

    /// `rows` is how many positions there are; without, everything is hashed.
    init(branchCount: Int = 0, rows: Int = 0) {
        self.branchCount = branchCount
        let (size, overflows) = branchCount.multipliedReportingOverflow(by: rows)
        let isDense = !overflows && size <= PlaceTable.cellLimit
        cells = isDense && size > 0 ? calloc(size, 4)?.assumingMemoryBound(to: Int32.self) : nil
    }

    deinit {
        free(cells)
        free(entries)
    }

    /// The end, -1 where there is no match, -2 where it is not known.
    @inline(__always)
    func end(_ branch: Int32, _ row: Int, _ rounds: RoundCounts.Vector) -> Int32 {
        if rounds == 0, let cells { return cells[row &* branchCount &+ Int(branch)] &- 2 }
        return hashedEnd(branch, row, rounds)
    }

    /// Notes an end that is not known yet.
    @inline(__always)
    mutating func store(_ end: Int32, _ branch: Int32, _ row: Int, _ rounds: RoundCounts.Vector) {
        count &+= 1
        if rounds == 0, let cells {
            cells[row &* branchCount &+ Int(branch)] = end &+ 2
        } else {
            add(Entry(rounds: rounds, branch: branch, row: Int32(row), value: end &+ 2))
        }
    }

    private func place(_ branch: Int32, _ row: Int, _ rounds: RoundCounts.Vector) -> Int {
        var hash = (rounds ^ UInt64(UInt32(truncatingIfNeeded: row)) << 32) &* 0xC2B2_AE3D_27D4_EB4F
        hash = (hash ^ hash >> 32 ^ UInt64(UInt32(bitPattern: branch))) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: hash >> 32) & mask
    }

    private func hashedEnd(_ branch: Int32, _ row: Int, _ rounds: RoundCounts.Vector) -> Int32 {
        guard let entries else { return -2 }
        var place = place(branch, row, rounds)
        while entries[place].value != 0 {
            let entry = entries[place]
            if entry.branch == branch, entry.row == Int32(row), entry.rounds == rounds { return entry.value &- 2 }
            place = (place + 1) & mask
        }
        return -2
    }

    private mutating func add(_ entry: Entry) {
        if 3 * entryCount > 2 * mask { grow() }
        entryCount += 1
        insert(entry)
    }

    private func insert(_ entry: Entry) {
        guard let entries else { return }
        var place = place(entry.branch, Int(entry.row), entry.rounds)
        while entries[place].value != 0 { place = (place + 1) & mask }
        entries[place] = entry
    }

    private mutating func grow() {
        let old = entries
        let size = mask + 1
        let grown = max(64, 2 * size)
        guard let block = calloc(grown, MemoryLayout<Entry>.stride) else { preconditionFailure("out of memory") }
        entries = block.bindMemory(to: Entry.self, capacity: grown)
        mask = grown - 1
        if let old {
            for place in 0..<size where old[place].value != 0 { insert(old[place]) }
            free(old)
        }
    }
}
