import Glibc

/// An open file descriptor, closed when it goes out of scope.
///
/// Every descriptor is close-on-exec. The operations throw ``StoreError`` of kind `system` and name `path` in the message.
struct Descriptor: ~Copyable, Sendable {
    /// Linux's `O_PATH`, which the C library shows to GNU programs only: a handle that can be walked from, not read.
    static let handleOnly: Int32 = 0o10_000_000

    let raw: Int32

    init(raw: Int32) { self.raw = raw }

    deinit { _ = close(raw) }

    /// Opens `path`.
    static func open(_ path: RealPath, _ flags: Int32, mode: mode_t = 0) throws(StoreError) -> Descriptor {
        let raw = retryingInterrupts { path.withCString { Glibc.open($0, flags | O_CLOEXEC, mode) } }
        guard raw >= 0 else { throw .system("opening", path) }
        return Descriptor(raw: raw)
    }

    /// Opens the entry `name` of this directory.
    func open(_ name: [UInt8], _ flags: Int32, mode: mode_t = 0, path: RealPath) throws(StoreError) -> Descriptor {
        let raw = retryingInterrupts {
            withCString(name) { Glibc.openat(self.raw, $0, flags | O_CLOEXEC, mode) }
        }
        guard raw >= 0 else { throw .system("opening", path) }
        return Descriptor(raw: raw)
    }

    func status(path: RealPath) throws(StoreError) -> stat {
        var status = stat()
        guard fstat(raw, &status) == 0 else { throw .system("getting status of", path) }
        return status
    }

    /// The status of the entry `name` itself, links not followed.
    func status(of name: [UInt8], path: RealPath) throws(StoreError) -> stat {
        var status = stat()
        guard withCString(name, { fstatat(raw, $0, &status, AT_SYMLINK_NOFOLLOW) }) == 0 else {
            throw .system("getting status of", path)
        }
        return status
    }

    /// The target of the symbolic link `name`.
    func linkTarget(of name: [UInt8], path: RealPath) throws(StoreError) -> [UInt8] {
        var size = 256
        while true {
            var length = 0
            let target = [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
                length = withCString(name) { readlinkat(raw, $0, buffer.baseAddress.unsafelyUnwrapped, size) }
                initialized = max(length, 0)
            }
            guard length >= 0 else { throw .system("reading symbolic link", path) }
            if length < size { return target }
            size *= 4
        }
    }

    /// Reads into `buffer`; 0 at the end of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer, path: RealPath) throws(StoreError) -> Int {
        let count = retryingInterrupts { Glibc.read(raw, buffer.baseAddress, buffer.count) }
        guard count >= 0 else { throw .system("reading from", path) }
        return count
    }

    /// Everything from the current position to the end.
    func readAll(path: RealPath) throws(StoreError) -> [UInt8] {
        var contents: [UInt8] = []
        var size = Int(clamping: try status(path: path).st_size)
        size = min(max(size + 1, 512), 1 << 20)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = try read(into: buffer, path: path)
            if count == 0 { return contents }
            contents.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    /// Writes all of `bytes`.
    func write(_ bytes: UnsafeRawBufferPointer, path: RealPath) throws(StoreError) {
        var written = 0
        while written < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
            let count = retryingInterrupts { Glibc.write(raw, rest.baseAddress, rest.count) }
            guard count >= 0 else { throw .system("writing to", path) }
            written += count
        }
    }

    /// Writes all of `bytes`.
    func write(_ bytes: [UInt8], path: RealPath) throws(StoreError) {
        try withBytes(bytes[...]) { (raw) throws(StoreError) in try write(raw, path: path) }
    }

    /// Makes the file's data and metadata durable.
    func synchronise(path: RealPath) throws(StoreError) {
        guard fsync(raw) == 0 else { throw .system("synchronising", path) }
    }
}

/// Calls `body` with `bytes`; the array's own method does not keep the type of what `body` throws.
func withBytes<Result>(
    _ bytes: ArraySlice<UInt8>, _ body: (UnsafeRawBufferPointer) throws(StoreError) -> Result
) throws(StoreError) -> Result {
    let result: Swift.Result<Result, StoreError> = bytes.withUnsafeBytes { buffer in
        do throws(StoreError) { return .success(try body(buffer)) } catch { return .failure(error) }
    }
    return try result.get()
}

/// Calls `body` again as long as a signal interrupts it.
func retryingInterrupts<Count: FixedWidthInteger>(_ body: () -> Count) -> Count {
    while true {
        let result = body()
        if result >= 0 || errno != EINTR { return result }
    }
}

extension StoreError {
    /// The error of the system call that just failed: `opening '/x': No such file or directory`.
    static func system(_ action: String, _ path: RealPath, errno code: Int32 = errno) -> StoreError {
        StoreError(.system(code), "\(action) '\(path)': \(String(cString: strerror(code)))")
    }

    /// True for an error with this errno.
    func isSystem(_ code: Int32) -> Bool { kind == .system(code) }
}
