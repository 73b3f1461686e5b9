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

    /// Also removes what killed processes and given-up downloads left in these folders.
    ///
    /// A fetch may take hours: its staging folder lies beside the store folder, where no collector looks, if that is the
    /// same file system. Old ones take no heed of locks.
    init(_ store: LocalStore) throws(BuildFailure) {
        let own = store.layout.stateDirectory.appending("nixlite")
        let beside = own.appending("staging")
        do {
            try store.removeAbandonedStaging()
            try FileModes.makeFolders(beside)
            try store.removeAbandonedStaging(in: beside)
            let isNear = Self.canRename(from: beside, to: store.layout.realStoreDirectory)
            staging = try store.makeStagingDirectory(in: isNear ? beside : nil)
        } catch let error as StoreError {
            throw BuildFailure(.miscellaneous, error.message)
        } catch let error as BuildFailure {
            throw error
        } catch {
            throw BuildFailure(.miscellaneous, "\(error)")
        }
        tree = staging.path.appending("x")
        // Without locks two processes would write into one file: then each has its own, for this run.
        partials = staging.locksHold ? own.appending("partials") : staging.path.appending("partials")
        try FileModes.makeFolders(partials)
        StalePartials.remove(in: partials.description)
    }

    /// Whether a folder can be moved from one folder into another: two mounts of one file system are two to `rename`.
    private static func canRename(from source: RealPath, to target: RealPath) -> Bool {
        let name = "tmp-\(getpid())-probe-\(UInt64.random(in: 0...UInt64.max))"
        let here = source.appending(Array(name.utf8)).description
        let there = target.appending(Array(name.utf8)).description
        guard mkdir(here, 0o700) == 0 else { return false }
        let isMoved = rename(here, there) == 0
        rmdir(isMoved ? there : here)
        return isMoved
    }
}
