import Glibc
import NixFetch
import NixStore

/// Where a fetch writes: a staging folder in the store's file system, and a folder for unfinished downloads that stays.
struct FetchWorkspace: Sendable {
    /// Removed with what is in it when this value goes.
    let staging: StagingDirectory
    /// Where the result is to be: below the staging folder, not made yet.
    let tree: RealPath
    let partials: RealPath

    init(_ store: LocalStore, _ folders: FetchFolders) throws(BuildFailure) {
        staging = try BuildFailure.ofStore { () throws(StoreError) in
            try store.makeStagingDirectory(in: folders.staging)
        }
        tree = staging.path.appending("x")
        // Without locks two processes would write into one file: then each has its own, for this run.
        partials = staging.locksHold ? folders.partials : staging.path.appending("partials")
        try FileModes.makeFolders(partials)
    }
}

/// The folders of a store below which fetches write.
struct FetchFolders: Sendable {
    /// Beside the store folder; nil where trees cannot be moved from there into it.
    ///
    /// A fetch may take hours, and no collector looks here. Old ones take no heed of locks.
    let staging: RealPath?
    /// For unfinished downloads.
    let partials: RealPath

    /// Finds the folders, and removes what killed processes and given-up downloads left in them.
    init(_ store: LocalStore) throws(BuildFailure) {
        let own = store.layout.stateDirectory.appending("nixlite")
        let beside = own.appending("staging")
        partials = own.appending("partials")
        try FileModes.makeFolders(beside)
        try BuildFailure.ofStore { () throws(StoreError) in
            try store.removeAbandonedStaging()
            try store.removeAbandonedStaging(in: beside)
        }
        StalePartials.remove(in: partials.description)
        staging = Self.canRename(from: beside, to: store.layout.realStoreDirectory) ? beside : nil
    }

    /// Whether a folder can be moved from one folder into another: two mounts of one file system are two to `rename`.
    private static func canRename(from source: RealPath, to target: RealPath) -> Bool {
        let name = "tmp-\(getpid())-probe-\(UInt64.random(in: 0...UInt64.max))"
        let here = source.appending(name).description
        let there = target.appending(name).description
        guard mkdir(here, 0o700) == 0 else { return false }
        let isMoved = rename(here, there) == 0
        rmdir(isMoved ? there : here)
        return isMoved
    }
}
