import Synchronization

/// Counts the requests of one fetch that are under way, and tells the fetch's observer.
final class ConnectionMeter: Sendable {
    private let count = Mutex(0)
    private let observer: any FetchObserver

    init(_ observer: any FetchObserver) {
        self.observer = observer
    }

    /// Runs a request.
    func counting<Value: Sendable>(_ body: @Sendable () async -> Value) async -> Value {
        change(by: 1)
        let value = await body()
        change(by: -1)
        return value
    }

    private func change(by difference: Int) {
        // Told under the lock, so that the last word is the right one.
        count.withLock { count in
            count += difference
            observer.observe(.connections(count))
        }
    }
}
