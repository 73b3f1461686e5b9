import NixFormats

/// Unpacking a NAR whose bytes arrive in pieces, into the store's canonical form.
///
/// Nothing may be at the destination. An archive that is not strictly well-formed is refused.
package final class TreeRestore {
    private let reader: NARReader
    private let digester = Digester(.sha256)

    /// - Parameter destination: what to create; its parent must be there.
    package init(to destination: RealPath, synchronises: Bool = false) throws(StoreError) {
        reader = NARReader(visitor: try TreeWriter(root: destination, synchronises: synchronises))
    }

    /// Unpacks the next bytes.
    ///
    /// - Returns: how many belonged to the archive; what follows it is left alone.
    @discardableResult
    package func write(_ bytes: UnsafeRawBufferPointer) throws(StoreError) -> Int {
        do {
            let count = try reader.read(bytes)
            digester.update(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            return count
        } catch {
            throw StoreError(wrapping: error)
        }
    }

    /// The same for bytes of an array.
    @discardableResult
    package func write(_ bytes: ArraySlice<UInt8>) throws(StoreError) -> Int {
        try withBytes(bytes) { (buffer) throws(StoreError) in try write(buffer) }
    }

    /// Whether the archive has ended.
    package var isComplete: Bool { reader.isComplete }

    /// The digest of the archive; throws where it has not ended.
    package func finish() throws(StoreError) -> PathDigest {
        do { try reader.finish() } catch { throw StoreError(wrapping: error) }
        return PathDigest(hash: digester.finish(), size: reader.byteCount)
    }
}
