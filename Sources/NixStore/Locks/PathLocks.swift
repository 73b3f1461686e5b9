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

    /// Waits until every path of `paths` is locked, asking `isOver` now and then whether to give up.
    ///
    /// - Parameter waits: called once, with a path that somebody else has.
    /// - Returns: nil when `isOver` says so.
    package init?(
        _ paths: [RealPath], waits: (RealPath) -> Void, isOver: () -> Bool
    ) throws(StoreError) {
        var hasTold = false
        for path in Set(paths).sorted() {
            while true {
                if let lock = try Self.tryLock(path.extended(by: ".lock")) {
                    held.append(Held(lock))
                    break
                }
                if !hasTold { waits(path) }
                hasTold = true
                if isOver() { return nil }
                usleep(50_000)
            }
        }
    }

    private static func tryLock(_ path: RealPath) throws(StoreError) -> FileLock? {
        while true {
            let lock = try FileLock(path: path)
            guard try lock.tryAcquire(.exclusive) else { return nil }
            if try !lock.isStale() { return lock }
        }
    }

    /// Locks one path, unless another open file has its lock.
    init?(trying path: RealPath) throws(StoreError) {
        guard let lock = try Self.tryLock(path.extended(by: ".lock")) else { return nil }
        held.append(Held(lock))
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
