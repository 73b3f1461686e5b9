import NixFetch
import NixFormats

/// The log of one build, and how its failure reads.
struct BuilderLog {
    /// The derivation's printed path and name, and the printed paths of its outputs.
    let derivation: String
    let name: String
    let outputs: [String]
    /// What kind of failure it is when the builder fails.
    let failureKind: BuildFailure.Kind
    let report: BuildReporter
    private var log: BuildLog
    /// Everything, for the log folder; a log that grows beyond this is cut.
    private(set) var text: [UInt8] = []
    private static let longestText = 64 << 20

    init(
        derivation: String, name: String, outputs: [String], failureKind: BuildFailure.Kind, keeping lines: Int,
        report: @escaping BuildReporter
    ) {
        self.derivation = derivation
        self.name = name
        self.outputs = outputs
        self.failureKind = failureKind
        self.report = report
        log = BuildLog(keeping: lines)
    }

    /// Takes output as it was read.
    mutating func append(_ bytes: some Collection<UInt8>) {
        if text.count < Self.longestText { text.append(contentsOf: bytes) }
        emit(log.append(bytes))
    }

    /// Ends the last line.
    mutating func finish() { emit(log.finish()) }

    /// The failure of a builder that ended like this.
    mutating func fail(reason: String) -> BuildFailure {
        finish()
        return .cannotBuild(
            derivation, reason: ["Reason: \(reason)"], outputs: outputs,
            log: log.lastLines.map { String(decoding: $0, as: UTF8.self) }, kind: failureKind)
    }

    /// The failure of a builder inside this program: its error is the end of the log.
    mutating func fail(_ message: String) -> BuildFailure {
        append(Array(("error: " + message + "\n").utf8))
        return fail(reason: "builder failed with exit code 1.")
    }

    /// The same for a fetch, with its hint.
    mutating func fail(_ error: FetchError, _ what: String? = nil) -> BuildFailure {
        if error.kind == .cancelled { return BuildFailure.interrupted }
        var message = what.map { "\($0): \(error.message)" } ?? error.message
        if let hint = error.hint { message += "\nhint: \(hint)" }
        return fail(message.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n       "))
    }

    private func emit(_ lines: [[UInt8]]) {
        for line in lines { report(.logLine(name: name, line: line)) }
    }
}
