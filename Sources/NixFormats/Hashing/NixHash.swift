/// A digest together with the algorithm that made it.
package struct NixHash: Hashable, Sendable {
    package let algorithm: HashAlgorithm
    /// As many as `algorithm.digestSize`, or fewer after `compressed(to:)`.
    package let bytes: [UInt8]

    /// `bytes` must have the digest size of `algorithm`, or be a compressed form of it.
    package init(_ algorithm: HashAlgorithm, _ bytes: [UInt8]) {
        self.algorithm = algorithm
        self.bytes = bytes
    }

    /// The hash of zeros that stands for "not known yet": `lib.fakeHash`, and what an empty hash means.
    package static func fake(_ algorithm: HashAlgorithm) -> NixHash {
        NixHash(algorithm, [UInt8](repeating: 0, count: algorithm.digestSize))
    }

    /// Whether this is the hash of zeros.
    package var isFake: Bool { bytes.allSatisfy { $0 == 0 } }

    /// The digest folded by exclusive or to `count` bytes, as store paths use it.
    package func compressed(to count: Int) -> NixHash {
        var folded = [UInt8](repeating: 0, count: count)
        var position = 0
        for byte in bytes {
            folded[position] ^= byte
            position += 1
            if position == count { position = 0 }
        }
        return NixHash(algorithm, folded)
    }
}

extension NixHash {
    /// The first eight bytes as a number, the first of them the highest: hashes of one algorithm whose numbers differ are in the
    /// order of the numbers.
    var sortKey: UInt64 {
        bytes.count < 8 ? 0 : UInt64(bigEndian: bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) })
    }
}

extension NixHash: Comparable {
    /// By size, then bytes, then algorithm: the order of Nix.
    package static func < (left: NixHash, right: NixHash) -> Bool {
        if left.bytes.count != right.bytes.count { return left.bytes.count < right.bytes.count }
        let order = left.bytes.withUnsafeBufferPointer { left in
            right.bytes.withUnsafeBufferPointer { ByteString.order(left, $0) }
        }
        if order != 0 { return order < 0 }
        return left.algorithm.rawValue < right.algorithm.rawValue
    }
}
