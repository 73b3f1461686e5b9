import CCurl
import Glibc
import Synchronization

/// libcurl's multi interface on one thread of its own: every transfer of a `Downloader` runs here.
///
/// The thread starts with the loop and ends with `stop()`; `perform` may be called from any task.
final class TransferLoop: Sendable {
    private typealias Completion = @Sendable (Result<ResponseHead, TransferError>) -> Void

    private struct Job {
        let request: TransferRequest
        let sink: any TransferSink
        let completion: Completion
    }

    private struct Commands {
        var nextIdentifier: UInt64 = 0
        var added: [(identifier: UInt64, job: Job)] = []
        var cancelled: [UInt64] = []
        var isStopping = false
        /// The multi handle is gone.
        var isFinished = false
    }

    private let library: CurlLibrary
    private let multi: MultiHandle
    private let commands = Mutex(Commands())

    /// The multi handle; only `curl_multi_wakeup` may be called on it from another thread.
    private struct MultiHandle: @unchecked Sendable {
        let pointer: UnsafeMutableRawPointer
    }

    /// Loads libcurl and starts the thread.
    init() throws(DynamicLibrary.LoadError) {
        library = try CurlLibrary()
        guard let pointer = library.multiInit() else {
            throw DynamicLibrary.LoadError(message: "libcurl: out of memory")
        }
        multi = MultiHandle(pointer: pointer)
        // Connections stay open for reuse; their number is limited by `ConnectionLimiter`.
        _ = nixlite_curl_multi_set_long(library.multiSetOption, pointer, CURLMOPT_MAXCONNECTS, 64)
        var thread = pthread_t()
        let me = Unmanaged.passRetained(self)
        let status = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<TransferLoop>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, me.toOpaque())
        guard status == 0 else {
            me.release()
            throw DynamicLibrary.LoadError(message: "cannot start a thread: \(String(cString: strerror(status)))")
        }
        pthread_detach(thread)
    }

    /// Runs one transfer to its end; cancelling the task takes it off the loop.
    func perform(_ request: TransferRequest, into sink: any TransferSink) async -> Result<ResponseHead, TransferError> {
        let identifier = commands.withLock { commands in
            commands.nextIdentifier += 1
            return commands.nextIdentifier
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let job = Job(request: request, sink: sink) { continuation.resume(returning: $0) }
                let isAccepted = commands.withLock { commands in
                    // A task cancelled earlier has run its handler already.
                    if commands.isStopping || Task.isCancelled { return false }
                    commands.added.append((identifier, job))
                    return true
                }
                if isAccepted {
                    wake()
                } else {
                    job.completion(.failure(.interrupted(request.url.redacted)))
                }
            }
        } onCancel: {
            commands.withLock { $0.cancelled.append(identifier) }
            wake()
        }
    }

    /// Ends the thread; transfers still running fail as cancelled.
    func stop() {
        commands.withLock { $0.isStopping = true }
        wake()
    }

    private func wake() {
        commands.withLock { commands in
            if !commands.isFinished { _ = library.multiWakeup(multi.pointer) }
        }
    }

    /// The thread's body.
    private func run() {
        // Signals belong to the program's own threads; a closed connection must not raise SIGPIPE here.
        var signals = sigset_t()
        sigfillset(&signals)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        var active: [UInt64: (handle: CurlEasyHandle, completion: Completion)] = [:]
        var identifiers: [UnsafeMutableRawPointer: UInt64] = [:]

        func remove(_ identifier: UInt64) -> (handle: CurlEasyHandle, completion: Completion)? {
            guard let entry = active.removeValue(forKey: identifier) else { return nil }
            identifiers[entry.handle.handle] = nil
            _ = library.multiRemove(multi.pointer, entry.handle.handle)
            return entry
        }

        while true {
            let batch = commands.withLock { commands in
                defer {
                    commands.added = []
                    commands.cancelled = []
                }
                return commands
            }
            for (identifier, job) in batch.added {
                do throws(TransferError) {
                    let handle = try CurlEasyHandle(library: library, request: job.request, sink: job.sink)
                    let code = library.multiAdd(multi.pointer, handle.handle)
                    guard code == CURLM_OK else {
                        throw TransferError(
                            code: .library, url: job.request.url.redacted, reason: "libcurl: cannot add a transfer")
                    }
                    active[identifier] = (handle, job.completion)
                    identifiers[handle.handle] = identifier
                } catch {
                    job.completion(.failure(error))
                }
            }
            for identifier in batch.isStopping ? Array(active.keys) : batch.cancelled {
                if let entry = remove(identifier) { entry.completion(entry.handle.cancelled()) }
            }
            if batch.isStopping { break }
            var running: Int32 = 0
            _ = library.multiPerform(multi.pointer, &running)
            var remaining: Int32 = 0
            while let message = library.multiInfo(multi.pointer, &remaining) {
                guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle,
                    let identifier = identifiers[easy]
                else { continue }
                let code = message.pointee.data.result
                if let entry = remove(identifier) { entry.completion(entry.handle.result(code)) }
            }
            _ = library.multiPoll(multi.pointer, nil, 0, 1000, nil)
        }
        commands.withLock { $0.isFinished = true }
        _ = library.multiCleanup(multi.pointer)
    }
}
