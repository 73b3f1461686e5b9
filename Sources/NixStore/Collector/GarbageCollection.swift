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
    /// Delete `paths` even where a root needs them, as long as no other path does.
    package var ignoresRoots = false
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
    /// What sharing equal files saves on the disk, less what it needs itself.
    package var bytesSavedByLinks: Int64 = 0

    package init() {}
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
    /// - Parameters:
    ///   - report: called with each logical path just before it is deleted.
    ///   - step: called with what begins, in Nix's words.
    /// - Throws: ``StoreError`` of kind `inUse` where one of `options.paths` is live.
    package func collectGarbage(
        _ options: CollectionOptions = CollectionOptions(), report: (ByteString) -> Void = { _ in },
        step: (String) -> Void = { _ in }
    ) throws(StoreError) -> CollectionResult {
        try requireWritable()
        step("finding garbage collector roots...")
        // Room for the database to work in where the disk is full.
        try FileSystem.removeFile(layout.stateDirectory.appending("db/reserved"))
        let lock = try CollectorLock.exclusive(layout.stateDirectory)
        defer { lock.end() }
        var result = CollectionResult()
        var dead = try deadPaths(options)
        if let wanted = options.paths {
            let chosen = try validPaths(among: wanted)
            for path in chosen {
                let isRooted = !options.ignoresRoots && !dead.contains(path)
                let isNeeded = try referrers(path).contains { $0 != path && !chosen.contains($0) }
                guard !isRooted, !isNeeded else { throw isAlive(path) }
            }
            dead = chosen
            // What is not valid may still have left files, or be about to come.
            let rooted = options.ignoresRoots ? [] : Set(try temporaryRootsOfAll().map(\.path))
            for path in wanted where !chosen.contains(path) {
                guard !rooted.contains(path) else { throw isAlive(path) }
                try delete(path.baseName, &result, report)
            }
        } else {
            step("deleting garbage...")
        }
        for path in try sortedByReferences(dead).reversed() where result.bytesFreed < options.maximumFreed {
            try transaction { try $0.invalidate(path) }
            try delete(path.baseName, &result, report)
        }
        if options.paths == nil {
            try deleteLeftovers(options, &result, report)
        }
        step("deleting unused links...")
        try deleteUnusedLinks(&result)
        return result
    }

    private func isAlive(_ path: StorePath) -> StoreError {
        StoreError(
            .inUse,
            "Cannot delete path '\(layout.storeDirectory.print(path))' since it is still alive. To find out why, use: nix-store --query --roots and nix-store --query --referrers"
        )
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
                try StagingDirectory.whileUnlocked(folder.appending(name)) { () throws(StoreError) in
                    try delete(ByteString(name), &result, report)
                }
            } else {
                try delete(ByteString(name), &result, report)
            }
        }
    }

    /// Deletes the files of `.links`, where equal files are shared, that no store object uses any more.
    private func deleteUnusedLinks(_ result: inout CollectionResult) throws(StoreError) {
        let folder = layout.realStoreDirectory.appending(".links")
        let links = try Descriptor.open(folder, O_RDONLY | O_DIRECTORY)
        for name in try links.entryNames(path: folder) {
            let path = folder.appending(name)
            let status = try links.status(of: name, path: path)
            if status.st_nlink == 1 {
                try FileSystem.removeFile(path)
                result.bytesFreed &+= UInt64(status.st_size)
            } else {
                result.bytesSavedByLinks &+= (Int64(status.st_nlink) - 2) * Int64(status.st_size)
            }
        }
        let blockSize: Int64 = 512
        result.bytesSavedByLinks &-= Int64(try FileSystem.statusIfPresent(folder)?.st_blocks ?? 0) * blockSize
    }
}
