import Glibc

/// Exclusive locks on store paths being written: `flock` on `<path>.lock`, the protocol of Nix.
///
/// Locks are taken in sorted order, so two processes that want the same paths never wait for each other. They work between
/// threads of one process too. ``release(deleting:)`` gives them back; so does dropping the value.
package struct PathLocks: ~Copyable, Sendable {
    private final class Held: Sendable {
        let lock: FileLock
        init(_ lock: consuming FileLock) { self.lock = lock }
    }

    private var held: [Held] = []

    /// Waits until every path of `paths` is locked.
    package init(_ paths: [RealPath]) throws(StoreError) {
        for path in Set(paths).sorted() {
            held.append(Held(try Self.lock(path.extended(by: ".lock"))))
        }
    }

    /// Locks one path, unless another open file has its lock.
    init?(trying path: RealPath) throws(StoreError) {
        let lockPath = path.extended(by: ".lock")
        while true {
            let lock = try FileLock(path: lockPath)
            guard try lock.tryAcquire(.exclusive) else { return nil }
            if try !lock.isStale() {
                held.append(Held(lock))
                return
            }
        }
    }

    private static func lock(_ path: RealPath) throws(StoreError) -> FileLock {
        while true {
            let lock = try FileLock(path: path)
            try lock.acquire(.exclusive)
            if try !lock.isStale() { return lock }
        }
    }

    /// Unlocks; `deleting` removes the lock files, which is right once the paths are valid or given up.
    package consuming func release(deleting: Bool) throws(StoreError) {
        guard deleting else { return }
        for entry in held { try entry.lock.markDeleted() }
    }
}
