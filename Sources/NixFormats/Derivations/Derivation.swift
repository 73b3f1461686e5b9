/// A build step: what a `.drv` file holds.
///
/// Maps and sets are kept in the order in which the file lists them, which the derivation's own store path depends on.
package struct Derivation: Hashable, Sendable {
    /// The name of the derivation, which is not in the file but in its file name.
    package var name: ByteString
    package var outputs: SortedMap<ByteString, DerivationOutput>
    /// Derivations to build first, and which of their outputs.
    ///
    /// A derivation of `dynamicInputs` is here too, be it without outputs.
    package var inputDerivations: SortedMap<StorePath, SortedSet<ByteString>>
    /// What comes from derivations that are not known before others are built, by what holds them.
    package var dynamicInputs: SortedMap<StorePath, SortedMap<ByteString, DynamicInputs>> = [:]
    package var inputSources: SortedSet<StorePath>
    package var system: ByteString
    package var builder: ByteString
    package var arguments: [ByteString]
    /// Structured attributes are the variable `__json`.
    package var environment: SortedMap<ByteString, ByteString>

    package init(
        name: ByteString, outputs: SortedMap<ByteString, DerivationOutput> = [:],
        inputDerivations: SortedMap<StorePath, SortedSet<ByteString>> = [:],
        inputSources: SortedSet<StorePath> = [], system: ByteString = "", builder: ByteString = "",
        arguments: [ByteString] = [], environment: SortedMap<ByteString, ByteString> = [:]
    ) {
        self.name = name
        self.outputs = outputs
        self.inputDerivations = inputDerivations
        self.inputSources = inputSources
        self.system = system
        self.builder = builder
        self.arguments = arguments
        self.environment = environment
    }
}

/// A `.drv` file as it lies in the store.
package struct DerivationFile: Sendable {
    package let path: StorePath
    package let contents: ByteString
    package let references: SortedSet<StorePath>
}

extension Derivation {
    /// Everything that the derivation's store object refers to: its input sources and input derivations.
    package var references: SortedSet<StorePath> { Self.references(inputSources, inputDerivations) }

    static func references(
        _ sources: SortedSet<StorePath>, _ derivations: SortedMap<StorePath, SortedSet<ByteString>>
    ) -> SortedSet<StorePath> {
        var references = sources
        references.formUnion(derivations.keys)
        return references
    }

    /// Whether the builder is part of the program that realises the derivation (`builtin:fetchurl`).
    package var isBuiltin: Bool { builder.hasPrefix("builtin:") }

    /// The content address of a fixed-output derivation: its only output is `out` and fixed.
    package var fixedOutput: ContentAddress? {
        guard outputs.count == 1, outputs[0].key == "out", case .fixed(let address) = outputs[0].value else {
            return nil
        }
        return address
    }

    /// The path of an output, or nil if it does not exist or cannot be known before building.
    package func outputPath(_ output: ByteString, in store: StoreDirectory) throws(FormatError) -> StorePath? {
        guard let value = outputs[output] else { return nil }
        return try value.path(output: output, derivationName: name, in: store)
    }

    /// The derivation's own file and store path.
    package func file(in store: StoreDirectory) throws(FormatError) -> DerivationFile {
        let contents = try DerivationText(self, store: store).file()
        let references = references
        let path = try store.textPath(
            name: name.bytes + Array(".drv".utf8), hash: Digester.hash(.sha256, contents), references: references)
        return DerivationFile(path: path, contents: contents, references: references)
    }

    /// The name of the derivation whose file is `path`.
    package static func name(of path: StorePath) throws(FormatError) -> ByteString {
        guard path.isDerivation else {
            throw FormatError(.derivation, "store path '\(path)' is not a valid derivation path")
        }
        return ByteString(path.name.dropLast(4))
    }
}
