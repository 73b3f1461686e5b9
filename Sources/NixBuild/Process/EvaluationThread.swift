import Glibc

/// Runs work on a thread whose stack is large enough for deep evaluation.
///
/// Only pages that are touched cost memory, so the size is address space. The evaluator keeps its own depth limit; the
/// stack only has to be larger than that limit can reach.
package enum EvaluationThread {
    /// Bytes of stack: 1 GiB.
    package static let stackSize = 1 << 30

    /// Runs `body` on a new thread and waits for its result.
    package static func run<Result>(stackSize: Int = EvaluationThread.stackSize, _ body: () -> Result) -> Result {
        withoutActuallyEscaping(body) { body in
            let job = Job(body)
            let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
            pthread_attr_init(attributes)
            defer {
                pthread_attr_destroy(attributes)
                attributes.deallocate()
            }
            // A kernel with a lower limit of address space refuses a size; half of it is tried then.
            var size = stackSize
            var thread = pthread_t()
            while true {
                pthread_attr_setstacksize(attributes, size)
                let argument = Unmanaged.passRetained(job)
                let status = pthread_create(
                    &thread, attributes,
                    { argument in
                        Unmanaged<AnyJob>.fromOpaque(argument!).takeRetainedValue().perform()
                        return nil
                    }, argument.toOpaque())
                if status == 0 { break }
                argument.release()
                guard size > 8 << 20 else { return body() }
                size /= 2
            }
            pthread_join(thread, nil)
            return job.result!
        }
    }
}

/// A job without its result type, which is what a C callback can name.
private class AnyJob {
    func perform() {}
}

/// One call and, after it, its result. The thread that waits reads it only after the other has ended.
private final class Job<Result>: AnyJob {
    private let body: () -> Result
    private(set) var result: Result?

    init(_ body: @escaping () -> Result) {
        self.body = body
    }

    override func perform() { result = body() }
}
