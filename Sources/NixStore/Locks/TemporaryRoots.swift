import Glibc
import Synchronization

/// This process's temporary roots: paths that a collector must keep although nothing refers to them yet.
///
/// They are written, each with a final NUL, to `temproots/<pid>`, which the process keeps locked; a collector ignores and
/// removes files that it can lock. While a collector runs it holds `gc.lock` exclusively; it is then told over `gc-socket/socket`,
/// and answers once the path is safe.
final class TemporaryRoots: Sendable {
    private struct State: ~Copyable {
        var file: FileLock?
        var collectorLock: FileLock?
        var collector: Descriptor?
    }

    private let directory: RealPath
    private let collectorLockPath: RealPath
    private let socketPath: RealPath
    private let state = Mutex(State())

    /// - Parameter stateDirectory: the store's state folder (`…/var/nix`).
    init(stateDirectory: RealPath) {
        directory = stateDirectory.appending("temproots")
        collectorLockPath = stateDirectory.appending("gc.lock")
        socketPath = stateDirectory.appending("gc-socket/socket")
    }

    deinit {
        state.withLock { state in
            guard let path = state.file?.path else { return }
            _ = path.withCString { unlink($0) }
        }
    }

    /// Protects `paths` (full logical paths) until this object goes.
    func add(_ paths: [[UInt8]]) throws(StoreError) {
        if paths.isEmpty { return }
        let outcome = state.withLock { state -> Result<Void, StoreError> in
            do throws(StoreError) {
                try prepare(&state)
                var attempts = 0
                while true {
                    // A collector opens its socket right after taking the lock; one without a socket is waited for.
                    var isFree = attempts == 3
                    if isFree {
                        try state.collectorLock?.acquire(.shared)
                    } else {
                        isFree = try state.collectorLock?.tryAcquire(.shared) == true
                    }
                    if isFree {
                        try append(paths, to: &state)
                        try state.collectorLock?.release()
                        return .success(())
                    }
                    if try announce(paths, &state) {
                        try append(paths, to: &state)
                        return .success(())
                    }
                    attempts += 1
                }
            } catch {
                return .failure(error)
            }
        }
        try outcome.get()
    }

    private func append(_ paths: [[UInt8]], to state: inout State) throws(StoreError) {
        var contents: [UInt8] = []
        for path in paths {
            contents += path
            contents.append(0)
        }
        try state.file?.descriptor.write(contents, path: directory)
    }

    /// Opens and locks the roots file and opens the collector's lock.
    private func prepare(_ state: inout State) throws(StoreError) {
        if state.collectorLock == nil { state.collectorLock = try FileLock(path: collectorLockPath) }
        if state.file == nil { state.file = try openRootsFile() }
    }

    private func openRootsFile() throws(StoreError) -> FileLock {
        var attempt = 1
        while true {
            // A second store object of this process needs a file of its own; readers take the number before the dash.
            let name = attempt == 1 ? "\(getpid())" : "\(getpid())-\(attempt)"
            let file = try FileLock(path: directory.appending(name))
            if try !file.tryAcquire(.exclusive) {
                attempt += 1
                continue
            }
            let status = try file.descriptor.status(path: file.path)
            // A collector removed it between open and lock.
            if status.st_nlink == 0 { continue }
            if status.st_size == 0 { return file }
            // Left by a dead process with our number.
            try FileSystem.removeFile(file.path)
        }
    }

    /// Tells the running collector about `paths`.
    ///
    /// - Returns: false where it has gone meanwhile and the lock should be tried again.
    private func announce(_ paths: [[UInt8]], _ state: inout State) throws(StoreError) -> Bool {
        if state.collector == nil {
            state.collector = try UnixSocket.connect(socketPath)
            if state.collector == nil {
                usleep(3000)
                return false
            }
        }
        for path in paths {
            let acknowledged = try UnixSocket.exchange(path + [UInt8(ascii: "\n")], over: state.collector?.raw ?? -1)
            if !acknowledged {
                state.collector = nil
                return false
            }
        }
        return true
    }
}
