/// Interns names as small integers.
///
/// Names are bytes: two that differ in any byte have different symbols. One table serves one evaluator and all the files
/// it parses. Not thread-safe.
package final class SymbolTable {
    /// In memory of its own, so that interning, which happens for every name of a text, pays for no exclusivity checks.
    private let state: UnsafeMutablePointer<State>

    package init() {
        state = .allocate(capacity: 1)
        state.initialize(to: State())
    }

    deinit {
        state.pointee.free()
        state.deinitialize(count: 1)
        state.deallocate()
    }

    /// How many names there are; symbols are `0 ..< count`.
    package var count: Int { state.pointee.count }

    /// The symbol of `name`, new or old.
    package func intern(_ name: UnsafeBufferPointer<UInt8>) -> Symbol { state.pointee.intern(name) }

    package func intern(_ name: StaticString) -> Symbol {
        intern(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    }

    package func intern(_ name: String) -> Symbol {
        var name = name
        return name.withUTF8 { intern($0) }
    }

    /// The bytes of a symbol's name, valid as long as the table.
    package func bytes(of symbol: Symbol) -> UnsafeBufferPointer<UInt8> { state.pointee.name(Int(symbol.rawValue)) }

    /// The first eight bytes of a symbol's name as a number, the first of them the highest, zeros after a shorter name.
    ///
    /// Names whose numbers differ are in the order of the numbers.
    package func prefix(of symbol: Symbol) -> UInt64 { state.pointee.prefix(Int(symbol.rawValue)) }

    /// The name for messages: invalid UTF-8 is repaired.
    package func string(of symbol: Symbol) -> String { String(decoding: bytes(of: symbol), as: UTF8.self) }
}

/// An open-addressed hash table from names to symbols, and the names.
private struct State {
    /// One entry per symbol.
    struct Entry {
        let start: UnsafeMutablePointer<UInt8>
        let count: UInt32
        let hash: UInt32
        let prefix: UInt64
    }

    /// A symbol, or −1, beside the hash that put it there.
    struct Slot {
        var symbol: Int32
        var hash: UInt32
    }

    private(set) var count = 0
    private var entries: UnsafeMutableBufferPointer<Entry>
    private var slots: UnsafeMutableBufferPointer<Slot>
    /// Blocks that hold the bytes of names; a name never moves.
    private var blocks: ContiguousArray<UnsafeMutablePointer<UInt8>> = []
    private var freeStart: UnsafeMutablePointer<UInt8>
    private var freeCount: Int

    private static let blockSize = 1 << 16

    init() {
        entries = .allocate(capacity: 2048)
        slots = .allocate(capacity: 4096)
        slots.initialize(repeating: Slot(symbol: -1, hash: 0))
        freeStart = .allocate(capacity: Self.blockSize)
        freeCount = Self.blockSize
        blocks.append(freeStart)
    }

    func free() {
        entries.deallocate()
        slots.deallocate()
        for block in blocks { block.deallocate() }
    }

    func name(_ symbol: Int) -> UnsafeBufferPointer<UInt8> {
        precondition(symbol >= 0 && symbol < count, "symbol of another table")
        let entry = entries[symbol]
        return UnsafeBufferPointer(start: entry.start, count: Int(entry.count))
    }

    func prefix(_ symbol: Int) -> UInt64 {
        precondition(symbol >= 0 && symbol < count, "symbol of another table")
        return entries[symbol].prefix
    }

    private static func prefix(_ name: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var prefix: UInt64 = 0
        for index in 0..<8 { prefix = prefix << 8 | (index < name.count ? UInt64(name[index]) : 0) }
        return prefix
    }

    mutating func intern(_ name: UnsafeBufferPointer<UInt8>) -> Symbol {
        let hash = Self.hash(name)
        let mask = slots.count - 1
        var slot = Int(hash) & mask
        while slots[slot].symbol >= 0 {
            let candidate = slots[slot]
            if candidate.hash == hash, Self.equal(entries[Int(candidate.symbol)], name) {
                return Symbol(rawValue: candidate.symbol)
            }
            slot = (slot + 1) & mask
        }
        return insert(name, hash: hash, slot: slot)
    }

    private mutating func insert(_ name: UnsafeBufferPointer<UInt8>, hash: UInt32, slot: Int) -> Symbol {
        let symbol = Int32(count)
        let start = copy(name)
        (entries.baseAddress! + count).initialize(
            to: Entry(start: start, count: UInt32(name.count), hash: hash, prefix: Self.prefix(name)))
        slots[slot] = Slot(symbol: symbol, hash: hash)
        count += 1
        if count == entries.count { grow() }
        return Symbol(rawValue: symbol)
    }

    private mutating func copy(_ name: UnsafeBufferPointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        if name.count > freeCount {
            freeCount = max(Self.blockSize, name.count)
            freeStart = .allocate(capacity: freeCount)
            blocks.append(freeStart)
        }
        let start = freeStart
        if let base = name.baseAddress { start.update(from: base, count: name.count) }
        freeStart += name.count
        freeCount -= name.count
        return start
    }

    /// Doubles both tables; there are always twice as many slots as entries.
    private mutating func grow() {
        let largerEntries = UnsafeMutableBufferPointer<Entry>.allocate(capacity: entries.count * 2)
        let largerSlots = UnsafeMutableBufferPointer<Slot>.allocate(capacity: slots.count * 2)
        largerSlots.initialize(repeating: Slot(symbol: -1, hash: 0))
        let mask = largerSlots.count - 1
        for symbol in 0..<count {
            let entry = entries[symbol]
            (largerEntries.baseAddress! + symbol).initialize(to: entry)
            var slot = Int(entry.hash) & mask
            while largerSlots[slot].symbol >= 0 { slot = (slot + 1) & mask }
            largerSlots[slot] = Slot(symbol: Int32(symbol), hash: entry.hash)
        }
        entries.deallocate()
        slots.deallocate()
        entries = largerEntries
        slots = largerSlots
    }

    /// Multiplicative hashing over 8-byte steps: names are short and not chosen by an adversary who gains by collisions.
    @inline(__always)
    private static func hash(_ name: UnsafeBufferPointer<UInt8>) -> UInt32 {
        var state: UInt64 = UInt64(truncatingIfNeeded: name.count) &* 0x9E37_79B9_7F4A_7C15
        guard let base = name.baseAddress else { return UInt32(truncatingIfNeeded: state >> 32) }
        let bytes = UnsafeRawPointer(base)
        var index = 0
        while index + 8 <= name.count {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            state = (state ^ word) &* 0xFF51_AFD7_ED55_8CCD
            state ^= state >> 32
            index += 8
        }
        if index + 4 <= name.count {
            state = (state ^ UInt64(bytes.loadUnaligned(fromByteOffset: index, as: UInt32.self))) &* 0x100_0000_01B3
            index += 4
        }
        while index < name.count {
            state = (state ^ UInt64(base[index])) &* 0x100_0000_01B3
            index += 1
        }
        state ^= state >> 29
        state = state &* 0xC4CE_B9FE_1A85_EC53
        return UInt32(truncatingIfNeeded: state >> 32)
    }

    @inline(__always)
    private static func equal(_ left: Entry, _ right: UnsafeBufferPointer<UInt8>) -> Bool {
        guard Int(left.count) == right.count, let base = right.baseAddress else { return left.count == right.count }
        var index = 0
        while index + 8 <= right.count {
            let a = UnsafeRawPointer(left.start).loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let b = UnsafeRawPointer(base).loadUnaligned(fromByteOffset: index, as: UInt64.self)
            if a != b { return false }
            index += 8
        }
        while index < right.count {
            if left.start[index] != base[index] { return false }
            index += 1
        }
        return true
    }
}
