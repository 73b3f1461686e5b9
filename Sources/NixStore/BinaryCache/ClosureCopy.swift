package import NixFormats

/// Copies store objects, with all they refer to, from a binary cache.
///
/// Nothing becomes valid before its archive is complete, has the size and hash that its `.narinfo` tells, and either follows
/// from its content or is signed by a trusted key; and nothing before what it refers to.
package struct ClosureCopy: Sendable {
    private let cache: BinaryCache
    private let store: LocalStore
    private let policy: SignaturePolicy
    private let objects: ObjectCopy
    private let report: @Sendable (String) -> Void

    /// Archives that are fetched and unpacked at the same time.
    private static let archivesAtOnce = 8

    /// - Parameters:
    ///   - staging: where archives and trees are until they are in their places.
    ///   - partials: a folder for unfinished downloads that stays.
    ///   - report: told the steps in Nix's words.
    package init(
        from cache: BinaryCache, to store: LocalStore, policy: SignaturePolicy, staging: StagingDirectory,
        partials: RealPath, report: @escaping @Sendable (String) -> Void
    ) {
        self.cache = cache
        self.store = store
        self.policy = policy
        objects = ObjectCopy(from: cache, to: store, staging: staging, partials: partials)
        self.report = report
    }

    /// Makes `paths` valid; what is valid already is neither asked for nor fetched.
    package func copy(_ paths: [StorePath]) async throws(StoreError) {
        let store = store
        let infos = try await cache.closure(paths) { (path) throws(StoreError) in try store.protectIfValid(path) }
        guard !infos.isEmpty else { return }
        report("copying \(infos.count) paths...")
        for info in infos { try policy.check(info, in: cache.storeDirectory) }
        try await withTaskGroup(of: (Int, Result<Void, StoreError>).self) { group in
            var started = 0
            var registered = 0
            var ready: Set<Int> = []
            do throws(StoreError) {
                while registered < infos.count {
                    // Not far ahead of what is registered, for the sake of the disk.
                    while started < infos.count, started < registered + Self.archivesAtOnce {
                        let (index, info) = (started, infos[started])
                        report("copying path '\(cache.storeDirectory.print(info.path))' from '\(cache.name)'...")
                        group.addTask { [objects] in (index, await Self.prepare(info, objects)) }
                        started += 1
                    }
                    guard let (index, result) = await group.next() else { break }
                    try result.get()
                    ready.insert(index)
                    while ready.remove(registered) != nil {
                        try objects.register(infos[registered])
                        registered += 1
                    }
                }
                return Result<Void, StoreError>.success(())
            } catch {
                group.cancelAll()
                return .failure(error)
            }
        }.get()
    }

    private static func prepare(_ info: NARInfo, _ objects: ObjectCopy) async -> Result<Void, StoreError> {
        do throws(StoreError) { return .success(try await objects.prepare(info)) } catch { return .failure(error) }
    }
}
