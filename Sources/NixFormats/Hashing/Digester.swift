internal import CCrypto

/// Computes a digest over bytes that come piece by piece, with libcrypto's EVP interface.
///
/// Owns one `EVP_MD_CTX`, freed with it. Not thread-safe: one digester belongs to one task. After `finish()` it is
/// ready for the next message, which is cheaper than a new digester.
package final class Digester {
    package let algorithm: HashAlgorithm
    /// How many bytes the current message has so far.
    package private(set) var byteCount: UInt64 = 0
    private let context: OpaquePointer

    package init(_ algorithm: HashAlgorithm) {
        guard let context = EVP_MD_CTX_new() else { fatalError("libcrypto: out of memory") }
        self.algorithm = algorithm
        self.context = context
        Self.check(EVP_DigestInit_ex2(context, MessageDigest.of(algorithm).handle, nil))
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    package func update(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        Self.check(EVP_DigestUpdate(context, start, bytes.count))
        byteCount &+= UInt64(bytes.count)
    }

    package func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    package func update(_ string: ByteString) {
        update(string.bytes)
    }

    /// The digest of everything since the start or the last `finish()`; the next message starts empty.
    package func finish() -> NixHash {
        let hash = NixHash(algorithm, digest(of: context))
        Self.check(EVP_DigestInit_ex2(context, nil, nil))
        byteCount = 0
        return hash
    }

    /// The digest so far; the message goes on.
    package func currentHash() -> NixHash {
        guard let copy = EVP_MD_CTX_new() else { fatalError("libcrypto: out of memory") }
        defer { EVP_MD_CTX_free(copy) }
        Self.check(EVP_MD_CTX_copy_ex(copy, context))
        return NixHash(algorithm, digest(of: copy))
    }

    private func digest(of context: OpaquePointer) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: algorithm.digestSize) { buffer, count in
            Self.check(EVP_DigestFinal_ex(context, buffer.baseAddress, nil))
            count = algorithm.digestSize
        }
    }

    /// The EVP digest calls fail only when memory is short or the library is broken: nothing a caller can handle.
    private static func check(_ result: Int32) {
        precondition(result == 1, "libcrypto: digest operation failed")
    }
}

extension Digester {
    /// The digest of one message.
    package static func hash(_ algorithm: HashAlgorithm, _ bytes: UnsafeRawBufferPointer) -> NixHash {
        let digest = [UInt8](unsafeUninitializedCapacity: algorithm.digestSize) { buffer, count in
            check(
                EVP_Digest(
                    bytes.baseAddress, bytes.count, buffer.baseAddress, nil, MessageDigest.of(algorithm).handle, nil))
            count = algorithm.digestSize
        }
        return NixHash(algorithm, digest)
    }

    package static func hash(_ algorithm: HashAlgorithm, _ bytes: [UInt8]) -> NixHash {
        bytes.withUnsafeBytes { hash(algorithm, $0) }
    }

    package static func hash(_ algorithm: HashAlgorithm, _ string: ByteString) -> NixHash {
        hash(algorithm, string.bytes)
    }

    package static func sha256(_ bytes: [UInt8]) -> NixHash {
        hash(.sha256, bytes)
    }
}

/// An algorithm's implementation, looked up once for the whole program: the library's own look-up costs more than
/// hashing a short message.
///
/// The handle is immutable, never freed and may be used from any thread.
private struct MessageDigest: @unchecked Sendable {
    let handle: OpaquePointer

    private init(_ name: StaticString) {
        let fetched = name.withUTF8Buffer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { EVP_MD_fetch(nil, $0.baseAddress, nil) }
        }
        guard let fetched else { fatalError("libcrypto: no implementation of \(name)") }
        handle = fetched
    }

    private static let md5 = MessageDigest("MD5")
    private static let sha1 = MessageDigest("SHA1")
    private static let sha256 = MessageDigest("SHA2-256")
    private static let sha512 = MessageDigest("SHA2-512")

    static func of(_ algorithm: HashAlgorithm) -> MessageDigest {
        switch algorithm {
        case .md5: md5
        case .sha1: sha1
        case .sha256: sha256
        case .sha512: sha512
        }
    }
}
