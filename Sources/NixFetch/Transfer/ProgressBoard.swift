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
}
