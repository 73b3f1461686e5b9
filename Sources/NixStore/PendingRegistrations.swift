import Synchronization

/// Registrations that wait to be written together, with the locks on their paths.
///
/// A transaction costs far more than the file of a small derivation, so an evaluation that writes thousands of them registers
/// them many at a time. Until then no other process may touch the paths: their locks are kept.
final class PendingRegistrations: Sendable {
    private struct State {
        var isBatching = false
        var entries: [(registration: Registration, lock: HeldLock)] = []
    }

    private final class HeldLock: Sendable {
        private let lock: Mutex<PathLocks?>

        init(_ lock: consuming PathLocks) { self.lock = Mutex(lock) }

        func release() {
            lock.withLock { lock in
                // What cannot be removed is a lock file without a holder, which harms nobody.
                if let held = lock.take() { try? held.release(deleting: true) }
            }
        }
    }

    /// Open locks are open files, of which a process may have about a thousand.
    private static let limit = 128

    private let state = Mutex(State())
    private let count = Atomic<Int>(0)

    var isBatching: Bool { state.withLock { $0.isBatching } }
    var isEmpty: Bool { count.load(ordering: .acquiring) == 0 }

    func startBatching() { state.withLock { $0.isBatching = true } }

    /// Keeps a registration for later and says whether there are enough to be written.
    func append(_ registration: Registration, _ lock: consuming PathLocks) -> Bool {
        let held = HeldLock(lock)
        return state.withLock { state in
            state.entries.append((registration, held))
            count.store(state.entries.count, ordering: .releasing)
            return state.entries.count >= Self.limit
        }
    }

    /// Writes what is kept with `register` and gives the locks back, whether or not that succeeds.
    func flush(_ register: ([Registration]) throws(StoreError) -> Void) throws(StoreError) {
        if isEmpty { return }
        let failure = state.withLock { state -> StoreError? in
            defer {
                for entry in state.entries { entry.lock.release() }
                state.entries = []
                count.store(0, ordering: .releasing)
            }
            do throws(StoreError) {
                try register(state.entries.map(\.registration))
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }
}
