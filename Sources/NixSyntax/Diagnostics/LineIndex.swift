/// Where the lines of a text start, for those who ask for many positions in one file.
package struct LineIndex: Sendable {
    /// Byte offset of the first byte of each line; the first is 0.
    private let starts: ContiguousArray<UInt32>

    package init(_ text: UnsafeBufferPointer<UInt8>) {
        var starts: ContiguousArray<UInt32> = [0]
        var offset = 0
        while let next = Self.nextLine(in: text, after: &offset) { starts.append(UInt32(truncatingIfNeeded: next)) }
        self.starts = starts
    }

    /// One-based line and column of a byte offset, the column in bytes.
    package func lineAndColumn(of offset: Int) -> (line: Int, column: Int) {
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if Int(starts[middle]) <= offset { low = middle } else { high = middle }
        }
        return (low + 1, offset - Int(starts[low]) + 1)
    }

    /// As the method, for a single question: scans up to the offset.
    static func lineAndColumn(of offset: Int, in text: UnsafeBufferPointer<UInt8>) -> (line: Int, column: Int) {
        var line = 1
        var start = 0
        var cursor = 0
        while cursor < offset, let next = nextLine(in: text, after: &cursor), next <= offset {
            line += 1
            start = next
        }
        return (line, offset - start + 1)
    }

    /// Moves the cursor behind the next LF, CR LF or CR; nil where none is left.
    static func nextLine(in text: UnsafeBufferPointer<UInt8>, after cursor: inout Int) -> Int? {
        cursor = endOfLine(in: text, from: cursor)
        guard cursor < text.count else { return nil }
        let isCarriageReturn = text[cursor] == UInt8(ascii: "\r")
        cursor += 1
        if isCarriageReturn, cursor < text.count, text[cursor] == UInt8(ascii: "\n") { cursor += 1 }
        return cursor
    }

    /// The offset of the next CR or LF, or the end of the text.
    static func endOfLine(in text: UnsafeBufferPointer<UInt8>, from offset: Int) -> Int {
        var offset = offset
        while offset < text.count, text[offset] != UInt8(ascii: "\n"), text[offset] != UInt8(ascii: "\r") {
            offset += 1
        }
        return offset
    }
}
