import Glibc

/// System calls on files, with errno as a typed error.
enum FileAccess {
    /// A failed system call: what was tried, on which path.
    struct Failure: Error, Equatable {
        let number: Int32
        let action: String
        let path: String

        /// The failure for callers of this module.
        var fetchError: FetchError {
            FetchError(.file(number), "cannot \(action) '\(path.printable)': \(String(cString: strerror(number)))")
        }
    }

    /// Repeats a call that a signal interrupted; throws its errno when it returns -1.
    @discardableResult
    static func call<Value: SignedInteger>(
        _ action: String, _ path: String, _ body: () -> Value
    ) throws(Failure) -> Value {
        while true {
            let result = body()
            if result != -1 { return result }
            guard errno == EINTR else { throw Failure(number: errno, action: action, path: path) }
        }
    }

    /// A whole regular file of at most `limit` bytes.
    static func readWhole(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
        let descriptor = Descriptor(try call("open", path) { open(path, O_RDONLY | O_CLOEXEC) })
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = try call("read", path) { read(descriptor.number, &buffer, buffer.count) }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            if bytes.count > limit { throw Failure(number: EFBIG, action: "read", path: path) }
        }
    }

    /// Writes all bytes at an offset.
    static func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int64) -> Int32? {
        var done = 0
        while done < bytes.count {
            let count = pwrite(
                descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset) + off_t(done))
            if count < 0 {
                if errno == EINTR { continue }
                return errno
            }
            done += count
        }
        return nil
    }

    /// Replaces a small file: a new one beside it, then a rename.
    static func replace(_ name: String, in directory: Descriptor, with bytes: [UInt8]) throws(Failure) {
        let temporary = name + ".new"
        _ = unlinkat(directory.number, temporary, 0)
        let file = Descriptor(
            try call("create", temporary) {
                openat(directory.number, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
            })
        let problem = bytes.withUnsafeBytes { writeAll(file.number, $0, at: 0) }
        if let problem { throw Failure(number: problem, action: "write", path: temporary) }
        try call("rename", temporary) { renameat(directory.number, temporary, directory.number, name) }
    }

    static func freeBytes(_ descriptor: Descriptor) -> Int64? { FreeSpace.bytes(descriptor.number) }

    /// Size and other metadata.
    static func status(_ descriptor: Descriptor) throws(Failure) -> stat {
        var status = stat()
        try call("stat", "file") { fstat(descriptor.number, &status) }
        return status
    }
}

/// An open file descriptor, closed with the object.
final class Descriptor: Sendable {
    let number: Int32

    init(_ number: Int32) {
        self.number = number
    }

    deinit {
        close(number)
    }
}
