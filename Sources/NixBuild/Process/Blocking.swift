import Glibc
package import NixFetch
import Synchronization

/// Bridges from threads to Swift's concurrency and between threads.
package enum Blocking {
    /// Runs asynchronous work and waits for it; cancelling `cancellation` cancels its task.
    ///
    /// - Throws: what the work throws; that the process has too few file descriptors left to begin.
    package static func run<Value: Sendable>(
        _ cancellation: Cancellation, _ work: @escaping @Sendable () async throws(FetchError) -> Value
    ) throws(FetchError) -> Value {
        try readiness.get()
        let box = Mailbox<Result<Value, FetchError>>()
        let task = Task.detached {
            do throws(FetchError) { box.put(.success(try await work())) } catch { box.put(.failure(error)) }
        }
        return try cancellation.withHandler({ task.cancel() }, { box.take() }).get()
    }

    /// Whether the process had the file descriptors that Swift's concurrency needs for its first task and its first timer.
    ///
    /// Asking has them opened: later, with none left, libdispatch would end the process, or its timers would never fire.
    private static let readiness: Result<Void, FetchError> = {
        // An epoll, an eventfd and a timerfd for each of three clocks.
        var spare: [Int32] = []
        defer { for descriptor in spare { close(descriptor) } }
        while spare.count < 5 {
            let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else {
                let code = errno
                return .failure(FetchError(.file(code), "cannot begin to fetch: \(String(cString: strerror(code)))"))
            }
            spare.append(descriptor)
        }
        while let descriptor = spare.popLast() { close(descriptor) }
        let begun = Mailbox<Void>()
        Task.detached {
            try? await Task.sleep(for: .nanoseconds(1))
            begun.put(())
        }
        return .success(begun.take())
    }()

    /// Runs `body` on a new thread of the usual size.
    package static func startThread(_ body: @escaping @Sendable () -> Void) {
        let job = Unmanaged.passRetained(ThreadBody(body))
        let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
        pthread_attr_init(attributes)
        pthread_attr_setdetachstate(attributes, Int32(PTHREAD_CREATE_DETACHED))
        defer {
            pthread_attr_destroy(attributes)
            attributes.deallocate()
        }
        var thread = pthread_t()
        let status = pthread_create(
            &thread, attributes,
            { argument in
                Unmanaged<ThreadBody>.fromOpaque(argument!).takeRetainedValue().body()
                return nil
            }, job.toOpaque())
        if status != 0 {
            job.release()
            body()
        }
    }
}

private final class ThreadBody: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }
}

/// A queue that one thread waits on and others fill.
package final class Mailbox<Value: Sendable>: Sendable {
    private struct State {
        var values: [Value] = []
    }
    private let state = Mutex(State())
    private let count: Semaphore

    package init() {
        count = Semaphore()
    }

    /// Adds a value for whoever takes one.
    package func put(_ value: Value) {
        state.withLock { $0.values.append(value) }
        count.signal()
    }

    /// Waits until there is a value and removes it.
    package func take() -> Value {
        count.wait()
        return state.withLock { $0.values.removeFirst() }
    }
}

/// A POSIX semaphore that starts at zero.
private final class Semaphore: @unchecked Sendable {
    // A semaphore is made to be used from several threads, and its address never changes.
    private let storage = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() {
        sem_init(storage, 0, 0)
    }

    deinit {
        sem_destroy(storage)
        storage.deallocate()
    }

    func signal() { sem_post(storage) }

    func wait() {
        while sem_wait(storage) != 0 && errno == EINTR {}
    }
}
