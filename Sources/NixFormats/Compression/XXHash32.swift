/// The 32-bit xxHash, which LZ4 frames carry as checksums (xxHash's specification, revision 0.1.1).
package enum XXHash32 {
    private static let primes: (UInt32, UInt32, UInt32, UInt32, UInt32) = (
        0x9E37_79B1, 0x85EB_CA77, 0xC2B2_AE3D, 0x27D4_EB2F, 0x1656_67B1
    )

    /// The hash of one message, with the seed 0.
    package static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var position = 0
        var value: UInt32
        if bytes.count >= 16 {
            var lanes = SIMD4<UInt32>(primes.0 &+ primes.1, primes.1, 0, 0 &- primes.0)
            while position + 16 <= bytes.count {
                let words = bytes.loadUnaligned(fromByteOffset: position, as: SIMD4<UInt32>.self)
                lanes = rotate(lanes &+ SIMD4(repeating: primes.1) &* littleEndian(words), 13) &* primes.0
                position += 16
            }
            value =
                rotate(lanes[0], 1) &+ rotate(lanes[1], 7) &+ rotate(lanes[2], 12) &+ rotate(lanes[3], 18)
        } else {
            value = primes.4
        }
        value &+= UInt32(truncatingIfNeeded: bytes.count)
        while position + 4 <= bytes.count {
            let word = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self))
            value = rotate(value &+ word &* primes.2, 17) &* primes.3
            position += 4
        }
        while position < bytes.count {
            value = rotate(value &+ UInt32(bytes[position]) &* primes.4, 11) &* primes.0
            position += 1
        }
        value = (value ^ (value >> 15)) &* primes.1
        value = (value ^ (value >> 13)) &* primes.2
        return value ^ (value >> 16)
    }

    private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 { word << count | word >> (32 - count) }

    private static func rotate(_ words: SIMD4<UInt32>, _ count: UInt32) -> SIMD4<UInt32> {
        words &<< SIMD4(repeating: count) | words &>> SIMD4(repeating: 32 - count)
    }

    private static func littleEndian(_ words: SIMD4<UInt32>) -> SIMD4<UInt32> {
        SIMD4(
            UInt32(littleEndian: words[0]), UInt32(littleEndian: words[1]), UInt32(littleEndian: words[2]),
            UInt32(littleEndian: words[3]))
    }
}
