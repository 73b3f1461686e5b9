package import NixFormats

/// What the store knows of a valid path: one row of its database with the references.
package struct PathInfo: Hashable, Sendable {
    package var path: StorePath
    /// SHA-256 of the path's NAR.
    package var narHash: NixHash
    /// Bytes of the path's NAR; 0 where an old store did not record it.
    package var narSize: UInt64
    /// What the path needs, itself included where it mentions itself.
    package var references: SortedSet<StorePath>
    package var deriver: StorePath?
    /// What makes the path trustworthy without a signature.
    package var contentAddress: ContentAddress?
    /// Seconds since 1970; 0 in a new record stands for the moment of registration.
    package var registrationTime: Int64
    /// Built on this machine.
    package var isUltimate: Bool
    /// `<key name>:<base64>`, each once, in bytewise order.
    package var signatures: SortedSet<ByteString>

    package init(
        path: StorePath, narHash: NixHash, narSize: UInt64, references: SortedSet<StorePath> = [],
        deriver: StorePath? = nil, contentAddress: ContentAddress? = nil, registrationTime: Int64 = 0,
        isUltimate: Bool = false, signatures: SortedSet<ByteString> = []
    ) {
        self.path = path
        self.narHash = narHash
        self.narSize = narSize
        self.references = references
        self.deriver = deriver
        self.contentAddress = contentAddress
        self.registrationTime = registrationTime
        self.isUltimate = isUltimate
        self.signatures = signatures
    }
}
