import Glibc
import Synchronization

/// Hands out connections to the transfers of one batch: files in their order, and large ones as many connections as pay.
///
/// Small files are bound by the server's answers, not by bytes: a fixed number of them runs at once. A large file begins
/// with one connection; helpers of a file that runs come before the next file, so that bytes arrive about in the order
/// in which they are hashed.
final class TransferCrew: Sendable {
    /// What a connection is for.
    enum Seat: Sendable {
        case small
        case large
    }

    private struct Waiter {
        let number: Int
        let file: Int
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var governor: ConnectionGovernor
        var active = 0
        var isClosed = false
        var count = 0
        /// Helpers, in the order of their files.
        var helpers: [Waiter] = []
        /// The next file; one at a time.
        var next: (waiter: Waiter, seat: Seat)?
    }

    private let state: Mutex<State>
    private let smallLimit: Int

    /// - Parameters:
    ///   - small: small files at once.
    ///   - initial: connections of large files with which to begin.
    ///   - large: connections of large files at once.
    init(small: Int, initial: Int = 1, large: Int) {
        smallLimit = max(1, small)
        state = Mutex(State(governor: ConnectionGovernor(initial: initial, maximum: large)))
    }

    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// Waits until the next file may begin; false when the batch is over.
    ///
    /// Called by one task, in the order of the files.
    func admit(file: Int, _ seat: Seat) async -> Bool {
        await wait(file) { state, waiter in state.next = (waiter, seat) }
    }

    /// Waits for a connection for a file that has begun; false when the batch is over.
    func help(file: Int) async -> Bool {
        await wait(file) { state, waiter in
            let index = state.helpers.firstIndex { $0.file > file } ?? state.helpers.endIndex
            state.helpers.insert(waiter, at: index)
        }
    }

    private func wait(_ file: Int, _ enqueue: @Sendable (inout State, Waiter) -> Void) async -> Bool {
        let number = state.withLock { state in
            state.count += 1
            return state.count
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state -> [(Waiter, Bool)] in
                    let waiter = Waiter(number: number, file: file, continuation: continuation)
                    if state.isClosed || Task.isCancelled { return [(waiter, false)] }
                    enqueue(&state, waiter)
                    return seatWaiting(&state)
                }
                resume(ready)
            }
        } onCancel: {
            resume(
                state.withLock { state in
                    if let next = state.next, next.waiter.number == number {
                        state.next = nil
                        return [(next.waiter, false)]
                    }
                    guard let index = state.helpers.firstIndex(where: { $0.number == number }) else { return [] }
                    return [(state.helpers.remove(at: index), false)]
                })
        }
    }

    /// Gives a connection back.
    func leave() {
        resume(
            state.withLock { state in
                state.active -= 1
                return seatWaiting(&state)
            })
    }

    /// The batch is over: nobody waits any more.
    func close() {
        resume(
            state.withLock { state in
                state.isClosed = true
                let ready = state.helpers + (state.next.map { [$0.waiter] } ?? [])
                state.helpers = []
                state.next = nil
                return ready.map { ($0, false) }
            })
    }

    /// Counts bytes that arrived.
    func count(_ bytes: Int) {
        resume(
            state.withLock { state in
                let isWanted = !state.helpers.isEmpty || state.next?.seat == .large
                guard state.governor.observe(bytes, at: Self.now(), isWanted: isWanted) else { return [] }
                return seatWaiting(&state)
            })
    }

    /// The server is overloaded.
    func relax() {
        state.withLock { $0.governor.relax(at: Self.now()) }
    }

    /// Those who may go now.
    private func seatWaiting(_ state: inout State) -> [(Waiter, Bool)] {
        var ready: [(Waiter, Bool)] = []
        while state.active < state.governor.limit, !state.helpers.isEmpty {
            ready.append((state.helpers.removeFirst(), true))
            state.active += 1
        }
        if let next = state.next, state.active < (next.seat == .small ? smallLimit : state.governor.limit) {
            ready.append((next.waiter, true))
            state.next = nil
            state.active += 1
        }
        return ready
    }

    private func resume(_ ready: [(Waiter, Bool)]) {
        for (waiter, isSeated) in ready { waiter.continuation.resume(returning: isSeated) }
    }
}
