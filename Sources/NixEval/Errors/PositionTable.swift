internal import NixSyntax

/// Gives every byte of every parsed source one number, so that a position is a `UInt32`.
///
/// 0 is "nowhere".
final class PositionTable {
    private var sources: ContiguousArray<(base: UInt32, source: SourceFile)> = []
    private var next: UInt32 = 1

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
        guard position != 0 else { return nil }
        var low = 0
        var high = sources.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if sources[middle].base <= position { low = middle } else { high = middle }
        }
        guard low < sources.count, sources[low].base <= position else { return nil }
        return SourceLocation(file: sources[low].source, offset: position - sources[low].base)
    }
}
