import Glibc
package import NixFormats

extension LocalStore {
    /// Adds a file of text (`toFile`) that refers to `references`.
    package func addText(
        name: ByteString, contents: ByteString, references: SortedSet<StorePath> = []
    ) throws(StoreError) -> StorePath {
        let hash = Digester.hash(.sha256, contents)
        let path = try formatted { () throws(FormatError) in
            try layout.storeDirectory.textPath(name: name.bytes, hash: hash, references: references)
        }
        try addText(contents, hash: hash, path: path, references: references, outputs: [])
        return path
    }

    /// Writes the file of a derivation.
    ///
    /// - Throws: ``StoreError`` of kind `malformed` for contents that are no derivation of that path.
    package func addDerivation(_ file: DerivationFile) throws(StoreError) {
        let storeDirectory = layout.storeDirectory
        let outputs = try formatted { () throws(FormatError) in
            try Self.outputs(
                ATermReader.read(file: file.contents, at: file.path, store: storeDirectory), in: storeDirectory)
        }
        try addText(
            file.contents, hash: Digester.hash(.sha256, file.contents), path: file.path, references: file.references,
            outputs: outputs)
    }

    private func addText(
        _ contents: ByteString, hash: NixHash, path: StorePath, references: SortedSet<StorePath>,
        outputs: [(name: ByteString, path: StorePath)]
    ) throws(StoreError) {
        try addUnlessValid(path, deferrable: true) { (realPath) throws(StoreError) in
            let digester = TreeDigester(method: .text, algorithm: .sha256)
            try Self.tell(digester, of: contents)
            let digests = try digester.finish().digests
            try settle(digests.nar, at: realPath) { () throws(StoreError) in
                try Self.tell(TreeWriter(root: realPath, synchronises: options.synchronisesPaths), of: contents)
            }
            return Registration(
                PathInfo(
                    path: path, narHash: digests.nar.hash, narSize: digests.nar.size, references: references,
                    contentAddress: ContentAddress(method: .text, hash: hash)),
                derivationOutputs: outputs)
        }
    }

    /// Shows a visitor the tree that is one file of `contents`.
    private static func tell(_ visitor: some NARVisitor, of contents: ByteString) throws(StoreError) {
        do {
            try visitor.regular(size: UInt64(contents.count), isExecutable: false, offset: 0)
            try contents.bytes.withUnsafeBytes { try visitor.contents($0) }
            try visitor.endRegular()
        } catch {
            throw StoreError(wrapping: error)
        }
    }

    /// Adds the file or tree at `source` under its content address.
    ///
    /// The source is read once to learn its address, and a second time, unless it is small, to copy it where the store does not
    /// have it; a source that changes in between is added as it was copied.
    ///
    /// - Parameters:
    ///   - method: `nar` for a tree, `flat` for the bytes of one file.
    ///   - filter: entries to take; asked once for each.
    ///   - references: what the path refers to; only for `nar` with SHA-256.
    package func addPath(
        _ source: RealPath, name: ByteString, method: ContentAddressMethod = .nar,
        algorithm: HashAlgorithm = .sha256, references: SortedSet<StorePath> = [], filter: PathFilter? = nil
    ) throws(StoreError) -> StorePath {
        let decisions = FilterDecisions()
        let digest = try TreeDump.hash(
            source, method: method, algorithm: algorithm, filter: filter.map { decisions.recording($0) })
        let expected = try path(name: name, ContentAddress(method: method, hash: digest.hash), references)
        if try protectIfValid(expected) { return expected }
        let staging = try makeStagingDirectory()
        let copy = staging.path.appending("x")
        let digester = TreeDigester(method: method, algorithm: algorithm)
        let both = VisitorPair(
            digester, try TreeWriter(root: copy, synchronises: options.synchronisesPaths))
        if method == .nar {
            try TreeWalker(filter: filter == nil ? nil : decisions.recall).walk(source, both)
        } else {
            try TreeWalker().walk(source, FlatFile(path: source, next: both))
        }
        let digests = try digester.finish().digests
        let staged = StagedTree(
            path: copy, nar: digests.nar, address: ContentAddress(method: method, hash: digests.content),
            references: references)
        let added = try addFixedOutput(staged, name: name).path
        try staging.remove()
        return added
    }

    func path(
        name: ByteString, _ address: ContentAddress, _ references: SortedSet<StorePath>
    ) throws(StoreError) -> StorePath {
        try formatted { () throws(FormatError) in
            try layout.storeDirectory.fixedOutputPath(name: name.bytes, address: address, references: references)
        }
    }

    /// Runs what may fail with a format's error.
    func formatted<Result>(_ body: () throws(FormatError) -> Result) throws(StoreError) -> Result {
        do { return try body() } catch { throw StoreError(wrapping: error) }
    }
}

/// What a filter said, so that a second walk of the same tree need not ask again.
private final class FilterDecisions {
    private var taken: Set<RealPath> = []

    func recording(_ filter: @escaping PathFilter) -> PathFilter {
        { (path, kind) throws(StoreError) in
            let takes = try filter(path, kind)
            if takes { self.taken.insert(path) }
            return takes
        }
    }

    func recall(_ path: RealPath, _ kind: FileKind) throws(StoreError) -> Bool { taken.contains(path) }
}
