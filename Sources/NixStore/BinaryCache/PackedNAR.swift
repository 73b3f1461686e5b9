import NixFetch
import NixFormats

/// The file of a NAR as binary caches keep it, packed or not.
struct PackedNAR {
    let path: RealPath
    let info: NARInfo
    let storeDirectory: StoreDirectory

    private static let pieceSize = 256 << 10
    /// Bytes beyond the promised size that are read, so that the message about a wrong size can tell the right one.
    private static let excess: UInt64 = 1 << 20

    /// Gives the NAR's bytes in order until `body` says that it has enough; those far beyond the promised size are an error.
    private func forEachPiece(
        _ body: (UnsafeRawBufferPointer) throws(StoreError) -> Bool
    ) throws(StoreError) {
        var buffer = [UInt8](repeating: 0, count: Self.pieceSize)
        let outcome: Result<Void, StoreError> = buffer.withUnsafeMutableBytes { buffer in
            do throws(StoreError) {
                let reader = try opened()
                var total: UInt64 = 0
                while true {
                    let count = try Self.unpacking { () throws(FetchError) in try reader.read(into: buffer) }
                    if count == 0 { return .success(()) }
                    total += UInt64(count)
                    guard total <= info.narSize.addingClamped(Self.excess) else {
                        throw mismatch("size", "\(info.narSize)", "more")
                    }
                    if try !body(UnsafeRawBufferPointer(rebasing: buffer[..<count])) { return .success(()) }
                }
            } catch {
                return .failure(error)
            }
        }
        try outcome.get()
    }

    private func opened() throws(StoreError) -> DecompressingReader {
        try Self.unpacking { () throws(FetchError) in
            try DecompressingReader(opening: path.description, info.compression)
        }
    }

    private static func unpacking<Value>(_ body: () throws(FetchError) -> Value) throws(StoreError) -> Value {
        do throws(FetchError) { return try body() } catch { throw StoreError(.malformed, "\(error)") }
    }

    /// Unpacks the tree and compares its size and hash.
    func restore(to tree: RealPath, synchronises: Bool) throws(StoreError) {
        let restore = try TreeRestore(to: tree, synchronises: synchronises)
        try forEachPiece { (bytes) throws(StoreError) in
            try restore.write(bytes)
            return !restore.isComplete
        }
        let digest = try restore.finish()
        try check(digest)
    }

    /// Gives all bytes of the NAR, whose size and hash are compared at the end.
    func forEachByte(_ body: (UnsafeRawBufferPointer) throws(StoreError) -> Void) throws(StoreError) {
        let digester = Digester(.sha256)
        try forEachPiece { (bytes) throws(StoreError) in
            // What follows the archive is nobody's.
            let left = info.narSize - digester.byteCount
            let own = UnsafeRawBufferPointer(rebasing: bytes[..<Int(min(UInt64(bytes.count), left))])
            digester.update(own)
            try body(own)
            return digester.byteCount < info.narSize
        }
        let size = digester.byteCount
        try check(PathDigest(hash: digester.finish(), size: size))
    }

    private func check(_ got: PathDigest) throws(StoreError) {
        if got.hash != info.narHash { throw mismatch("hash", Self.text(info.narHash), Self.text(got.hash)) }
        if got.size != info.narSize { throw mismatch("size", "\(info.narSize)", "\(got.size)") }
    }

    /// Compares an unpacked tree with the content address that the object claims.
    func checkContentAddress(of tree: RealPath) throws(StoreError) {
        guard let address = info.contentAddress else { return }
        let got: NixHash
        if address.method == .nar, address.hash.algorithm == .sha256, !info.references.contains(info.path) {
            got = info.narHash
        } else {
            var digester = ModuloDigester(address.hash.algorithm, hashPart: info.path.hashPart)
            try TreeDump.dump(tree, method: address.method) { digester.update($0) }
            got = digester.finish()
        }
        if got != address.hash { throw mismatch("ca hash", Self.text(address.hash), Self.text(got)) }
    }

    private func mismatch(_ what: String, _ specified: String, _ got: String) -> StoreError {
        StoreError(
            .hashMismatch,
            "\(what) mismatch importing path '\(storeDirectory.print(info.path))';\n  specified: \(specified)\n  got:       \(got)"
        )
    }

    private static func text(_ hash: NixHash) -> String { hash.printed(.nix32, withAlgorithm: true).description }
}

extension UInt64 {
    /// The sum, or the largest number where it would overflow.
    fileprivate func addingClamped(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
