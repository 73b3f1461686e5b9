package import NixFormats

/// Copies store objects from a binary cache to paths that follow from their content, so that nobody's word is needed for them.
///
/// Every mention of an object's own path, and of those it refers to, is replaced by the new ones. What `nix store
/// make-content-addressed` does; the paths are the same.
package struct ContentAddressedCopy: Sendable {
    private let cache: BinaryCache
    private let store: LocalStore
    private let staging: StagingDirectory
    private let partials: RealPath
    private let report: @Sendable (String) -> Void

    /// The parameters are those of ``ClosureCopy``.
    package init(
        from cache: BinaryCache, to store: LocalStore, staging: StagingDirectory, partials: RealPath,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.cache = cache
        self.store = store
        self.staging = staging
        self.partials = partials
        self.report = report
    }

    /// Copies an object with all it refers to, and gives its new path.
    package func copy(_ path: StorePath) async throws(StoreError) -> StorePath {
        var moved: [StorePath: StorePath] = [:]
        for info in try await cache.closure([path]) {
            let packed = try await cache.packedNAR(info, in: staging.path, partials: partials)
            moved[info.path] = try rewrite(packed, moved)
            try FileSystem.removeFile(packed.path)
        }
        guard let result = moved[path] else {
            throw StoreError(.notValid, "path '\(cache.storeDirectory.print(path))' is not valid")
        }
        return result
    }

    private func rewrite(
        _ packed: PackedNAR, _ moved: [StorePath: StorePath]
    ) throws(StoreError) -> StorePath {
        let info = packed.info
        let directory = cache.storeDirectory
        var references: SortedSet<StorePath> = []
        var replacements: [TextReplacer.Replacement] = []
        for reference in info.references where reference != info.path {
            let target = moved[reference] ?? reference
            references.insert(target)
            if target != reference {
                replacements.append((directory.print(reference).bytes, directory.print(target).bytes))
            }
        }
        // The address, of content in which the references are the new ones already.
        var modulo = ModuloDigester(.sha256, hashPart: info.path.hashPart)
        var first = TextReplacer(replacements)
        try packed.forEachByte { (bytes) throws(StoreError) in modulo.update(first.replace(bytes)) }
        modulo.update(first.finish())
        let address = ContentAddress(method: .nar, hash: modulo.finish())
        let mentionsItself = info.references.contains(info.path)
        let path = try store.formatted { () throws(FormatError) in
            try directory.fixedOutputPath(
                name: Array(info.path.name), address: address, references: references,
                selfReference: mentionsItself)
        }
        report("rewriting '\(directory.print(info.path))' to '\(directory.print(path))'")
        if try store.protectIfValid(path) { return path }
        if mentionsItself { references.insert(path) }
        let tree = staging.path.appending(path.baseName.bytes)
        let digest = try restore(
            packed, to: tree, TextReplacer(replacements),
            TextReplacer([(Array(info.path.hashPart), Array(path.hashPart))]))
        try store.addObject(
            tree,
            PathInfo(
                path: path, narHash: digest.hash, narSize: digest.size, references: references,
                contentAddress: address))
        return path
    }

    /// Unpacks the archive with everything replaced.
    private func restore(
        _ packed: PackedNAR, to tree: RealPath, _ others: TextReplacer, _ own: TextReplacer
    ) throws(StoreError) -> PathDigest {
        let restore = try TreeRestore(to: tree, synchronises: store.options.synchronisesPaths)
        var (others, own) = (others, own)
        try packed.forEachByte { (bytes) throws(StoreError) in
            try restore.write(own.replace(others.replace(bytes))[...])
        }
        try restore.write(own.replace(others.finish())[...])
        try restore.write(own.finish()[...])
        return try restore.finish()
    }
}
