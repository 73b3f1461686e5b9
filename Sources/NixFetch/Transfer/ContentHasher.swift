import Glibc
import NixFormats

/// Hashes a file behind the transfers that write it: reads what is there without a gap, from the page cache.
///
/// SHA-256 always; one more digest when one is expected. Belongs to one task.
final class ContentHasher {
    /// Digests that can be computed beside SHA-256.
    enum Extra: Sendable, Equatable {
        case none
        /// A plain digest of another algorithm.
        case plain(HashAlgorithm)
        /// The name git gives a blob: SHA-1 over `blob <size>\0` and the content.
        case gitBlob(size: Int64)
    }

    private let descriptor: Descriptor
    private let main = Digester(.sha256)
    private let extra: Digester?
    private let kind: Extra
    private var position: Int64 = 0
    private var generation = 0
    private var buffer: [UInt8] = []

    /// As much as stays in the processor's cache between the reading and the hashing.
    private static let pieceSize: Int64 = 256 << 10

    init(_ descriptor: Descriptor, extra kind: Extra) {
        self.descriptor = descriptor
        self.kind = kind
        switch kind {
        case .none: extra = nil
        case .plain(let algorithm): extra = algorithm == .sha256 ? nil : Digester(algorithm)
        case .gitBlob: extra = Digester(.sha1)
        }
        begin()
    }

    private func begin() {
        position = 0
        if case .gitBlob(let size) = kind { extra?.update(Array("blob \(size)\0".utf8)) }
    }

    /// Hashes up to an offset of a generation of the file; a new generation starts over.
    ///
    /// Stops early where the file ends earlier.
    func advance(to end: Int64, generation: Int) throws(FileAccess.Failure) {
        if generation != self.generation {
            self.generation = generation
            _ = main.finish()
            _ = extra?.finish()
            begin()
        }
        while position < end {
            let wanted = Int(min(Self.pieceSize, end - position))
            if buffer.count < wanted { buffer = [UInt8](repeating: 0, count: wanted) }
            let count = try FileAccess.call("read", "partial file") {
                pread(descriptor.number, &buffer, wanted, off_t(position))
            }
            guard count > 0 else { return }
            buffer.withUnsafeBytes { bytes in
                let part = UnsafeRawBufferPointer(rebasing: bytes[..<count])
                main.update(part)
                extra?.update(part)
            }
            position += Int64(count)
        }
    }

    /// Bytes hashed so far of a generation.
    func position(in generation: Int) -> Int64 {
        generation == self.generation ? position : 0
    }

    /// The digests of what was hashed.
    func finish() -> (sha256: NixHash, extra: NixHash?) {
        (main.finish(), extra?.finish())
    }
}
