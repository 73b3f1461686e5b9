/// Interns names as small integers.
///
/// Names are bytes: two that differ in any byte have different symbols.
///
/// One table serves one evaluator and all the files it parses. Not thread-safe.
package final class SymbolTable {
    private var slots: UnsafeMutableBufferPointer<Int32>
    private var names: ContiguousArray<UnsafeBufferPointer<UInt8>> = []
    private var hashes: ContiguousArray<UInt32> = []
    /// Blocks that hold the bytes of names; a name never moves.
    private var blocks: ContiguousArray<UnsafeMutablePointer<UInt8>> = []
    private var free: UnsafeMutablePointer<UInt8>
    private var freeCount: Int

    package init() {
        slots = .allocate(capacity: 4096)
        slots.initialize(repeating: -1)
        free = .allocate(capacity: Self.blockSize)
        blocks.append(free)
        freeCount = Self.blockSize
    }

    deinit {
        slots.deallocate()
        for block in blocks { block.deallocate() }
    }

    private static let blockSize = 1 << 16

    /// How many names there are; symbols are `0 ..< count`.
    package var count: Int { names.count }

    /// The symbol of `name`, new or old.
    package func intern(_ name: UnsafeBufferPointer<UInt8>) -> Symbol {
        let hash = Self.hash(name)
        let mask = slots.count - 1
        var slot = Int(hash) & mask
        while slots[slot] >= 0 {
            let candidate = Int(slots[slot])
            if hashes[candidate] == hash, Self.equal(names[candidate], name) {
                return Symbol(rawValue: slots[slot])
            }
            slot = (slot + 1) & mask
        }
        let symbol = Int32(names.count)
        names.append(copy(name))
        hashes.append(hash)
        slots[slot] = symbol
        if names.count * 2 > slots.count { grow() }
        return Symbol(rawValue: symbol)
    }

    package func intern(_ name: StaticString) -> Symbol {
        intern(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    }

    package func intern(_ name: String) -> Symbol {
        var name = name
        return name.withUTF8 { intern($0) }
    }

    /// The bytes of a symbol's name, valid as long as the table.
    package func bytes(of symbol: Symbol) -> UnsafeBufferPointer<UInt8> { names[Int(symbol.rawValue)] }

    /// The name for messages: invalid UTF-8 is repaired.
    package func string(of symbol: Symbol) -> String { String(decoding: bytes(of: symbol), as: UTF8.self) }

    private func copy(_ name: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        if name.count > freeCount {
            let size = max(Self.blockSize, name.count)
            free = .allocate(capacity: size)
            blocks.append(free)
            freeCount = size
        }
        let start = free
        if let base = name.baseAddress { start.update(from: base, count: name.count) }
        free += name.count
        freeCount -= name.count
        return UnsafeBufferPointer(start: start, count: name.count)
    }

    private func grow() {
        let larger = UnsafeMutableBufferPointer<Int32>.allocate(capacity: slots.count * 2)
        larger.initialize(repeating: -1)
        let mask = larger.count - 1
        for (symbol, hash) in hashes.enumerated() {
            var slot = Int(hash) & mask
            while larger[slot] >= 0 { slot = (slot + 1) & mask }
            larger[slot] = Int32(symbol)
        }
        slots.deallocate()
        slots = larger
    }

    /// Multiplicative hashing over 8-byte steps: names are short and not chosen by an adversary who gains by collisions.
    private static func hash(_ name: UnsafeBufferPointer<UInt8>) -> UInt32 {
        var state: UInt64 = UInt64(truncatingIfNeeded: name.count) &* 0x9E37_79B9_7F4A_7C15
        var index = 0
        while index + 8 <= name.count {
            let word = UnsafeRawPointer(name.baseAddress!).loadUnaligned(fromByteOffset: index, as: UInt64.self)
            state = (state ^ word) &* 0xFF51_AFD7_ED55_8CCD
            state ^= state >> 32
            index += 8
        }
        while index < name.count {
            state = (state ^ UInt64(name[index])) &* 0x100_0000_01B3
            index += 1
        }
        state ^= state >> 29
        state = state &* 0xC4CE_B9FE_1A85_EC53
        return UInt32(truncatingIfNeeded: state >> 32)
    }

    private static func equal(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        for index in 0..<left.count where left[index] != right[index] { return false }
        return true
    }
}
