internal import CDigestPair

/// Two SHA-256 messages, of which many bytes are the same: a file's content, and the NAR that the file is in.
///
/// Appending to both at once costs about as much as appending to one where the processor has SHA instructions.
package struct DigestPair: ~Copyable {
    private var first = SHA256_CTX()
    private var second = SHA256_CTX()
    private let hasPair = nixlite_sha256_has_pair()
    /// Bytes of the first message so far.
    package private(set) var firstByteCount: UInt64 = 0

    package init() {
        nixlite_sha256_begin(&first)
        nixlite_sha256_begin(&second)
    }

    /// Appends to the second message only.
    package mutating func updateSecond(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        nixlite_sha256_update(&second, start, bytes.count)
    }

    /// Appends to both messages.
    package mutating func updateBoth(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        nixlite_sha256_update_both(&first, &second, start, bytes.count, hasPair)
        firstByteCount &+= UInt64(bytes.count)
    }

    /// The digest of the first message; the next one starts empty.
    package mutating func finishFirst() -> NixHash {
        firstByteCount = 0
        return Self.finish(&first)
    }

    /// The digest of the second message; the next one starts empty.
    package mutating func finishSecond() -> NixHash {
        Self.finish(&second)
    }

    private static func finish(_ message: inout SHA256_CTX) -> NixHash {
        let digest = [UInt8](unsafeUninitializedCapacity: HashAlgorithm.sha256.digestSize) { buffer, count in
            nixlite_sha256_finish(&message, buffer.baseAddress)
            count = HashAlgorithm.sha256.digestSize
        }
        nixlite_sha256_begin(&message)
        return NixHash(.sha256, digest)
    }
}
