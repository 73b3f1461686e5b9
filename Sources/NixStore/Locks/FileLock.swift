import Glibc

/// An `flock` on an open file, as Nix takes it: advisory, bound to the open file, gone when the process dies.
struct FileLock: ~Copyable, Sendable {
    enum Mode: Sendable {
        case shared, exclusive

        var operation: Int32 {
            switch self {
            case .shared: LOCK_SH
            case .exclusive: LOCK_EX
            }
        }
    }

    let descriptor: Descriptor
    let path: RealPath

    /// Opens `path`, creating it with mode 0600; takes no lock yet.
    init(path: RealPath) throws(StoreError) {
        descriptor = try Descriptor.open(path, O_RDWR | O_CREAT, mode: 0o600)
        self.path = path
    }

    /// Wraps an open file or directory; takes no lock yet.
    init(descriptor: consuming Descriptor, path: RealPath) {
        self.descriptor = descriptor
        self.path = path
    }

    /// Waits for the lock, or changes the mode of the one that is held.
    func acquire(_ mode: Mode) throws(StoreError) {
        guard retryingInterrupts({ flock(descriptor.raw, mode.operation) }) == 0 else {
            throw .system("locking", path)
        }
    }

    /// Takes the lock if nobody is in the way.
    ///
    /// - Returns: false where another open file has it.
    func tryAcquire(_ mode: Mode) throws(StoreError) -> Bool {
        if retryingInterrupts({ flock(descriptor.raw, mode.operation | LOCK_NB) }) == 0 { return true }
        if errno == EWOULDBLOCK { return false }
        throw .system("locking", path)
    }

    func release() throws(StoreError) {
        guard retryingInterrupts({ flock(descriptor.raw, LOCK_UN) }) == 0 else { throw .system("unlocking", path) }
    }

    /// True where the holder before us removed the file: it has a deletion mark, so the lock protects nothing.
    func isStale() throws(StoreError) -> Bool { try descriptor.status(path: path).st_size != 0 }

    /// Removes the file and leaves the deletion mark for those who wait on it.
    ///
    /// The lock must be held.
    func markDeleted() throws(StoreError) {
        try FileSystem.removeFile(path)
        try descriptor.write([UInt8(ascii: "d")], path: path)
    }
}
