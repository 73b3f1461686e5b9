import Synchronization

/// Hands out connections to the files of all batches of a `Downloader`, in one order.
///
/// Small files come first, whichever batch they are of: they are bound by the server's answers and not by bytes, so a fixed
/// number of them runs at once. Large files get as many connections as pay (`ConnectionGovernor`): first a batch that has
/// none, then in the order of batches and files, so that helpers of a file that runs come before the batch's next file and
/// bytes arrive about in the order in which they are hashed. A batch of limited bandwidth has few connections of its own,
/// which do not count among those of the others.
final class TransferCrew: Sendable {
    /// What a file is.
    enum Seat: Sendable {
        case small
        case large
    }

    private struct Waiter {
        let number: Int
        let batch: Int
        let file: Int
        let seat: Seat
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct Batch {
        /// Its connections at once; nil when only the crew's limits hold.
        let bound: Int?
        var active = 0
        var isClosed = false
    }

    private struct State {
        var governor: ConnectionGovernor
        /// Connections of all batches without a bound.
        var active = 0
        var count = 0
        var batches: [Int: Batch] = [:]
        var waiting: [Waiter] = []
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

    /// Begins a batch, behind those that are under way.
    ///
    /// - Parameter bound: how many connections it may have at once, whatever the others have.
    func join(bound: Int?) -> Int {
        state.withLock { state in
            state.count += 1
            state.batches[state.count] = Batch(bound: bound)
            return state.count
        }
    }

    /// Waits for a connection for a file; false when its batch is over.
    func wait(batch: Int, file: Int, _ seat: Seat) async -> Bool {
        let number = state.withLock { state in
            state.count += 1
            return state.count
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state -> [(Waiter, Bool)] in
                    let waiter = Waiter(
                        number: number, batch: batch, file: file, seat: seat, continuation: continuation)
                    if state.batches[batch]?.isClosed ?? true || Task.isCancelled { return [(waiter, false)] }
                    state.waiting.append(waiter)
                    return seatWaiting(&state)
                }
                resume(ready)
            }
        } onCancel: {
            resume(
                state.withLock { state in
                    guard let index = state.waiting.firstIndex(where: { $0.number == number }) else { return [] }
                    return [(state.waiting.remove(at: index), false)]
                })
        }
    }

    /// Gives a connection back.
    func leave(batch: Int) {
        resume(
            state.withLock { state in
                if state.batches[batch]?.bound == nil { state.active -= 1 }
                state.batches[batch]?.active -= 1
                return seatWaiting(&state)
            })
    }

    /// A batch is over: none of its files waits any more, and none will.
    func close(batch: Int) {
        resume(
            state.withLock { state in
                state.batches[batch]?.isClosed = true
                let ready = state.waiting.filter { $0.batch == batch }
                state.waiting.removeAll { $0.batch == batch }
                return ready.map { ($0, false) }
            })
    }

    /// A batch whose connections are all given back is gone.
    func forget(batch: Int) {
        state.withLock { $0.batches[batch] = nil }
    }

    /// Counts bytes that arrived.
    func count(_ bytes: Int, batch: Int) {
        resume(
            state.withLock { state in
                guard let entry = state.batches[batch], entry.bound == nil else { return [] }
                let isWanted = state.waiting.contains { $0.seat == .large && state.batches[$0.batch]?.bound == nil }
                guard state.governor.observe(bytes, at: MonotonicClock.now(), isWanted: isWanted) else { return [] }
                return seatWaiting(&state)
            })
    }

    /// An answer began so many seconds after it was asked for: that of a file of a batch, or to a question.
    func answered(_ seat: Seat, after latency: Double, batch: Int? = nil) {
        resume(
            state.withLock { state in
                guard batch.flatMap({ state.batches[$0]?.bound }) == nil,
                    state.governor.answered(after: latency, isLarge: seat == .large, at: MonotonicClock.now())
                else { return [] }
                return seatWaiting(&state)
            })
    }

    /// Bytes of parts: what one connection brings in the time that a part should take at least, and in a second.
    var partSizes: (least: Int64, usual: Int64) {
        state.withLock { state in
            let rate = min(1e12, state.governor.bytesPerSecond / Double(max(1, state.active)))
            return (Int64(rate * state.governor.leastPartTime), Int64(rate))
        }
    }

    /// Files and helpers that wait for a connection.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// The server is overloaded.
    func relax() {
        state.withLock { $0.governor.relax(at: MonotonicClock.now()) }
    }

    /// Those who may go now.
    private func seatWaiting(_ state: inout State) -> [(Waiter, Bool)] {
        var ready: [(Waiter, Bool)] = []
        while let index = next(state) {
            let waiter = state.waiting.remove(at: index)
            state.batches[waiter.batch]?.active += 1
            if state.batches[waiter.batch]?.bound == nil { state.active += 1 }
            ready.append((waiter, true))
        }
        return ready
    }

    /// The waiter whose turn it is; nil when none may go.
    private func next(_ state: State) -> Int? {
        let mayBeSmall = state.active < max(smallLimit, state.governor.limit)
        let mayBeLarge = state.active < state.governor.limit
        var best: (index: Int, rank: (Int, Int, Int))?
        for (index, waiter) in state.waiting.enumerated() {
            guard let batch = state.batches[waiter.batch] else { continue }
            if let bound = batch.bound {
                guard batch.active < bound else { continue }
            } else {
                guard waiter.seat == .small ? mayBeSmall : mayBeLarge else { continue }
            }
            let kind = waiter.seat == .small ? 0 : batch.active == 0 ? 1 : 2
            let rank = (kind, waiter.batch, waiter.file)
            if let best, best.rank <= rank { continue }
            best = (index, rank)
        }
        return best?.index
    }

    private func resume(_ ready: [(Waiter, Bool)]) {
        for (waiter, isSeated) in ready { waiter.continuation.resume(returning: isSeated) }
    }
}

/// One batch's part in the crew; the batch is over with this object.
final class TransferBatch: Sendable {
    private let crew: TransferCrew
    private let number: Int

    init(_ crew: TransferCrew, bound: Int?) {
        self.crew = crew
        number = crew.join(bound: bound)
    }

    deinit {
        crew.forget(batch: number)
    }

    /// Waits until a file may begin; false when the batch is over.
    func admit(file: Int, _ seat: TransferCrew.Seat) async -> Bool {
        await crew.wait(batch: number, file: file, seat)
    }

    /// Waits for a further connection for a file that has begun; false when the batch is over.
    func help(file: Int) async -> Bool {
        await crew.wait(batch: number, file: file, .large)
    }

    /// Gives a connection back.
    func leave() { crew.leave(batch: number) }

    /// Nobody waits any more.
    func close() { crew.close(batch: number) }

    /// Counts bytes that arrived.
    func count(_ bytes: Int) { crew.count(bytes, batch: number) }

    /// A file's answer began so many seconds after it was asked for.
    func answered(_ seat: TransferCrew.Seat, after latency: Double) {
        crew.answered(seat, after: latency, batch: number)
    }

    /// Bytes of parts: the least that pays, and the usual.
    var partSizes: (least: Int64, usual: Int64) { crew.partSizes }

    /// The server is overloaded.
    func relax() { crew.relax() }
}
