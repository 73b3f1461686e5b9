import Glibc
package import NixFormats

/// A tree in the store's file system that is in canonical form and digested: ready to be renamed into place.
package struct StagedTree: Sendable {
    package let path: RealPath
    /// SHA-256 and size of the NAR.
    package let nar: PathDigest
    /// The content address by the method and algorithm that were asked for.
    package let address: ContentAddress
    package let references: SortedSet<StorePath>

    package init(path: RealPath, nar: PathDigest, address: ContentAddress, references: SortedSet<StorePath>) {
        self.path = path
        self.nar = nar
        self.address = address
        self.references = references
    }
}

extension LocalStore {
    /// Brings the tree at `path` into canonical form and digests it, in one reading of its bytes.
    ///
    /// The tree must be one that no other process can still write to. Refuses what ``Canonical`` refuses.
    ///
    /// - Parameters:
    ///   - path: in the store's file system, best in a ``StagingDirectory``.
    ///   - candidates: the paths that the tree may refer to; those it mentions become `references`.
    ///   - known: its digests, where whoever wrote the tree computed them on the way; then nothing is read.
    package func examine(
        _ path: RealPath, method: ContentAddressMethod = .nar, algorithm: HashAlgorithm = .sha256,
        candidates: [StorePath] = [], known: TreeDigests? = nil
    ) throws(StoreError) -> StagedTree {
        try Canonical.canonicalise(path)
        if method != .nar, let status = try FileSystem.statusIfPresent(path), !status.isRegular || status.isExecutable {
            throw StoreError(
                .unsupportedFile,
                "output path '\(path)' should be a non-executable regular file since recursive hashing is not enabled (one of outputHashMode={flat,text} is true)"
            )
        }
        if let known, candidates.isEmpty {
            return StagedTree(
                path: path, nar: known.nar, address: ContentAddress(method: method, hash: known.content),
                references: [])
        }
        let digester = TreeDigester(method: method, algorithm: algorithm, candidates: candidates)
        try TreeWalker().walk(path, digester)
        let (digests, references) = try digester.finish()
        return StagedTree(
            path: path, nar: digests.nar, address: ContentAddress(method: method, hash: digests.content),
            references: references)
    }

    /// Moves a staged tree to the path that its content address gives, whatever hash was hoped for, and registers it.
    ///
    /// A tree that the store has already is removed. The result tells path and hash.
    ///
    /// - Parameter locked: paths whose ``PathLocks`` the caller holds.
    package func addFixedOutput(
        _ staged: StagedTree, name: ByteString, deriver: StorePath? = nil, locked: [StorePath] = []
    ) throws(StoreError) -> PathInfo {
        let path = try path(name: name, staged.address, staged.references)
        return try add(
            staged,
            PathInfo(
                path: path, narHash: staged.nar.hash, narSize: staged.nar.size, references: staged.references,
                deriver: deriver, contentAddress: staged.address, isUltimate: deriver != nil), locked)
    }

    /// Moves a staged tree to `path`, the output of an input-addressed derivation, and registers it.
    ///
    /// - Parameters:
    ///   - isUltimate: whether it was built on this machine.
    ///   - locked: paths whose ``PathLocks`` the caller holds.
    package func addOutput(
        _ staged: StagedTree, at path: StorePath, deriver: StorePath?, isUltimate: Bool = true,
        locked: [StorePath] = []
    ) throws(StoreError) -> PathInfo {
        try add(
            staged,
            PathInfo(
                path: path, narHash: staged.nar.hash, narSize: staged.nar.size, references: staged.references,
                deriver: deriver, isUltimate: isUltimate), locked)
    }

    /// Moves a tree that is in canonical form to its path and registers it as `info` says.
    ///
    /// The caller answers for it that the tree is what `info` tells. A tree that the store has already is removed.
    ///
    /// - Parameter tree: in the store's file system.
    package func addObject(_ tree: RealPath, _ info: PathInfo, locked: [StorePath] = []) throws(StoreError) {
        try addUnlessValid(info.path, isLocked: locked.contains(info.path)) { (realPath) throws(StoreError) in
            if options.synchronisesPaths { try TreeSynchronisation.synchronise(tree) }
            try settle(PathDigest(hash: info.narHash, size: info.narSize), at: realPath) { () throws(StoreError) in
                try Self.move(tree, to: realPath)
            }
            return Registration(info)
        }
        try TreeRemoval.remove(tree)
    }

    private func add(_ staged: StagedTree, _ info: PathInfo, _ locked: [StorePath]) throws(StoreError) -> PathInfo {
        try addObject(staged.path, info, locked: locked)
        return try requireInfo(info.path)
    }

    /// Renames a canonical tree.
    ///
    /// A folder that its owner may not write to cannot change its parent, so it may for a moment.
    private static func move(_ source: RealPath, to destination: RealPath) throws(StoreError) {
        guard let status = try FileSystem.statusIfPresent(source) else {
            throw .system("renaming", source, errno: ENOENT)
        }
        guard status.isDirectory else { return try FileSystem.rename(source, to: destination) }
        let folder = try Descriptor.open(source, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
        guard fchmod(folder.raw, 0o755) == 0 else { throw .system("changing permissions of", source) }
        try FileSystem.rename(source, to: destination)
        guard fchmod(folder.raw, 0o555) == 0 else { throw .system("changing permissions of", destination) }
    }
}
