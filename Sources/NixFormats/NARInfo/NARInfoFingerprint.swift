/// What is signed about a store object, and whether a signature is needed at all.
package enum PathFingerprint {
    /// `1;<path>;<NAR hash>;<NAR size>;<references>`, with full paths, separated by commas.
    package static func make(
        path: StorePath, narHash: NixHash, narSize: UInt64, references: SortedSet<StorePath>, store: StoreDirectory
    ) throws(FormatError) -> ByteString {
        guard narSize > 0 else {
            throw FormatError(
                .narInfo,
                "cannot calculate fingerprint of path '\(store.print(path))' because its size is not known")
        }
        var output: [UInt8] = []
        output.append("1;")
        store.append(path, to: &output)
        output.append(";")
        narHash.append(.nix32, withAlgorithm: true, to: &output)
        output.append(";")
        output.append(contentsOf: String(narSize).utf8)
        output.append(";")
        var isFirst = true
        for reference in references {
            if !isFirst { output.append(",") }
            isFirst = false
            store.append(reference, to: &output)
        }
        return ByteString(output)
    }

    /// Whether `path` is what content address and references make it, so that it needs no signature.
    package static func isContentAddressed(
        _ path: StorePath, by address: ContentAddress, references: SortedSet<StorePath>, store: StoreDirectory
    ) -> Bool {
        var others = references
        let mentionsItself = others.contains(path)
        others.remove(path)
        if address.method == .text, mentionsItself { return false }
        let computed = try? store.fixedOutputPath(
            name: Array(path.name), address: address, references: others, selfReference: mentionsItself)
        return computed == path
    }
}

extension NARInfo {
    package func fingerprint(store: StoreDirectory) throws(FormatError) -> ByteString {
        try PathFingerprint.make(
            path: path, narHash: narHash, narSize: narSize, references: references, store: store)
    }

    /// Adds a signature by `key`.
    package mutating func sign(with key: SecretKey, store: StoreDirectory) throws(FormatError) {
        signatures.insert(try key.sign(fingerprint(store: store)))
    }

    /// How many different keys out of `trusted` have signed this.
    package func validSignatureCount(trusted: [PublicKey], store: StoreDirectory) -> Int {
        guard let fingerprint = try? fingerprint(store: store) else { return 0 }
        var signers: Set<PublicKey> = []
        for key in trusted where signatures.contains(where: { key.verify($0, of: fingerprint) }) {
            signers.insert(key)
        }
        return signers.count
    }

    /// Whether the path follows from the content address, so that no signature is needed.
    package func isContentAddressed(store: StoreDirectory) -> Bool {
        guard let contentAddress else { return false }
        return PathFingerprint.isContentAddressed(path, by: contentAddress, references: references, store: store)
    }
}
