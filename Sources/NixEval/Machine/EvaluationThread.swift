import CStack

#if canImport(Glibc)
    import Glibc
#endif

/// Runs evaluation on a thread of its own with a large stack, of which only the touched pages cost memory.
package enum EvaluationThread {
    /// 1 GiB.
    package static let stackBytes = 1 << 30

    private final class Job {
        let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
    }

    /// Runs `body` on a new thread and waits for it.
    ///
    /// The calling thread sleeps meanwhile.
    package static func run<T>(_ body: () -> T) -> T {
        withoutActuallyEscaping(body) { body in
            var result: T?
            let job = Job { result = body() }
            var attributes = pthread_attr_t()
            pthread_attr_init(&attributes)
            var size = stackBytes
            var thread = pthread_t()
            let argument = Unmanaged.passRetained(job).toOpaque()
            // An address-space limit may not leave room for the whole; a smaller stack only lowers the depth limit.
            while true {
                pthread_attr_setstacksize(&attributes, size)
                let status = pthread_create(&thread, &attributes, EvaluationThread.start, argument)
                if status == 0 { break }
                size /= 2
                precondition(size >= 1 << 20, "no thread could be started")
            }
            pthread_attr_destroy(&attributes)
            pthread_join(thread, nil)
            return result!
        }
    }

    private static let start: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        let job = Unmanaged<Job>.fromOpaque(argument!).takeRetainedValue()
        job.body()
        return nil
    }

    /// Lowest and highest address of the calling thread's stack.
    static func bounds() -> (low: UInt, high: UInt) {
        var low: UInt = 0
        var high: UInt = 0
        nixlite_stack_bounds(&low, &high)
        return (low, high)
    }
}
