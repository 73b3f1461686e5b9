package import NixFormats
import Synchronization

extension LocalStore {
    /// Where the files of `path` are on this machine.
    package func realPath(_ path: StorePath) -> RealPath { layout.realPath(path) }

    /// Whether `path` is valid.
    package func isValid(_ path: StorePath) throws(StoreError) -> Bool {
        if protected.withLock({ $0.contains(path) }) { return true }
        return try isRegistered(path)
    }

    /// What is known of `path`, nil where it is not valid.
    package func info(_ path: StorePath) throws(StoreError) -> PathInfo? { try query { try $0.info(path) } }

    /// What is known of `path`, which must be valid.
    package func requireInfo(_ path: StorePath) throws(StoreError) -> PathInfo {
        guard let info = try info(path) else {
            throw StoreError(.notValid, "path '\(layout.storeDirectory.print(path))' is not valid")
        }
        return info
    }

    /// The valid path with these 32 characters before its name.
    package func path(hashPart: [UInt8]) throws(StoreError) -> StorePath? {
        guard hashPart.count == StorePath.hashPartCount else { throw StoreError(.malformed, "invalid hash part") }
        return try query { try $0.path(hashPart: hashPart) }
    }

    /// Every valid path, in bytewise order.
    package func validPaths() throws(StoreError) -> SortedSet<StorePath> { SortedSet(try query { try $0.allPaths() }) }

    /// Those of `paths` that are valid.
    package func validPaths(among paths: some Sequence<StorePath>) throws(StoreError) -> SortedSet<StorePath> {
        SortedSet(try query { queries in try paths.filter { try queries.identifier($0) != nil } })
    }

    /// The valid paths that refer to `path`, itself included where it does.
    package func referrers(_ path: StorePath) throws(StoreError) -> SortedSet<StorePath> {
        SortedSet(try query { try $0.referrers(path) })
    }

    /// The valid derivations that have `path` as an output.
    package func validDerivers(_ path: StorePath) throws(StoreError) -> SortedSet<StorePath> {
        SortedSet(try query { try $0.validDerivers(path) })
    }

    /// The outputs of a valid derivation, by name.
    package func derivationOutputs(
        _ derivation: StorePath
    ) throws(StoreError) -> [(name: ByteString, path: StorePath)] {
        try query { try $0.derivationOutputs(derivation) }
    }

    /// The derivation in the store object `path`.
    package func readDerivation(_ path: StorePath) throws(StoreError) -> Derivation {
        let contents = try FileSystem.readFile(realPath(path))
        do {
            return try ATermReader.read(
                ByteString(contents), name: Derivation.name(of: path), store: layout.storeDirectory)
        } catch {
            throw StoreError(wrapping: error)
        }
    }

    /// The bytes of the file that is the store object `path`.
    package func readFile(_ path: StorePath) throws(StoreError) -> [UInt8] { try FileSystem.readFile(realPath(path)) }
}
