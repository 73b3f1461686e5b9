import Glibc
import Synchronization

/// A folder in the store's own file system where a tree is prepared before it is renamed into place.
///
/// It lies in the store folder under the name that Nix gives such folders, is accessible to its owner only, and is kept
/// locked: a collector removes those whose lock is free, so a killed process leaves no garbage for long. It goes, with what is
/// still in it, when ``remove()`` is called or the object is dropped.
package final class StagingDirectory: Sendable {
    package let path: RealPath
    private let lock: FileLock
    private let removed = Atomic<Bool>(false)

    init(path: RealPath, lock: consuming FileLock) {
        self.path = path
        self.lock = lock
    }

    deinit { try? remove() }

    /// Removes the folder and what is left in it.
    package func remove() throws(StoreError) {
        guard !removed.exchange(true, ordering: .relaxed) else { return }
        try TreeRemoval.remove(path)
    }
}

extension LocalStore {
    /// Removes the staging folders that killed processes left: those whose lock is free, as a collector would.
    package func removeAbandonedStaging() throws(StoreError) {
        let folder = layout.realStoreDirectory
        for name in try Descriptor.open(folder, O_RDONLY | O_DIRECTORY).entryNames(path: folder)
        where name.starts(with: "tmp-".utf8) {
            let path = folder.appending(name)
            guard let opened = try? Descriptor.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW) else { continue }
            let lock = FileLock(descriptor: opened, path: path)
            if try lock.tryAcquire(.exclusive) { try TreeRemoval.remove(path) }
        }
    }

    /// Makes a new empty staging folder.
    package func makeStagingDirectory() throws(StoreError) -> StagingDirectory {
        try requireWritable()
        while true {
            let number = stagingCount.add(1, ordering: .relaxed).oldValue
            let path = layout.realStoreDirectory.appending("tmp-\(getpid())-\(number)")
            guard path.withCString({ mkdir($0, 0o700) }) == 0 else {
                if errno == EEXIST { continue }
                throw .system("creating directory", path)
            }
            // A collector may come between making and locking; then there is nothing to lock or it is gone.
            guard let folder = try? Descriptor.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW) else { continue }
            let lock = FileLock(descriptor: folder, path: path)
            try lock.acquire(.exclusive)
            if try FileSystem.exists(path) { return StagingDirectory(path: path, lock: lock) }
        }
    }
}
