import NixSyntax

/// Prints an evaluation error as Nix does: frames outermost first, then the message, its place, suggestions.
struct ErrorRenderer {
    let error: EvaluationError
    let positions: PositionTable
    /// All frames; otherwise those up to Nix's limit, a frame with a place counting twice.
    let showsTrace: Bool

    private var body: [UInt8] = []
    private var count = 0

    init(error: EvaluationError, positions: PositionTable, showsTrace: Bool) {
        self.error = error
        self.positions = positions
        self.showsTrace = showsTrace
    }

    /// The report, ended by a line break.
    static func render(_ error: EvaluationError, _ positions: PositionTable, showsTrace: Bool) -> [UInt8] {
        var renderer = ErrorRenderer(error: error, positions: positions, showsTrace: showsTrace)
        return DiagnosticRenderer.indented(renderer.text(), prefix: "error: ") + [UInt8(ascii: "\n")]
    }

    private mutating func text() -> [UInt8] {
        if !error.frames.isEmpty {
            appendFrames()
            append("\nerror: ")
        }
        body.append(contentsOf: error.message)
        append("\n")
        if let location = error.location ?? positions.location(error.position) {
            body.append(contentsOf: DiagnosticRenderer.place(location))
        }
        if !error.suggestions.isEmpty { append(Suggestions.sentence(error.suggestions) + "\n") }
        return body
    }

    private mutating func append(_ text: String) { body.append(contentsOf: text.utf8) }

    private struct FrameKey: Hashable {
        var text: String
        var position: UInt32
    }

    private mutating func appendFrames() {
        var seen: Set<FrameKey> = []
        var skipped: [EvaluationError.Frame] = []
        var isTruncated = false
        for frame in error.frames.reversed() where !frame.text.isEmpty {
            if !showsTrace, count > 3 { isTruncated = true }
            if isTruncated, !frame.isAlwaysShown { continue }
            let key = FrameKey(text: frame.text, position: frame.position)
            if seen.contains(key) {
                skipped.append(frame)
                continue
            }
            seen.insert(key)
            flush(&skipped, &seen)
            count += 1
            append(frame)
        }
        flush(&skipped, &seen)
        if isTruncated {
            append("\n(stack trace truncated; use '--show-trace' to show the full, detailed trace)\n")
        }
    }

    private mutating func append(_ frame: EvaluationError.Frame) {
        append("\n… \(frame.text)\n")
        if let location = positions.location(frame.position) {
            body.append(contentsOf: DiagnosticRenderer.place(location, indentation: "  "))
            count += 1
        }
    }

    /// A few repeated frames are printed, many are counted.
    private mutating func flush(_ skipped: inout [EvaluationError.Frame], _ seen: inout Set<FrameKey>) {
        if skipped.count > 5 {
            append("\n(\(skipped.count) duplicate frames omitted)\n")
        } else {
            for frame in skipped { append(frame) }
        }
        skipped.removeAll()
    }
}
