import Glibc
import Synchronization

/// A folder in the store's own file system where a tree is prepared before it is renamed into place.
///
/// It lies in the store folder, unless another is named, under the name that Nix gives such folders, is accessible to its
/// owner only, and is kept locked: a collector removes those whose lock is free, so a killed process leaves no garbage for
/// long. It goes, with what is still in it, when ``remove()`` is called or the object is dropped.
package final class StagingDirectory: Sendable {
    package let path: RealPath
    private let lock: FileLock
    private let removed = Atomic<Bool>(false)

    init(path: RealPath, lock: consuming FileLock) {
        self.path = path
        self.lock = lock
    }

    deinit { try? remove() }

    /// Whether a lock on this file system keeps others out: on some network file systems it does nothing.
    package var locksHold: Bool {
        guard let other = try? Descriptor.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW) else { return false }
        return (try? FileLock(descriptor: other, path: path).tryAcquire(.exclusive)) == false
    }

    /// Calls `body` if nobody has the folder locked, and keeps it locked meanwhile; what is no folder is left alone.
    static func whileUnlocked(_ folder: RealPath, _ body: () throws(StoreError) -> Void) throws(StoreError) {
        guard let opened = try? Descriptor.open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW) else { return }
        let lock = FileLock(descriptor: opened, path: folder)
        guard try lock.tryAcquire(.exclusive) else { return }
        try body()
        try lock.release()
    }

    /// Removes the folder and what is left in it.
    package func remove() throws(StoreError) {
        guard !removed.exchange(true, ordering: .relaxed) else { return }
        try TreeRemoval.remove(path)
    }
}

extension LocalStore {
    /// Removes the staging folders that killed processes left: those whose lock is free and whose process is gone.
    ///
    /// On file systems where locks do nothing the process alone tells.
    ///
    /// - Parameter folder: where they are, if not in the store folder.
    package func removeAbandonedStaging(in folder: RealPath? = nil) throws(StoreError) {
        let folder = folder ?? layout.realStoreDirectory
        for name in try Descriptor.open(folder, O_RDONLY | O_DIRECTORY).entryNames(path: folder)
        where name.starts(with: "tmp-".utf8) {
            let owner = pid_t(String(decoding: name.dropFirst(4).prefix { $0 != UInt8(ascii: "-") }, as: UTF8.self))
            // Another user's process cannot be signalled, and is there.
            if let owner, owner == getpid() || kill(owner, 0) == 0 || errno == EPERM { continue }
            let path = folder.appending(name)
            try StagingDirectory.whileUnlocked(path) { () throws(StoreError) in try TreeRemoval.remove(path) }
        }
    }

    /// Makes a new empty staging folder.
    ///
    /// - Parameter folder: where, if not in the store folder; on the same file system.
    package func makeStagingDirectory(in folder: RealPath? = nil) throws(StoreError) -> StagingDirectory {
        try requireWritable()
        let folder = folder ?? layout.realStoreDirectory
        while true {
            let number = stagingCount.add(1, ordering: .relaxed).oldValue
            let path = folder.appending("tmp-\(getpid())-\(number)")
            guard path.withCString({ mkdir($0, 0o700) }) == 0 else {
                if errno == EEXIST { continue }
                throw .system("creating directory", path)
            }
            // A collector may come between making and locking; then there is nothing to lock or it is gone.
            guard let opened = try? Descriptor.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW) else { continue }
            let lock = FileLock(descriptor: opened, path: path)
            try lock.acquire(.exclusive)
            if try FileSystem.exists(path) { return StagingDirectory(path: path, lock: lock) }
        }
    }
}
