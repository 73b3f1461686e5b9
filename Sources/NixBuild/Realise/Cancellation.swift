import Synchronization

/// A wish to stop, and what has to be told of it: builders to end, transfers to cut.
package final class Cancellation: Sendable {
    private struct State {
        var isCancelled = false
        var nextHandler = 0
        var handlers: [Int: @Sendable () -> Void] = [:]
    }
    private let state = Mutex(State())

    package init() {}

    package var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// Stops everything that is registered, and what registers later at once.
    package func cancel() {
        let handlers = state.withLock { state in
            state.isCancelled = true
            defer { state.handlers = [:] }
            return state.handlers
        }
        for handler in handlers.values { handler() }
    }

    /// Lets work begin again after what was stopped has ended.
    package func reset() { state.withLock { $0.isCancelled = false } }

    /// Runs `body`; `handler` is called when the wish comes meanwhile or was there before.
    package func withHandler<Result>(_ handler: @escaping @Sendable () -> Void, _ body: () -> Result) -> Result {
        let number: Int? = state.withLock { state in
            guard !state.isCancelled else { return nil }
            state.nextHandler += 1
            state.handlers[state.nextHandler] = handler
            return state.nextHandler
        }
        guard let number else {
            handler()
            return body()
        }
        defer { state.withLock { _ = $0.handlers.removeValue(forKey: number) } }
        return body()
    }
}
