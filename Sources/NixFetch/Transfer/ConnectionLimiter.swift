/// How many connections may be open at once, over all files and models of a `Downloader`; first come, first served.
actor ConnectionLimiter {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var head = 0

    init(_ count: Int) {
        free = max(1, count)
    }

    private func acquire() async {
        if free > 0 {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func release() {
        guard head < waiting.count else {
            free += 1
            return
        }
        let next = waiting[head]
        head += 1
        if head > 1024, head * 2 > waiting.count {
            waiting.removeFirst(head)
            head = 0
        }
        next.resume()
    }

    /// Runs a body while holding one connection.
    nonisolated func holding<Value: Sendable>(_ body: @Sendable () async -> Value) async -> Value {
        await acquire()
        let value = await body()
        await release()
        return value
    }
}
