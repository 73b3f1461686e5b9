/// What a binary cache says about a store object: a `.narinfo` file.
package struct NARInfo: Hashable, Sendable {
    /// How the NAR is packed.
    package enum Compression: String, Hashable, Sendable, CaseIterable {
        case none, bzip2, xz, zstd, gzip, brotli = "br"
        case compress, grzip, lrzip, lz4, lzip, lzma, lzop
    }

    package var path: StorePath
    /// Where the packed NAR is, relative to the cache, or absolute.
    ///
    /// Not covered by the signature.
    package var url: ByteString
    package var compression: Compression
    /// Hash and size of the packed NAR.
    ///
    /// Not covered by the signature.
    package var fileHash: NixHash?
    package var fileSize: UInt64?
    package var narHash: NixHash
    package var narSize: UInt64
    package var references: SortedSet<StorePath>
    package var deriver: StorePath?
    package var signatures: SortedSet<Signature>
    package var contentAddress: ContentAddress?

    package init(
        path: StorePath, url: ByteString, compression: Compression, fileHash: NixHash? = nil,
        fileSize: UInt64? = nil, narHash: NixHash, narSize: UInt64, references: SortedSet<StorePath> = [],
        deriver: StorePath? = nil, signatures: SortedSet<Signature> = [], contentAddress: ContentAddress? = nil
    ) {
        self.path = path
        self.url = url
        self.compression = compression
        self.fileHash = fileHash
        self.fileSize = fileSize
        self.narHash = narHash
        self.narSize = narSize
        self.references = references
        self.deriver = deriver
        self.signatures = signatures
        self.contentAddress = contentAddress
    }

    /// The file's contents, field by field in Nix's order.
    package func printed(store: StoreDirectory) -> ByteString {
        var output: [UInt8] = []
        func line(_ key: StaticString, _ value: ByteString) {
            output.append(key)
            output.append(": ")
            output.append(contentsOf: value.bytes)
            output.append("\n")
        }
        line("StorePath", store.print(path))
        line("URL", url)
        line("Compression", ByteString(compression.rawValue))
        if let fileHash { line("FileHash", fileHash.printed(.nix32, withAlgorithm: true)) }
        if let fileSize, fileSize > 0 { line("FileSize", ByteString(String(fileSize))) }
        line("NarHash", narHash.printed(.nix32, withAlgorithm: true))
        line("NarSize", ByteString(String(narSize)))
        line("References", ByteString(references.map(\.baseName.bytes).joined(separator: [UInt8(ascii: " ")])))
        if let deriver { line("Deriver", deriver.baseName) }
        for signature in signatures { line("Sig", signature.printed()) }
        if let contentAddress { line("CA", contentAddress.printed()) }
        return ByteString(output)
    }
}
