/// The output of one builder: whole lines as they come, the last of them kept for the report of a failure.
package struct BuildLog: Sendable {
    /// How many lines the report of a failure shows.
    package let limit: Int
    private var recent: [[UInt8]] = []
    private var first = 0
    private var partial: [UInt8] = []
    /// A line longer than this is broken, so that a builder cannot take all memory.
    private static let longestLine = 1 << 20

    package init(keeping limit: Int = 25) {
        self.limit = limit
    }

    /// Takes bytes as they were read and returns the lines that became complete, without their ends.
    package mutating func append(_ bytes: some Sequence<UInt8>) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\n"): finishLine(into: &lines)
            // A carriage return starts the line again, as progress bars do.
            case UInt8(ascii: "\r"): partial.removeAll(keepingCapacity: true)
            default:
                partial.append(byte)
                if partial.count >= Self.longestLine { finishLine(into: &lines) }
            }
        }
        return lines
    }

    /// Ends the log; a last line without a newline counts.
    package mutating func finish() -> [[UInt8]] {
        var lines: [[UInt8]] = []
        if !partial.isEmpty { finishLine(into: &lines) }
        return lines
    }

    /// The last lines, oldest first.
    package var lastLines: [[UInt8]] {
        guard recent.count == limit else { return recent }
        return Array(recent[first...] + recent[..<first])
    }

    private mutating func finishLine(into lines: inout [[UInt8]]) {
        lines.append(partial)
        if limit > 0 {
            if recent.count < limit {
                recent.append(partial)
            } else {
                recent[first] = partial
                first = (first + 1) % limit
            }
        }
        partial = []
    }
}
