/// What happens during a fetch, for progress bars and logs.
package enum FetchEvent: Sendable, Equatable {
    /// The list of files is known: how many, and the sum of their sizes in bytes (nil when a server does not tell).
    case planned(files: Int, bytes: Int64?)
    /// A file begins; `expected` bytes when known, `resumed` of them already on disk from an earlier run.
    case started(file: String, expected: Int64?, resumed: Int64)
    /// `done` bytes of a file are on disk (monotonic unless the file had to be restarted from zero), of `expected` when
    /// its server told by now.
    case advanced(file: String, done: Int64, expected: Int64?)
    /// So many requests of the fetch are under way.
    case connections(Int)
    /// A file is complete and verified.
    case finished(file: String, bytes: Int64)
    /// A request failed and is tried again after `delay` seconds.
    case retrying(file: String, reason: String, delay: Double)
    /// What stands behind a branch, stage or tag: a commit, a version, a digest.
    case identified(String)
    /// Something the user should read once (a license note, a fallback taken).
    case note(String)
}

/// Receives the events of one model or one URL.
///
/// Called from several threads, and must return quickly.
package protocol FetchObserver: Sendable {
    /// Takes one event.
    func observe(_ event: FetchEvent)
}

/// An observer for callers that want no progress.
package struct SilentObserver: FetchObserver {
    package init() {}
    package func observe(_ event: FetchEvent) {}
}
