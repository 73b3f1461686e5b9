internal import Glibc

/// Text that is put together piece by piece, in memory of its own.
///
/// Unlike `[UInt8]` it is never shared, so an append of a few bytes costs a few instructions. What it hands out is valid
/// until it changes.
struct TextBuffer: ~Copyable {
    private var base: UnsafeMutablePointer<UInt8>
    private(set) var count = 0
    private var capacity: Int

    /// An empty buffer with room for `capacity` bytes, at least one.
    init(capacity: Int = 1024) {
        self.capacity = max(capacity, 1)
        base = Self.reallocate(nil, self.capacity)
    }

    deinit { free(base) }

    private static func reallocate(
        _ memory: UnsafeMutablePointer<UInt8>?, _ capacity: Int
    ) -> UnsafeMutablePointer<UInt8> {
        guard let memory = realloc(memory, capacity) else { fatalError("out of memory") }
        return memory.bindMemory(to: UInt8.self, capacity: capacity)
    }

    /// Where the next `added` bytes go; the caller writes them and says so with `count`.
    @inline(__always)
    private mutating func room(for added: Int) -> UnsafeMutablePointer<UInt8> {
        if capacity - count < added { grow(by: added) }
        return base + count
    }

    @inline(never)
    private mutating func grow(by added: Int) {
        capacity = max(capacity * 2, count + added)
        base = Self.reallocate(base, capacity)
    }

    /// Forgets everything; the memory stays.
    mutating func removeAll() { count = 0 }

    mutating func append(_ byte: UInt8) {
        room(for: 1).pointee = byte
        count += 1
    }

    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress else { return }
        room(for: bytes.count).update(from: source, count: bytes.count)
        count += bytes.count
    }

    mutating func append(_ literal: StaticString) {
        append(UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    mutating func append(contentsOf string: ByteString) {
        string.bytes.withUnsafeBufferPointer { append($0) }
    }

    /// Appends a stretch of another text.
    mutating func append(_ other: borrowing TextBuffer, _ range: Range<Int>) {
        append(other.bytes(in: range))
    }

    /// Appends `bytes` in hexadecimal.
    mutating func appendBase16(_ bytes: [UInt8]) {
        let target = room(for: bytes.count * 2)
        bytes.withUnsafeBytes { Base16.write($0, to: target) }
        count += bytes.count * 2
    }

    /// Appends a store path in full.
    mutating func append(_ path: StorePath, in store: StoreDirectory) {
        append(contentsOf: store.path)
        append(UInt8(ascii: "/"))
        append(contentsOf: path.baseName)
    }

    /// Appends a string of an ATerm: in quotes, with a backslash before quotes and backslashes, and for line ends and tabs.
    mutating func appendQuoted(_ bytes: UnsafeBufferPointer<UInt8>) {
        let start = room(for: bytes.count * 2 + 2)
        var target = start
        target.pointee = UInt8(ascii: "\"")
        target += 1
        var index = 0
        let source = UnsafeRawBufferPointer(bytes)
        while index < bytes.count {
            // Eight bytes at a time, of which those before the first that may be escaped count.
            if bytes.count - index >= 8 {
                let word = source.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                let plain = Self.escapeMarks(word).trailingZeroBitCount / 8
                UnsafeMutableRawPointer(target).storeBytes(of: word, as: UInt64.self)
                target += plain
                index += plain
                if plain == 8 { continue }
            }
            let byte = bytes[index]
            index += 1
            if let escaped = Self.escape(byte) {
                target.pointee = UInt8(ascii: "\\")
                target[1] = escaped
                target += 2
            } else {
                target.pointee = byte
                target += 1
            }
        }
        target.pointee = UInt8(ascii: "\"")
        count += target - start + 1
    }

    /// Marks bytes by their highest bits; the lowest one marked is the first control character, quote or backslash.
    ///
    /// With one bit turned a quote is next to the control characters. A byte is below n where subtracting n from it borrows (Bit
    /// Twiddling Hacks, "Determine if a word has a zero byte"); a borrow may also mark a byte above a marked one.
    @inline(__always)
    private static func escapeMarks(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let word = UInt64(littleEndian: word)
        let turned = word ^ (ones &* 2)
        let backslashes = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
        return (((turned &- ones &* 33) & ~turned) | ((backslashes &- ones) & ~backslashes)) & (ones &* 0x80)
    }

    /// What stands after a backslash for `byte`, if it is escaped.
    @inline(__always)
    private static func escape(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): byte
        case UInt8(ascii: "\n"): UInt8(ascii: "n")
        case UInt8(ascii: "\r"): UInt8(ascii: "r")
        case UInt8(ascii: "\t"): UInt8(ascii: "t")
        default: nil
        }
    }

    mutating func appendQuoted(_ string: ByteString) {
        string.bytes.withUnsafeBufferPointer { appendQuoted($0) }
    }

    /// A stretch of the text, which must lie within it.
    borrowing func bytes(in range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        return UnsafeBufferPointer(start: base + range.lowerBound, count: range.count)
    }

    /// The whole text, copied.
    borrowing func copy() -> ByteString { ByteString(Array(bytes(in: 0..<count))) }

    /// The SHA-256 of the whole text.
    borrowing func sha256() -> NixHash { Digester.hash(.sha256, UnsafeRawBufferPointer(bytes(in: 0..<count))) }
}
