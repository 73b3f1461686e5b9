/// How a store path follows from what the object is: the hash part is the SHA-256 of a fingerprint, folded to 20 bytes.
///
/// Source: "Complete Store Path Calculation", `protocols/store-path` in the Nix manual.
extension StoreDirectory {
    /// The path with fingerprint `<type>:<algorithm>:<hex of hash>:<store directory>:<name>`.
    package func makeStorePath(
        type: ByteString, hash: NixHash, name: [UInt8]
    ) throws(FormatError) -> StorePath {
        try makeStorePath(type: type.bytes[...], hash: hash, name: name)
    }

    private func makeStorePath(
        type: ArraySlice<UInt8>, hash: NixHash, name: [UInt8]
    ) throws(FormatError) -> StorePath {
        var fingerprint: [UInt8] = []
        fingerprint.reserveCapacity(type.count + 12 + hash.bytes.count * 2 + path.count + name.count)
        fingerprint.append(contentsOf: type)
        fingerprint.append(UInt8(ascii: ":"))
        hash.append(.base16, withAlgorithm: true, to: &fingerprint)
        fingerprint.append(UInt8(ascii: ":"))
        fingerprint.append(contentsOf: path.bytes)
        fingerprint.append(UInt8(ascii: ":"))
        fingerprint.append(contentsOf: name)
        return try StorePath(hash: Digester.sha256(fingerprint).compressed(to: 20), name: name)
    }

    /// The path of an output of an input-addressed derivation with hash modulo `hash`.
    package func outputPath(
        output: ByteString, hash: NixHash, derivationName: ByteString
    ) throws(FormatError) -> StorePath {
        var type: [UInt8] = []
        type.append("output:")
        type.append(contentsOf: output.bytes)
        return try makeStorePath(
            type: type[...], hash: hash, name: Self.outputName(output, derivationName: derivationName).bytes)
    }

    /// The name of an output's store path: the derivation's, with `-<output>` unless that is `out`.
    package static func outputName(_ output: ByteString, derivationName: ByteString) -> ByteString {
        if output == "out" { return derivationName }
        return ByteString(derivationName.bytes + [UInt8(ascii: "-")] + output.bytes)
    }

    /// The path of a file of text with the given SHA-256, such as a derivation or the result of `toFile`.
    package func textPath(
        name: [UInt8], hash: NixHash, references: SortedSet<StorePath>
    ) throws(FormatError) -> StorePath {
        try makeStorePath(type: type("text", references, selfReference: false)[...], hash: hash, name: name)
    }

    /// The path of an object with the given content address.
    ///
    /// Only NARs with SHA-256 and texts can have references; `selfReference` says whether a NAR mentions its own path.
    package func fixedOutputPath(
        name: [UInt8], address: ContentAddress,
        references: SortedSet<StorePath> = [], selfReference: Bool = false
    ) throws(FormatError) -> StorePath {
        switch (address.method, address.hash.algorithm) {
        case (.text, _):
            return try textPath(name: name, hash: address.hash, references: references)
        case (.nar, .sha256):
            let type = type("source", references, selfReference: selfReference)
            return try makeStorePath(type: type[...], hash: address.hash, name: name)
        case (.nar, _), (.flat, _):
            guard references.isEmpty, !selfReference else {
                throw FormatError(
                    .contentAddress,
                    """
                    fixed output derivation '\(ByteString(name))' is not allowed to refer to other store paths.
                    You may need to use the 'unsafeDiscardReferences' derivation attribute, see the manual for more details.
                    """)
            }
            var inner: [UInt8] = []
            inner.append("fixed:out:")
            inner.append(address.method.prefix)
            address.hash.append(.base16, withAlgorithm: true, to: &inner)
            inner.append(UInt8(ascii: ":"))
            return try makeStorePath(type: "output:out", hash: Digester.sha256(inner), name: name)
        }
    }

    /// `<kind>[:<reference>…][:self]`.
    private func type(_ kind: StaticString, _ references: SortedSet<StorePath>, selfReference: Bool) -> [UInt8] {
        var type: [UInt8] = []
        type.reserveCapacity(16 + references.count * (path.count + 96))
        type.append(kind)
        for reference in references {
            type.append(UInt8(ascii: ":"))
            append(reference, to: &type)
        }
        if selfReference { type.append(":self") }
        return type
    }
}
