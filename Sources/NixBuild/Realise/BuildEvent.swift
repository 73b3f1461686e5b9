/// What happens while derivations are built, for whoever shows it.
package enum BuildEvent: Sendable {
    /// These derivations are about to be built, dependencies first. Printed paths.
    case planned([String])
    /// The build of a derivation begins.
    case building(String)
    /// A line of a builder's output, without its end; `name` is the derivation's name.
    case logLine(name: String, line: [UInt8])
    /// A model or file is being fetched: bytes so far, of how many where that is known.
    case progress(FetchProgress)
    /// The fetch of that name is over, well or not.
    case progressEnded(name: String)
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

    package init(name: String) {
        self.name = name
    }
}

/// Receives events, from several threads at once.
package typealias BuildReporter = @Sendable (BuildEvent) -> Void
