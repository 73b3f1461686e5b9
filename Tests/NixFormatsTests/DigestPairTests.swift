import NixFormats
import Testing

/// Two messages at once have the digests that libcrypto gives each.
@Suite struct DigestPairTests {
    private static let data = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ ($0 >> 8)) }

    /// Offsets of the second message against the first, and sizes of the pieces, on both sides of whole blocks.
    @Test(arguments: [0, 1, 24, 63, 64, 65, 200], [1, 63, 64, 65, 128, 1000, 20_000])
    func agreesWithSingleMessages(prefix: Int, piece: Int) {
        var pair = DigestPair()
        let head = [UInt8](repeating: 7, count: prefix)
        head.withUnsafeBytes { pair.updateSecond($0) }
        Self.data.withUnsafeBytes { bytes in
            for start in stride(from: 0, to: bytes.count, by: piece) {
                pair.updateBoth(UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + piece, bytes.count)]))
            }
        }
        #expect(pair.firstByteCount == UInt64(Self.data.count))
        #expect(pair.finishFirst() == Digester.sha256(Self.data))
        // The first message begins anew while the second goes on.
        Self.data.withUnsafeBytes { pair.updateBoth($0) }
        #expect(pair.finishFirst() == Digester.sha256(Self.data))
        #expect(pair.finishSecond() == Digester.sha256(head + Self.data + Self.data))
    }

    @Test func emptyMessages() {
        var pair = DigestPair()
        pair.updateBoth(UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(pair.finishFirst() == Digester.sha256([]))
        #expect(pair.finishSecond() == Digester.sha256([]))
    }

    /// A message of more than 2^32 bits, whose length carries into the upper half of the counter.
    @Test func longMessages() {
        var pair = DigestPair()
        let single = Digester(.sha256)
        let block = [UInt8](repeating: 0x5A, count: 1 << 24)
        for _ in 0..<33 {
            block.withUnsafeBytes {
                pair.updateBoth($0)
                single.update($0)
            }
        }
        let expected = single.finish()
        #expect(pair.finishFirst() == expected)
        #expect(pair.finishSecond() == expected)
    }
}
