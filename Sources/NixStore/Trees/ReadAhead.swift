import Glibc

/// Reads a file on a thread of its own, a few buffers ahead of its consumer.
///
/// The consumer calls ``next(path:)`` until it has the whole file and then, in any case, ``stop()``.
final class ReadAhead: @unchecked Sendable {
    private static let slotSize = 512 << 10
    private static let slotCount = 4

    private let descriptor: Int32
    private let size: UInt64
    private let memory: UnsafeMutableRawBufferPointer
    // Guarded by `mutex`: filled and taken count slots since the start, so a slot's place is its number modulo their count.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>
    private var counts = [Int](repeating: 0, count: slotCount)
    private var filled = 0
    private var taken = 0
    private var holdsSlot = false
    private var failure: Int32 = 0
    private var finished = false
    private var cancelled = false
    private var thread = pthread_t()
    private var hasThread = false

    /// - Parameters:
    ///   - descriptor: stays the caller's and must stay open until ``stop()``.
    ///   - size: bytes to read from the current position.
    init(descriptor: Int32, size: UInt64) {
        self.descriptor = descriptor
        self.size = size
        memory = .allocate(byteCount: Self.slotSize * Self.slotCount, alignment: 4096)
        mutex = .allocate(capacity: 1)
        changed = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
        let own = Unmanaged.passRetained(self)
        hasThread =
            pthread_create(
                &thread, nil,
                { argument in
                    guard let argument else { return nil }
                    Unmanaged<ReadAhead>.fromOpaque(argument).takeRetainedValue().fill()
                    return nil
                }, own.toOpaque()) == 0
        if !hasThread { own.release() }
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
        memory.deallocate()
    }

    /// The next bytes, valid until the next call; empty at the end of the file.
    func next(path: RealPath) throws(StoreError) -> UnsafeRawBufferPointer {
        guard hasThread else { return try readDirectly(path: path) }
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        if holdsSlot {
            holdsSlot = false
            taken += 1
            pthread_cond_signal(changed)
        }
        while filled == taken, !finished { pthread_cond_wait(changed, mutex) }
        if filled == taken {
            guard failure == 0 else { throw .system("reading from", path, errno: failure) }
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
        holdsSlot = true
        return UnsafeRawBufferPointer(rebasing: slot(taken)[..<counts[taken % Self.slotCount]])
    }

    /// Ends the thread and waits for it.
    func stop() {
        guard hasThread else { return }
        pthread_mutex_lock(mutex)
        cancelled = true
        pthread_cond_signal(changed)
        pthread_mutex_unlock(mutex)
        pthread_join(thread, nil)
    }

    private func slot(_ number: Int) -> UnsafeMutableRawBufferPointer {
        let start = number % Self.slotCount * Self.slotSize
        return UnsafeMutableRawBufferPointer(rebasing: memory[start..<(start + Self.slotSize)])
    }

    /// The reading thread.
    private func fill() {
        var remaining = size
        while true {
            pthread_mutex_lock(mutex)
            while filled - taken == Self.slotCount, !cancelled { pthread_cond_wait(changed, mutex) }
            let number = filled
            let stopping = cancelled
            pthread_mutex_unlock(mutex)
            if stopping { return }
            let target = slot(number)
            let wanted = Int(min(remaining, UInt64(target.count)))
            let count = wanted == 0 ? 0 : retryingInterrupts { read(descriptor, target.baseAddress, wanted) }
            let code = count < 0 ? errno : 0
            pthread_mutex_lock(mutex)
            if count > 0 {
                counts[number % Self.slotCount] = count
                filled += 1
                remaining -= UInt64(count)
            } else {
                failure = code
                finished = true
            }
            pthread_cond_signal(changed)
            pthread_mutex_unlock(mutex)
            if count <= 0 { return }
        }
    }

    /// What is left to do where no thread could be started.
    private func readDirectly(path: RealPath) throws(StoreError) -> UnsafeRawBufferPointer {
        let target = slot(0)
        let count = retryingInterrupts { read(descriptor, target.baseAddress, target.count) }
        guard count >= 0 else { throw .system("reading from", path) }
        return UnsafeRawBufferPointer(rebasing: target[..<count])
    }
}
