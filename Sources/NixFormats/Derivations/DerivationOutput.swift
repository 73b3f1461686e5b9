/// How the path of a derivation's output is determined.
package enum DerivationOutput: Hashable, Sendable {
    /// From the derivation, by its hash modulo fixed outputs.
    case inputAddressed(StorePath)
    /// From the content, which is known beforehand.
    case fixed(ContentAddress)
    /// From the content, once built.
    case floating(ContentAddressMethod, HashAlgorithm)
    /// From the derivation, once outputs that it depends on are known.
    case deferred
    /// From the content, which may be another every time.
    case impure(ContentAddressMethod, HashAlgorithm)

    /// The path, as far as it is known before building.
    package func path(
        output: ByteString, derivationName: ByteString, in store: StoreDirectory
    ) throws(FormatError) -> StorePath? {
        switch self {
        case .inputAddressed(let path): path
        case .fixed(let address):
            try store.fixedOutputPath(
                name: StoreDirectory.outputName(output, derivationName: derivationName).bytes, address: address)
        case .floating, .deferred, .impure: nil
        }
    }
}
