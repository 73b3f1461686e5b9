internal import CBlake3
internal import CCrypto

/// Computes a digest over bytes that come piece by piece: with libcrypto's EVP interface, or our own BLAKE3.
///
/// Owns its context, freed with it. Not thread-safe: one digester belongs to one task. After `finish()` it is
/// ready for the next message, which is cheaper than a new digester.
package final class Digester {
    /// The state of a message.
    private enum Context {
        /// An `EVP_MD_CTX`.
        case library(OpaquePointer)
        case blake3(UnsafeMutablePointer<nixlite_blake3>)
    }

    package let algorithm: HashAlgorithm
    /// How many bytes the current message has so far.
    package private(set) var byteCount: UInt64 = 0
    private let context: Context

    package init(_ algorithm: HashAlgorithm) {
        self.algorithm = algorithm
        guard let implementation = MessageDigest.of(algorithm) else {
            let message = UnsafeMutablePointer<nixlite_blake3>.allocate(capacity: 1)
            nixlite_blake3_begin(message, nil)
            context = .blake3(message)
            return
        }
        guard let context = EVP_MD_CTX_new() else { fatalError("libcrypto: out of memory") }
        self.context = .library(context)
        Self.check(EVP_DigestInit_ex2(context, implementation.handle, nil))
    }

    deinit {
        switch context {
        case .library(let context): EVP_MD_CTX_free(context)
        case .blake3(let message): message.deallocate()
        }
    }

    package func update(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        switch context {
        case .library(let context): Self.check(EVP_DigestUpdate(context, start, bytes.count))
        case .blake3(let message): nixlite_blake3_update(message, start, bytes.count)
        }
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
        let hash: NixHash
        switch context {
        case .library(let context):
            hash = digest(of: context)
            Self.check(EVP_DigestInit_ex2(context, nil, nil))
        case .blake3(let message):
            hash = digest(of: message)
            nixlite_blake3_begin(message, nil)
        }
        byteCount = 0
        return hash
    }

    /// The digest so far; the message goes on.
    package func currentHash() -> NixHash {
        switch context {
        case .library(let context):
            guard let copy = EVP_MD_CTX_new() else { fatalError("libcrypto: out of memory") }
            defer { EVP_MD_CTX_free(copy) }
            Self.check(EVP_MD_CTX_copy_ex(copy, context))
            return digest(of: copy)
        case .blake3(let message):
            return digest(of: message)
        }
    }

    private func digest(of context: OpaquePointer) -> NixHash {
        .filled(algorithm) { Self.check(EVP_DigestFinal_ex(context, $0, nil)) }
    }

    private func digest(of message: UnsafePointer<nixlite_blake3>) -> NixHash {
        .filled(algorithm) { nixlite_blake3_finish(message, $0) }
    }

    /// The EVP digest calls fail only when memory is short or the library is broken: nothing a caller can handle.
    private static func check(_ result: Int32) {
        precondition(result == 1, "libcrypto: digest operation failed")
    }
}

extension NixHash {
    /// A digest that `write` puts into a buffer of the algorithm's size.
    fileprivate static func filled(_ algorithm: HashAlgorithm, _ write: (UnsafeMutablePointer<UInt8>) -> Void)
        -> NixHash
    {
        let bytes = [UInt8](unsafeUninitializedCapacity: algorithm.digestSize) { buffer, count in
            if let start = buffer.baseAddress { write(start) }
            count = algorithm.digestSize
        }
        return NixHash(algorithm, bytes)
    }
}

extension Digester {
    /// The digest of one message.
    package static func hash(_ algorithm: HashAlgorithm, _ bytes: UnsafeRawBufferPointer) -> NixHash {
        guard let implementation = MessageDigest.of(algorithm) else { return blake3(bytes, key: nil) }
        return .filled(algorithm) {
            check(EVP_Digest(bytes.baseAddress, bytes.count, $0, nil, implementation.handle, nil))
        }
    }

    /// The BLAKE3 digest of one message, keyed where there is a key, which is of 32 bytes.
    package static func blake3(_ bytes: UnsafeRawBufferPointer, key: [UInt8]?) -> NixHash {
        precondition(key?.count ?? 32 == 32, "a key of BLAKE3 has 32 bytes")
        return .filled(.blake3) { digest in
            guard let key else {
                nixlite_blake3_hash(nil, bytes.baseAddress, bytes.count, digest)
                return
            }
            key.withUnsafeBufferPointer { nixlite_blake3_hash($0.baseAddress, bytes.baseAddress, bytes.count, digest) }
        }
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

    /// Nil for what libcrypto does not have.
    static func of(_ algorithm: HashAlgorithm) -> MessageDigest? {
        switch algorithm {
        case .md5: md5
        case .sha1: sha1
        case .sha256: sha256
        case .sha512: sha512
        case .blake3: nil
        }
    }
}
