package import NixFormats

/// The digest of a path's serialisation, and how many bytes that had.
package struct PathDigest: Hashable, Sendable {
    package let hash: NixHash
    package let size: UInt64

    package init(hash: NixHash, size: UInt64) {
        self.hash = hash
        self.size = size
    }
}

/// Serialising what is on disk.
///
/// Constant memory whatever the tree holds.
package enum TreeDump {
    /// Takes the serialisation in order; the buffer is valid during the call only.
    package typealias Sink = (UnsafeRawBufferPointer) throws(StoreError) -> Void

    /// Writes the NAR of the tree at `path`, or with `method` flat or text the bytes of the file there.
    ///
    /// - Parameter filter: entries to take; the tree's root is always taken.
    package static func dump(
        _ path: RealPath, method: ContentAddressMethod = .nar, filter: PathFilter? = nil, into sink: @escaping Sink
    ) throws(StoreError) {
        switch method {
        case .nar:
            let writer = NARWriter { try sink($0) }
            try TreeWalker(filter: filter).walk(path, writer)
            do { try writer.finish() } catch { throw StoreError(wrapping: error) }
        case .flat, .text:
            try TreeWalker().walk(path, FlatFile(path: path, next: BytesVisitor(sink: sink)))
        }
    }

    /// Hashes the serialisation of what is at `path`: what `nix-hash` prints.
    package static func hash(
        _ path: RealPath, method: ContentAddressMethod = .nar, algorithm: HashAlgorithm = .sha256,
        filter: PathFilter? = nil
    ) throws(StoreError) -> PathDigest {
        let digester = Digester(algorithm)
        try dump(path, method: method, filter: filter) { digester.update($0) }
        let size = digester.byteCount
        return PathDigest(hash: digester.finish(), size: size)
    }
}
