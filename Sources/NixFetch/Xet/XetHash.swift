import NixFormats

/// A hash of the Xet protocol: of a chunk, of the chunks that lie in one xorb, of a file (Xet specification, "Hashing").
package struct XetHash: Hashable, Sendable {
    /// 32 bytes.
    package let bytes: [UInt8]

    private static let chunkKey: [UInt8] = [
        102, 151, 245, 119, 91, 149, 80, 222, 49, 53, 203, 172, 165, 151, 24, 28, 157, 228, 33, 16, 155, 235, 43, 88,
        180, 208, 176, 75, 147, 173, 242, 41,
    ]
    private static let nodeKey: [UInt8] = [
        1, 126, 197, 199, 165, 71, 41, 150, 253, 148, 102, 102, 180, 138, 2, 230, 93, 221, 83, 111, 55, 199, 109, 210,
        248, 99, 82, 230, 74, 83, 113, 63,
    ]
    /// Children that a node may have at most.
    private static let widest = 9

    private init(_ hash: NixHash) {
        bytes = hash.bytes
    }

    /// The hash of a chunk's content.
    package init(chunk content: UnsafeRawBufferPointer) {
        self.init(Digester.blake3(content, key: Self.chunkKey))
    }

    /// Reads 64 hexadecimal digits: each group of 16 is a little-endian number of the hash's bytes.
    package init?(parsing text: String) {
        guard text.utf8.count == 64, let digits = Base16.decode(text.utf8) else { return nil }
        bytes = Self.swapped(digits)
    }

    /// The 64 digits.
    package var text: String { Base16.encode(Self.swapped(bytes)).description }

    /// Each group of eight bytes the other way round.
    private static func swapped(_ bytes: [UInt8]) -> [UInt8] {
        stride(from: 0, to: bytes.count, by: 8).flatMap { bytes[$0..<$0 + 8].reversed() }
    }

    /// The root over chunks, by their hashes and lengths in their order; nil when there are none.
    ///
    /// That is a xorb's hash; a file's is the same under a key of zeros. A node ends after its third child or a later one
    /// whose hash is a multiple of four, or with the ninth.
    package static func root(of chunks: [(hash: XetHash, length: Int)]) -> XetHash? {
        var level = chunks
        while level.count > 1 {
            var next: [(hash: XetHash, length: Int)] = []
            var start = 0
            while start < level.count {
                let end = endOfNode(level, from: start)
                next.append(node(level[start..<end]))
                start = end
            }
            level = next
        }
        return level.first?.hash
    }

    private static func endOfNode(_ level: [(hash: XetHash, length: Int)], from start: Int) -> Int {
        let limit = min(start + widest, level.count)
        guard start + 2 < limit else { return limit }
        // The last eight bytes are a little-endian number.
        return ((start + 2)..<limit).first { level[$0].hash.bytes[24] % 4 == 0 }.map { $0 + 1 } ?? limit
    }

    private static func node(
        _ children: ArraySlice<(hash: XetHash, length: Int)>
    ) -> (hash: XetHash, length: Int) {
        var text: [UInt8] = []
        var length = 0
        for child in children {
            text += Array("\(child.hash.text) : \(child.length)\n".utf8)
            length += child.length
        }
        return (XetHash(text.withUnsafeBytes { Digester.blake3($0, key: nodeKey) }), length)
    }
}
