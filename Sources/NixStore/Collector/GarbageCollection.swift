import Glibc
package import NixFormats

/// What a collection may delete, and what else counts as live.
///
/// The defaults are Nix's.
package struct CollectionOptions: Sendable {
    /// Only these paths, which must be dead with everything that refers to them; nil for all that is dead.
    package var paths: SortedSet<StorePath>?
    /// Stop once so many bytes are free.
    package var maximumFreed = UInt64.max
    /// A live path keeps the derivation that made it.
    package var keepsDerivations = true
    /// A live derivation keeps its outputs.
    package var keepsOutputs = false

    package init() {}
}

/// What a collection deleted.
package struct CollectionResult: Sendable {
    /// Names in the store folder, in the order of deletion.
    package var deleted: [ByteString] = []
    package var bytesFreed: UInt64 = 0
}

extension LocalStore {
    /// The valid paths that no root needs.
    package func deadPaths(_ options: CollectionOptions = CollectionOptions()) throws(StoreError) -> SortedSet<
        StorePath
    > {
        let live = try livePaths(options)
        return SortedSet(try validPaths().filter { !live.contains($0) })
    }

    /// The valid paths that some root needs.
    package func livePaths(
        _ options: CollectionOptions = CollectionOptions()
    ) throws(StoreError) -> SortedSet<StorePath> {
        let roots = try validPaths(among: Set(roots().map(\.path)))
        return try closure(
            roots, includingOutputs: options.keepsOutputs, includingDerivers: options.keepsDerivations)
    }

    /// Deletes what no root needs: valid paths, leftovers of killed processes and unused links.
    ///
    /// Holds `gc.lock`, so no temporary root can appear meanwhile. A path is forgotten before its files go: a collection killed
    /// half-way leaves only files that the next one removes.
    ///
    /// - Parameter report: called with each logical path just before it is deleted.
    /// - Throws: ``StoreError`` of kind `inUse` where one of `options.paths` is live.
    package func collectGarbage(
        _ options: CollectionOptions = CollectionOptions(), report: (ByteString) -> Void = { _ in }
    ) throws(StoreError) -> CollectionResult {
        try requireWritable()
        // Room for the database to work in where the disk is full.
        try FileSystem.removeFile(layout.stateDirectory.appending("db/reserved"))
        let lock = try CollectorLock.exclusive(layout.stateDirectory)
        defer { lock.end() }
        var dead = try deadPaths(options)
        if let wanted = options.paths {
            for path in wanted where try isRegistered(path) && !dead.contains(path) {
                throw StoreError(
                    .inUse, "cannot delete path '\(layout.storeDirectory.print(path))' since it is still alive")
            }
            dead = SortedSet(dead.filter(wanted.contains))
        }
        var result = CollectionResult()
        for path in try sortedByReferences(dead).reversed() where result.bytesFreed < options.maximumFreed {
            try transaction { try $0.invalidate(path) }
            try delete(path.baseName, &result, report)
        }
        if options.paths == nil {
            try deleteLeftovers(options, &result, report)
            try deleteUnusedLinks()
        }
        return result
    }

    private func delete(
        _ name: ByteString, _ result: inout CollectionResult, _ report: (ByteString) -> Void
    ) throws(StoreError) {
        report(ByteString(layout.storeDirectory.path.bytes + [UInt8(ascii: "/")] + name.bytes))
        result.bytesFreed &+= try TreeRemoval.remove(layout.realStoreDirectory.appending(name.bytes))
        result.deleted.append(name)
    }

    /// Deletes what lies in the store folder and is not valid, unless it belongs to a temporary root or is a locked
    /// staging folder.
    private func deleteLeftovers(
        _ options: CollectionOptions, _ result: inout CollectionResult, _ report: (ByteString) -> Void
    ) throws(StoreError) {
        let folder = layout.realStoreDirectory
        let rooted = Set(try temporaryRootsOfAll().map { Array($0.path.hashPart) })
        for name in try Descriptor.open(folder, O_RDONLY | O_DIRECTORY).sortedEntryNames(path: folder)
        where result.bytesFreed < options.maximumFreed {
            // Lock files and the like carry the hash part of the path that they serve.
            if name.elementsEqual(".links".utf8) || rooted.contains(Array(name.prefix(StorePath.hashPartCount))) {
                continue
            }
            if let path = try? StorePath(baseName: ByteString(name)), try isRegistered(path) { continue }
            if name.starts(with: "tmp-".utf8) {
                let path = folder.appending(name)
                guard let opened = try? Descriptor.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW),
                    try FileLock(descriptor: opened, path: path).tryAcquire(.exclusive)
                else { continue }
            }
            try delete(ByteString(name), &result, report)
        }
    }

    /// Deletes the files of `.links`, where equal files are shared, that no store object uses any more.
    private func deleteUnusedLinks() throws(StoreError) {
        let folder = layout.realStoreDirectory.appending(".links")
        let links = try Descriptor.open(folder, O_RDONLY | O_DIRECTORY)
        for name in try links.entryNames(path: folder) {
            let path = folder.appending(name)
            if try links.status(of: name, path: path).st_nlink == 1 { try FileSystem.removeFile(path) }
        }
    }
}
