import Synchronization

/// How many connections may be open at once, over all files and models of a `Downloader`.
///
/// First come, first served, but questions (of lists, revisions, places) before files, whose parts they lead to.
final class ConnectionLimiter: Sendable {
    private struct State {
        var free: Int
        var questions: [CheckedContinuation<Void, Never>] = []
        var files: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(_ count: Int) {
        state = Mutex(State(free: max(1, count)))
    }

    private func acquire(isFile: Bool) async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                if isFile { state.files.append(continuation) } else { state.questions.append(continuation) }
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func release() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if !state.questions.isEmpty { return state.questions.removeFirst() }
            if !state.files.isEmpty { return state.files.removeFirst() }
            state.free += 1
            return nil
        }
        next?.resume()
    }

    /// Runs a body while holding one connection.
    ///
    /// - Parameter isFile: whether it is for a file's content.
    func holding<Value: Sendable>(isFile: Bool, _ body: @Sendable () async -> Value) async -> Value {
        await acquire(isFile: isFile)
        let value = await body()
        release()
        return value
    }
}
