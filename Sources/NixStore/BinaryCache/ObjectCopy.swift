package import NixFetch
package import NixFormats

/// Copies one store object from a binary cache in two steps, between which what it refers to may still be on its way.
package struct ObjectCopy: Sendable {
    private let cache: BinaryCache
    private let store: LocalStore
    private let staging: StagingDirectory
    private let partials: RealPath

    /// - Parameters:
    ///   - staging: where archives and trees are until they are in their places.
    ///   - partials: a folder for unfinished downloads that stays.
    package init(from cache: BinaryCache, to store: LocalStore, staging: StagingDirectory, partials: RealPath) {
        self.cache = cache
        self.store = store
        self.staging = staging
        self.partials = partials
    }

    private func tree(_ info: NARInfo) -> RealPath { staging.path.appending(info.path.baseName.bytes) }

    /// Fetches, unpacks and checks the object: size and hash of its archive and, where it claims one, its content address.
    ///
    /// - Throws: of kind `gone` where the cache does not have the archive any more.
    package func prepare(_ info: NARInfo, observer: (any FetchObserver)? = nil) async throws(StoreError) {
        let packed = try await cache.packedNAR(info, in: staging.path, partials: partials, observer: observer)
        try packed.restore(to: tree(info), synchronises: store.options.synchronisesPaths)
        try packed.checkContentAddress(of: tree(info))
        try FileSystem.removeFile(packed.path)
    }

    /// Removes what an attempt left, so that another may begin.
    package func discard(_ info: NARInfo) {
        _ = try? TreeRemoval.remove(tree(info))
        _ = try? TreeRemoval.remove(tree(info).extended(by: ".nar"))
    }

    /// Makes a prepared object valid, whose references are.
    ///
    /// - Parameter isLocked: whether the caller holds the lock of its path.
    package func register(_ info: NARInfo, isLocked: Bool = false) throws(StoreError) {
        try store.addObject(
            tree(info),
            PathInfo(
                path: info.path, narHash: info.narHash, narSize: info.narSize, references: info.references,
                deriver: info.deriver, contentAddress: info.contentAddress,
                signatures: SortedSet(info.signatures.map { $0.printed() })),
            locked: isLocked ? [info.path] : [])
    }
}
