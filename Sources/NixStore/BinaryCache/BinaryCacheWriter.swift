import Glibc
import NixFetch
package import NixFormats

/// Writes store objects into the folder of a binary cache, from which Nix and nixlite can copy them.
///
/// Files and their contents are those of `nix copy --to file://…`.
package struct BinaryCacheWriter {
    /// How the objects are packed and signed.
    package struct Options: Sendable {
        package var compression = NARInfo.Compression.xz
        package var keys: [SecretKey] = []

        package init() {}
    }

    private let folder: RealPath
    private let store: LocalStore
    private let options: Options
    private let report: (String) -> Void

    /// - Parameters:
    ///   - folder: made where it is missing.
    ///   - report: told the steps in Nix's words.
    package init(
        _ folder: RealPath, from store: LocalStore, options: Options = Options(),
        report: @escaping (String) -> Void = { _ in }
    ) {
        self.folder = folder
        self.store = store
        self.options = options
        self.report = report
    }

    /// Writes objects and all that they refer to, as far as the cache does not have them.
    package func write(_ paths: [StorePath]) throws(StoreError) {
        try FileSystem.createDirectories(folder.appending("nar"))
        try prepareInfo()
        var missing: [StorePath] = []
        for path in try store.sortedByReferences(try store.closure(paths))
        where try !FileSystem.exists(infoFile(path)) { missing.append(path) }
        guard !missing.isEmpty else { return }
        report("copying \(missing.count) paths...")
        for path in missing {
            report("copying path '\(store.layout.storeDirectory.print(path))' to 'file://\(folder)'...")
            try write(path)
        }
    }

    /// Says which store folder the cache is for, or compares that.
    private func prepareInfo() throws(StoreError) {
        let file = folder.appending("nix-cache-info")
        let own = store.layout.storeDirectory.path
        guard try FileSystem.exists(file) else {
            return try FileSystem.replaceFile(file, Array("StoreDir: \(own)\n".utf8))
        }
        let theirs = BinaryCacheInfo(parsing: ByteString(try FileSystem.readFile(file))).storeDirectory ?? own
        guard theirs == own else {
            throw StoreError(
                .badReference,
                "binary cache 'file://\(folder)' is for Nix stores with prefix '\(theirs)', not '\(own)'")
        }
    }

    private func infoFile(_ path: StorePath) -> RealPath {
        folder.appending("\(String(decoding: path.hashPart, as: UTF8.self)).narinfo")
    }

    private func write(_ path: StorePath) throws(StoreError) {
        let info = try store.requireInfo(path)
        let (file, hash, size) = try pack(info)
        var narInfo = NARInfo(
            path: path, url: ByteString(file), compression: options.compression, fileHash: hash, fileSize: size,
            narHash: info.narHash, narSize: info.narSize, references: info.references, deriver: info.deriver,
            signatures: SortedSet(info.signatures.compactMap { try? Signature(parsing: $0) }),
            contentAddress: info.contentAddress)
        let printed = try store.formatted { () throws(FormatError) in
            for key in options.keys { try narInfo.sign(with: key, store: store.layout.storeDirectory) }
            return narInfo.printed(store: store.layout.storeDirectory)
        }
        // Last, so that nobody finds an object whose archive is not there yet.
        try FileSystem.replaceFile(infoFile(path), printed.bytes)
    }

    /// Packs an object's NAR under the name that its hash gives.
    private func pack(_ info: PathInfo) throws(StoreError) -> (name: String, hash: NixHash, size: UInt64) {
        let temporary = folder.appending("nar/.tmp-\(getpid())-\(UInt32.random(in: 0 ... .max))")
        do throws(StoreError) {
            let writer = try Self.packing { () throws(FetchError) in
                try CompressingWriter(creating: temporary.description, options.compression)
            }
            let digester = Digester(.sha256)
            try TreeDump.dump(store.realPath(info.path)) { (bytes) throws(StoreError) in
                digester.update(bytes)
                try Self.packing { () throws(FetchError) in try writer.write(bytes) }
            }
            try Self.packing { () throws(FetchError) in try writer.finish() }
            let hash = digester.finish()
            guard hash == info.narHash else {
                throw VerificationFinding.modified(info.path, expected: info.narHash, got: hash).error(
                    in: store.layout.storeDirectory)
            }
            let packed = try TreeDump.hash(temporary, method: .flat)
            let name = "nar/\(packed.hash.printed(.nix32, withAlgorithm: false)).nar\(suffix)"
            try FileSystem.rename(temporary, to: folder.appending(name))
            return (name, packed.hash, packed.size)
        } catch {
            try? FileSystem.removeFile(temporary)
            throw error
        }
    }

    private static func packing<Value>(_ body: () throws(FetchError) -> Value) throws(StoreError) -> Value {
        do throws(FetchError) { return try body() } catch { throw StoreError(.download, "\(error)") }
    }

    /// What Nix adds to the name of an archive.
    private var suffix: String {
        switch options.compression {
        case .xz: ".xz"
        case .bzip2: ".bz2"
        case .zstd: ".zst"
        case .lzip: ".lzip"
        case .lz4: ".lz4"
        default: ""
        }
    }
}

extension VerificationFinding {
    fileprivate func error(in directory: StoreDirectory) -> StoreError {
        StoreError(.hashMismatch, message(in: directory))
    }
}
