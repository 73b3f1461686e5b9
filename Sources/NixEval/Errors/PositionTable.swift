internal import NixSyntax

/// Gives every byte of every parsed source one number, so that a position is a `UInt32`.
///
/// 0 is "nowhere".
final class PositionTable {
    private var sources: ContiguousArray<(base: UInt32, source: SourceFile)> = []
    private var next: UInt32 = 1
    /// Lines of the sources that were asked about, by their place in `sources`.
    private var lines: [Int: LineIndex] = [:]

    /// Room for the positions of `source`; its byte `n` has position `base + n`.
    ///
    /// Nil when 4 GiB of text are used up.
    func add(_ source: SourceFile) -> UInt32? {
        guard let count = UInt32(exactly: source.text.count), next <= .max - count - 2 else { return nil }
        let base = next
        sources.append((base, source))
        next += count + 1
        return base
    }

    func location(_ position: UInt32) -> SourceLocation? {
        index(position).map { SourceLocation(file: sources[$0].source, offset: position - sources[$0].base) }
    }

    /// One-based line and column, the column in bytes; for those who ask often.
    func lineAndColumn(_ position: UInt32) -> (line: Int, column: Int)? {
        guard let index = index(position) else { return nil }
        let known = lines[index] ?? LineIndex(sources[index].source.text)
        lines[index] = known
        return known.lineAndColumn(of: Int(position - sources[index].base))
    }

    private func index(_ position: UInt32) -> Int? {
        guard position != 0 else { return nil }
        var low = 0
        var high = sources.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if sources[middle].base <= position { low = middle } else { high = middle }
        }
        guard low < sources.count, sources[low].base <= position else { return nil }
        return low
    }
}
