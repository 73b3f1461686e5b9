import CFallocate
import Glibc
import NixFormats
import Synchronization

/// A file on its way: `<key>.part` and its sidecar `<key>.part.json` in a directory of partial files.
///
/// Holds an exclusive lock on the partial file, so that two processes that fetch the same thing take turns; the second
/// goes on with what the first left. Several transfers write into it at once, each its own range. A *generation* ends
/// whenever the content has to begin anew (the server has another version, or ignores ranges); transfers of an older
/// generation are refused.
final class PartialFile: Sendable {
    /// What is known and on disk.
    struct State: Sendable {
        var generation = 0
        var total: Int64?
        var validators = Validators()
        var written = ByteRanges()
        /// What transfers are working on, by the number of the claim.
        var claims: [Int: PartClaim] = [:]
        var claimCount = 0
        /// The server was seen to answer ranges.
        var hasRanges = false
        /// The server gives whole files only: one transfer, from the start.
        var isSequential = false
        /// The server compresses its answers although that was not asked for.
        var isEncodedOnTheWay = false
        /// The digest that the server tells of its whole file.
        var promised: NixHash?
        /// Where the bytes came from after redirects.
        var finalURL: String?
        /// How often the content began anew.
        var restarts = 0

        /// Starts a new generation: all bytes count as absent, older transfers are refused.
        mutating func begin(validators: Validators, total: Int64?) {
            generation += 1
            restarts += 1
            self.validators = validators
            self.total = total
            promised = nil
            written = ByteRanges()
            claims = [:]
        }

        /// Counts bytes as absent that turned out to be wrong: who has read them begins anew, other transfers go on.
        mutating func retract(_ ranges: [Range<Int64>]) {
            guard !ranges.isEmpty else { return }
            generation += 1
            for range in ranges { written.remove(range) }
        }

        /// The first offset at or after `start` that is there or being fetched, `claim` itself left out.
        func firstTaken(from start: Int64, besides claim: Int) -> Int64 {
            var taken = written
            for (number, other) in claims where number != claim { taken.insert(other.range) }
            for range in taken.ranges where range.upperBound > start { return max(start, range.lowerBound) }
            return .max
        }
    }

    let descriptor: Descriptor
    let name: String
    let state: Mutex<State>
    /// Bytes that were there from an earlier run.
    let resumed: Int64
    /// Whether the file was not empty when it was opened.
    let isOld: Bool
    private let directory: Descriptor
    private let isDigestKnown: Bool
    private let sidecar = Mutex<Sidecar?>(nil)

    /// The open sidecar, and how long it is.
    private struct Sidecar {
        let file: Descriptor
        let boot: String
        var length: Int
    }

    /// Opens (or makes) and locks a partial file, waiting for another process that has it.
    ///
    /// - Parameters:
    ///   - total: the size in bytes when known beforehand; a sidecar that disagrees is dropped.
    ///   - isDigestKnown: the final digest decides, so that a record of an earlier boot may be believed.
    ///   - waits: called once when another process has the file.
    init(
        key: String, in directory: DirectoryTree, total: Int64?, isDigestKnown: Bool, waits: () -> Void = {}
    ) async throws(FetchError) {
        name = key + ".part"
        self.directory = directory.root
        self.isDigestKnown = isDigestKnown
        do {
            let size: Int64
            (descriptor, size) = try await Self.openLocked(name, in: directory, waits)
            isOld = size > 0
            var state = State()
            state.total = total
            if size > 0, let record = Self.record(name, in: directory),
                record.total == nil || size <= record.total ?? 0,
                total == nil || record.total == nil || record.total == total,
                isDigestKnown || !record.boot.isEmpty && record.boot == PartialRecord.currentBoot(),
                isDigestKnown || record.validators.ifRange != nil, (record.written.ranges.last?.upperBound ?? 0) <= size
            {
                state.total = total ?? record.total
                state.validators = record.validators
                state.written = record.written
            } else if isDigestKnown, size > 0, size == total, !Self.hasRecord(name, in: directory) {
                // A small file has no record; its digest tells whether it is whole.
                state.written.insert(0..<size)
            } else if size > 0 {
                try FileAccess.call("truncate", name) { [descriptor] in ftruncate(descriptor.number, 0) }
            }
            resumed = state.written.count
            self.state = Mutex(state)
        } catch let error as FileAccess.Failure {
            throw error.fetchError
        } catch let error as FetchError {
            throw error
        } catch {
            throw FetchError.interrupted
        }
    }

    private static func openLocked(
        _ name: String, in directory: DirectoryTree, _ waits: () -> Void
    ) async throws -> (file: Descriptor, size: Int64) {
        var hasTold = false
        while true {
            let file = Descriptor(
                try FileAccess.call("open", "\(directory.path)/\(name)") {
                    openat(directory.root.number, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
                })
            while flock(file.number, LOCK_EX | LOCK_NB) != 0 {
                // A file system without locks: two processes may waste each other's bytes, the digest decides.
                guard errno == EWOULDBLOCK || errno == EINTR else {
                    return (file, Int64(try FileAccess.status(file).st_size))
                }
                if !hasTold { waits() }
                hasTold = true
                try await Task.sleep(for: .milliseconds(100))
            }
            // The one who had it may have moved it away: then begin with a new file.
            var status = stat()
            let own = try FileAccess.status(file)
            if fstatat(directory.root.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0, status.st_ino == own.st_ino {
                return (file, Int64(own.st_size))
            }
        }
    }

    private static func hasRecord(_ name: String, in directory: DirectoryTree) -> Bool {
        faccessat(directory.root.number, name + ".json", F_OK, AT_SYMLINK_NOFOLLOW) == 0
    }

    private static func record(_ name: String, in directory: DirectoryTree) -> PartialRecord? {
        guard let bytes = try? FileAccess.readWhole("\(directory.path)/\(name).json", limit: 1 << 20) else {
            return nil
        }
        return PartialRecord(parsing: bytes)
    }

    /// Whether a file has a sidecar: a small one of known digest has none, which would cost more than the file.
    static func isRecorded(size: Int64?, isDigestKnown: Bool) -> Bool {
        !isDigestKnown || size ?? .max >= 256 << 10
    }

    /// Writes the sidecar for what is on disk now; called by one task at a time.
    ///
    /// One write in place, blanks up to the former length included: a killed process leaves the old text or the new one.
    func checkpoint(isLast: Bool = false) throws(FileAccess.Failure) {
        guard Self.isRecorded(size: state.withLock { $0.total }, isDigestKnown: isDigestKnown) else { return }
        let problem: Result<Void, FileAccess.Failure> = sidecar.withLock { sidecar in
            do throws(FileAccess.Failure) {
                var open: Sidecar
                if let sidecar { open = sidecar } else { open = try openSidecar() }
                var record = PartialRecord(boot: open.boot)
                state.withLock { state in
                    record.total = state.total
                    record.validators = state.validators
                    record.written = state.written
                }
                var bytes = record.bytes
                let blanks = max(open.length, 512) - bytes.count
                if blanks > 0 { bytes += [UInt8](repeating: UInt8(ascii: " "), count: blanks) }
                open.length = bytes.count
                sidecar = isLast ? nil : open
                let number = bytes.withUnsafeBytes { FileAccess.writeAll(open.file.number, $0, at: 0) }
                if let number { throw FileAccess.Failure(number: number, action: "write", path: name + ".json") }
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try problem.get()
    }

    /// The sidecar of an earlier run, or a new one.
    private func openSidecar() throws(FileAccess.Failure) -> Sidecar {
        let name = name + ".json"
        let file = Descriptor(
            try FileAccess.call("create", name) {
                openat(directory.number, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
            })
        return Sidecar(
            file: file, boot: PartialRecord.currentBoot(), length: Int(try FileAccess.status(file).st_size))
    }

    /// Takes the blocks of the whole file from the file system, which then need not be looked for piece by piece.
    ///
    /// - Returns: `ENOSPC` or `EDQUOT` when they are not to be had; a file system that cannot reserve is no error.
    func reserve(_ size: Int64) -> Int32? {
        guard size >= 1 << 20 else { return nil }
        let number = nixlite_reserve(descriptor.number, Int(size))
        return number == ENOSPC || number == EDQUOT ? number : nil
    }

    /// Throws away all bytes: a new generation, when no transfer is running.
    func restart(total: Int64?) throws(FileAccess.Failure) {
        state.withLock { $0.begin(validators: Validators(), total: total) }
        try FileAccess.call("truncate", name) { ftruncate(descriptor.number, 0) }
        sidecar.withLock { $0 = nil }
        _ = unlinkat(directory.number, name + ".json", 0)
    }

    /// Moves a finished file to its place, mode 0444, and removes the sidecar, if it may have one.
    ///
    /// Both directories must lie on one file system. `ENOENT` means that another process took the file.
    static func publish(
        key: String, in directory: DirectoryTree, to target: Descriptor, as finalName: String, isRecorded: Bool = true
    ) throws(FileAccess.Failure) {
        let name = key + ".part"
        let file = Descriptor(
            try FileAccess.call("open", "\(directory.path)/\(name)") {
                openat(directory.root.number, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
            })
        try FileAccess.call("set the mode of", name) { fchmod(file.number, 0o444) }
        try FileAccess.call("rename", finalName) {
            renameat(directory.root.number, name, target.number, finalName)
        }
        if isRecorded { _ = unlinkat(directory.root.number, name + ".json", 0) }
    }

    /// Removes the partial file and its sidecar.
    func discard() {
        _ = unlinkat(directory.number, name, 0)
        _ = unlinkat(directory.number, name + ".json", 0)
    }
}

/// What one transfer is to fetch: others may take its end away while it runs, and it may go on into what nobody took.
struct PartClaim: Sendable {
    /// The next offset to be written.
    var next: Int64
    /// Where it stops; `Int64.max` while the size is unknown.
    var end: Int64

    var range: Range<Int64> { next..<max(next, end) }
}
