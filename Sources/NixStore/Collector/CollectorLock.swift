/// `gc.lock`: held exclusively by a running collector, shared by whoever must not see paths vanish.
final class CollectorLock: Sendable {
    private let lock: FileLock

    private init(_ lock: consuming FileLock) { self.lock = lock }

    /// Waits until no collector runs, and keeps new ones out.
    static func shared(_ stateDirectory: RealPath) throws(StoreError) -> CollectorLock {
        try take(stateDirectory, .shared)
    }

    /// Waits until nobody else has the lock.
    static func exclusive(_ stateDirectory: RealPath) throws(StoreError) -> CollectorLock {
        try take(stateDirectory, .exclusive)
    }

    private static func take(_ stateDirectory: RealPath, _ mode: FileLock.Mode) throws(StoreError) -> CollectorLock {
        let lock = try FileLock(path: stateDirectory.appending("gc.lock"))
        try lock.acquire(mode)
        return CollectorLock(lock)
    }

    /// Gives the lock back; so does dropping the object.
    func end() { try? lock.release() }
}
