/// A set of bytes: one bit for each.
struct ByteSet: Hashable {
    private var words = SIMD4<UInt64>(repeating: 0)

    init() {}

    init(_ bytes: some Sequence<UInt8>) { for byte in bytes { insert(byte) } }

    /// Every byte but NUL, which is what `.` matches.
    static let any = ByteSet(1...255)

    @inline(__always) func contains(_ byte: UInt8) -> Bool {
        words[Int(byte >> 6)] >> UInt64(byte & 63) & 1 != 0
    }

    mutating func insert(_ byte: UInt8) { words[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }

    mutating func formUnion(_ other: ByteSet) { words |= other.words }

    var inverted: ByteSet {
        var result = self
        result.words = ~words
        return result
    }

    var isEmpty: Bool { words == SIMD4(repeating: 0) }

    /// The byte, where it is the only one.
    var onlyByte: UInt8? {
        var count = 0
        for index in 0..<4 { count += words[index].nonzeroBitCount }
        guard count == 1 else { return nil }
        return (0...255).first { contains($0) }
    }
}
