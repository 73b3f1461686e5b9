/// What happens while derivations are built, for whoever shows it.
package enum BuildEvent: Sendable {
    /// What is about to be done.
    case planned(PlannedWork)
    /// An object is about to be copied from a binary cache. Printed path, and the cache's name.
    case copying(String, from: String)
    /// The copying of an object is over, well or not.
    case copied(String)
    /// The build of a derivation begins.
    case building(String)
    /// The build of a derivation is over, well or not.
    case built(String)
    /// A line of a builder's output, without its end; `name` is the derivation's name.
    case logLine(name: String, line: [UInt8])
    /// A model or file is being fetched.
    case progress(FetchProgress)
    /// A request of a fetch failed and is made again after `delay` seconds.
    case retrying(name: String, file: String, reason: String, delay: Double)
    /// What a fetch found behind a branch, stage or tag.
    case identified(name: String, version: String)
    /// The fetch is over, well or not; where it stood then.
    case progressEnded(FetchProgress, succeeded: Bool)
    /// A line of the evaluation (`trace: …`), complete, without its end.
    case text([UInt8])
    /// A line without `warning: `.
    case warning(String)
    /// A line that needs no attention.
    case note(String)
    /// An error that does not end everything yet, without `error: `.
    case error(String)
}

/// How far one fetch is.
package struct FetchProgress: Sendable, Equatable {
    /// The derivation's name.
    package var name: String
    package var filesDone = 0
    /// 0 until it is known.
    package var filesExpected = 0
    package var bytesDone: Int64 = 0
    /// Nil until it is known.
    package var bytesExpected: Int64?
    /// Of the bytes done, those that an earlier run left.
    package var bytesResumed: Int64 = 0
    /// Requests that were made again.
    package var retries = 0
    /// Requests under way.
    package var connections = 0
    /// The files in flight, in the order in which they began.
    package var files: [File] = []

    /// A file in flight.
    package struct File: Sendable, Equatable {
        package var name: String
        package var bytesDone: Int64
        /// Nil until it is known.
        package var bytesExpected: Int64?
        /// Why its next request waits; nil while bytes arrive.
        package var trouble: String?

        package init(name: String, bytesDone: Int64 = 0, bytesExpected: Int64? = nil, trouble: String? = nil) {
            self.name = name
            self.bytesDone = bytesDone
            self.bytesExpected = bytesExpected
            self.trouble = trouble
        }
    }

    package init(name: String) {
        self.name = name
    }
}

/// Receives events, from several threads at once.
package typealias BuildReporter = @Sendable (BuildEvent) -> Void
