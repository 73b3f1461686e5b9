import NixFormats
import Synchronization

/// Where the files of a batch stand, for one task that reads behind the downloads.
final class ProgressBoard: Sendable {
    /// One file, by the key of its partial file.
    struct Entry: Sendable, Equatable {
        /// Changes when the content began anew.
        var generation: Int
        /// Bytes on disk without a gap.
        var frontier: Int64
        var total: Int64?
        /// Set once the file is complete and verified.
        var sha256: NixHash?
    }

    /// An element after changes, several of which may be merged.
    ///
    /// Ends with `end()`.
    let changes: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let entries = Mutex<[String: Entry]>([:])
    private let digests = Mutex(Digests())

    /// Digests that a reader of whole files gives to those who wait for them.
    private struct Digests {
        struct Waiter {
            let number: Int
            let generation: Int
            let continuation: CheckedContinuation<NixHash?, Never>
        }
        var known: [String: (generation: Int, digest: NixHash)] = [:]
        var waiting: [String: Waiter] = [:]
        var count = 0
        /// Nobody reads any more.
        var isOver = false
    }

    /// Files that may wait for their digest at once, each with an open descriptor.
    private static let waitingLimit = 64

    init() {
        (changes, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    subscript(key: String) -> Entry? {
        get { entries.withLock { $0[key] } }
        set {
            entries.withLock { $0[key] = newValue }
            continuation.yield()
        }
    }

    /// Nothing will change any more.
    func end() {
        continuation.finish()
    }

    /// Waits for the digest of a complete file from who reads the files; nil when that one will not tell.
    ///
    /// One task waits for a file.
    func digest(of key: String, generation: Int) async -> NixHash? {
        let number = digests.withLock { digests in
            digests.count += 1
            return digests.count
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = digests.withLock { digests -> NixHash?? in
                    if let (known, digest) = digests.known[key], known == generation { return digest }
                    guard !digests.isOver, !Task.isCancelled, digests.waiting[key] == nil,
                        digests.waiting.count < Self.waitingLimit
                    else { return .some(nil) }
                    digests.waiting[key] = Digests.Waiter(
                        number: number, generation: generation, continuation: continuation)
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = digests.withLock { digests -> Digests.Waiter? in
                guard let waiter = digests.waiting[key], waiter.number == number else { return nil }
                return digests.waiting.removeValue(forKey: key)
            }
            waiter?.continuation.resume(returning: nil)
        }
    }

    /// The reader of the files has read one to its end.
    func post(_ digest: NixHash, of key: String, generation: Int) {
        let waiter = digests.withLock { digests -> Digests.Waiter? in
            digests.known[key] = (generation, digest)
            return digests.waiting.removeValue(forKey: key)
        }
        waiter?.continuation.resume(returning: waiter?.generation == generation ? digest : nil)
    }

    /// The reader of the files is done or has given up.
    func endDigests() {
        let waiting = digests.withLock { digests in
            digests.isOver = true
            defer { digests.waiting = [:] }
            return digests.waiting.values
        }
        for waiter in waiting { waiter.continuation.resume(returning: nil) }
    }
}
