package import NixFormats

/// Store objects one after another in one stream, as `nix-store --export` writes and `--import` reads them.
///
/// For each object: the number 1, its NAR, the number `0x4558494e`, its path, what it refers to, its deriver or an empty
/// text, and 0. The number 0 ends the stream. Numbers are of 64 bits, little-endian; texts have their length in front and are
/// filled up to 8 bytes with zeros.
package enum ExportArchive {
    fileprivate static let magic: UInt64 = 0x4558_494e

    fileprivate static func number(_ value: UInt64) -> [UInt8] { withUnsafeBytes(of: value.littleEndian, Array.init) }

    fileprivate static func text(_ text: ByteString) -> [UInt8] {
        number(UInt64(text.count)) + text.bytes + [UInt8](repeating: 0, count: (8 - text.count % 8) % 8)
    }
}

extension LocalStore {
    /// Writes objects, each after what it refers to.
    ///
    /// - Throws: of kind `hashMismatch` where an object has changed since it was registered.
    package func export(_ paths: some Sequence<StorePath>, into sink: @escaping TreeDump.Sink) throws(StoreError) {
        let directory = layout.storeDirectory
        func write(_ bytes: [UInt8]) throws(StoreError) {
            try withBytes(bytes[...], sink)
        }
        for path in try sortedByReferences(paths) {
            let info = try requireInfo(path)
            try write(ExportArchive.number(1))
            let digester = Digester(.sha256)
            try TreeDump.dump(realPath(path)) { (bytes) throws(StoreError) in
                digester.update(bytes)
                try sink(bytes)
            }
            let hash = digester.finish()
            guard hash == info.narHash else {
                throw StoreError(
                    .hashMismatch,
                    "hash of path '\(directory.print(path))' has changed from '\(info.narHash.printed(.nix32, withAlgorithm: true))' to '\(hash.printed(.nix32, withAlgorithm: true))'!"
                )
            }
            try write(ExportArchive.number(ExportArchive.magic) + ExportArchive.text(directory.print(path)))
            try write(ExportArchive.number(UInt64(info.references.count)))
            for reference in info.references { try write(ExportArchive.text(directory.print(reference))) }
            try write(ExportArchive.text(info.deriver.map(directory.print) ?? "") + ExportArchive.number(0))
        }
        try write(ExportArchive.number(0))
    }

    /// Adds the objects of a stream that ``export(_:into:)`` wrote.
    ///
    /// - Parameters:
    ///   - read: gives the next bytes, none at the end.
    ///   - added: called with each path once it is valid.
    package func importObjects(
        _ read: @escaping () throws(StoreError) -> [UInt8], added: (StorePath) -> Void
    ) throws(StoreError) {
        let reader = ExportReader(read)
        while true {
            switch try reader.number() {
            case 0: return
            case 1: added(try importObject(reader))
            default:
                throw StoreError(.malformed, "input doesn't look like something created by 'nix-store --export'")
            }
        }
    }

    private func importObject(_ reader: ExportReader) throws(StoreError) -> StorePath {
        let staging = try makeStagingDirectory()
        let tree = staging.path.appending("x")
        let digest = try reader.tree(to: tree)
        guard try reader.number() == ExportArchive.magic else {
            throw StoreError(.malformed, "Nix archive cannot be imported; wrong format")
        }
        func path(_ text: ByteString) throws(StoreError) -> StorePath {
            try formatted { () throws(FormatError) in try layout.storeDirectory.parse(text) }
        }
        let object = try path(try reader.text())
        var references: [StorePath] = []
        for _ in 0..<(try reader.number()) { references.append(try path(try reader.text())) }
        let deriver = try reader.text()
        // An old form of signatures, which nobody makes any more.
        if try reader.number() == 1 { _ = try reader.text() }
        let staged = StagedTree(
            path: tree, nar: digest, address: ContentAddress(method: .nar, hash: digest.hash),
            references: SortedSet(references))
        _ = try addOutput(staged, at: object, deriver: deriver.isEmpty ? nil : try path(deriver), isUltimate: false)
        return object
    }
}

/// Takes a stream of exported objects apart.
private final class ExportReader {
    private let read: () throws(StoreError) -> [UInt8]
    private var buffer: ArraySlice<UInt8> = []
    /// Longer texts are no store paths.
    private static let maximumText: UInt64 = 4096

    init(_ read: @escaping () throws(StoreError) -> [UInt8]) { self.read = read }

    func number() throws(StoreError) -> UInt64 {
        try bytes(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    func text() throws(StoreError) -> ByteString {
        let count = try number()
        guard count <= Self.maximumText else { throw StoreError(.malformed, "string is too long") }
        let text = try bytes(Int(count))
        guard try bytes((8 - Int(count) % 8) % 8).allSatisfy({ $0 == 0 }) else {
            throw StoreError(.malformed, "non-zero padding")
        }
        return ByteString(text)
    }

    /// Unpacks the NAR that comes next.
    func tree(to destination: RealPath) throws(StoreError) -> PathDigest {
        let restore = try TreeRestore(to: destination)
        while true {
            if buffer.isEmpty, try !fill() { return try restore.finish() }
            let piece = buffer
            let count = try restore.write(piece)
            buffer = buffer.dropFirst(count)
            if count < piece.count || restore.isComplete { return try restore.finish() }
        }
    }

    private func bytes(_ count: Int) throws(StoreError) -> [UInt8] {
        while buffer.count < count {
            guard try fill() else { throw StoreError(.malformed, "unexpected end-of-file") }
        }
        defer { buffer = buffer.dropFirst(count) }
        return Array(buffer.prefix(count))
    }

    private func fill() throws(StoreError) -> Bool {
        let more = try read()
        buffer += more
        return !more.isEmpty
    }
}
