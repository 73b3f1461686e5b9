/// What an indented string consists of before its indentation is stripped.
struct IndentedPiece {
    enum Content {
        /// Source text as written, between two offsets: the only kind whose spaces can be indentation.
        case text(Int, Int)
        /// An escaped byte, once or twice.
        case escape(UInt8, count: Int)
        case expression(NodeIndex)
    }
    let content: Content
    let position: Int
}

extension Parser {
    /// A `''…''` string, from its opening quotes (with the rest of their line, if blank) on.
    mutating func parseIndentedString() throws(SyntaxError) -> NodeIndex {
        let position = lexer.start
        var offset = lexer.end
        let base = pieceStack.count
        while true {
            let end = endOfIndentedText(offset)
            if end > offset {
                if lexer.slice(offset, end).contains(0) { throw nullByte(in: lexer.slice(offset, end), at: offset) }
                pieceStack.append(IndentedPiece(content: .text(offset, end), position: offset))
                offset = end
            }
            guard offset < lexer.count else {
                throw error(
                    "syntax error, unexpected end of file, "
                        + "expecting indented string or '${' or end of an indented string", at: lexer.count)
            }
            if lexer.byte(offset) == UInt8(ascii: "$") {
                if lexer.byte(offset + 1) == UInt8(ascii: "{") {
                    let start = offset
                    offset = try parseInterpolation(at: offset)
                    let node = partStack.removeLast().node
                    pieceStack.append(IndentedPiece(content: .expression(node), position: start))
                } else {
                    pieceStack.append(IndentedPiece(content: .escape(UInt8(ascii: "$"), count: 1), position: offset))
                    offset += 1
                }
                continue
            }
            guard lexer.byte(offset + 1) == UInt8(ascii: "'") else {
                pieceStack.append(IndentedPiece(content: .escape(UInt8(ascii: "'"), count: 1), position: offset))
                offset += 1
                continue
            }
            let third = lexer.byte(offset + 2)
            if third == UInt8(ascii: "$") {
                pieceStack.append(IndentedPiece(content: .escape(third, count: 1), position: offset))
                offset += 3
            } else if third == UInt8(ascii: "'") {
                pieceStack.append(IndentedPiece(content: .escape(third, count: 2), position: offset))
                offset += 3
            } else if third == UInt8(ascii: "\\"), offset + 3 < lexer.count {
                let escaped = Self.unescaped(lexer.byte(offset + 3))
                pieceStack.append(IndentedPiece(content: .escape(escaped, count: 1), position: offset))
                offset += 4
            } else {
                break
            }
        }
        lexer.move(to: offset + 2)
        advance()
        let node = strip(base, at: position)
        pieceStack.truncate(to: base)
        return node
    }

    /// The end of the plain text from an offset on.
    ///
    /// A dollar or a quote takes the byte after it along, unless the two could begin something.
    private mutating func endOfIndentedText(_ from: Int) -> Int {
        var offset = from
        while offset < lexer.count {
            let byte = lexer.byte(offset)
            if byte != UInt8(ascii: "$") && byte != UInt8(ascii: "'") {
                offset += 1
                continue
            }
            guard offset + 1 < lexer.count else { return offset }
            let next = lexer.byte(offset + 1)
            if next == UInt8(ascii: "'") || next == (byte == UInt8(ascii: "$") ? UInt8(ascii: "{") : UInt8(ascii: "$"))
            {
                return offset
            }
            offset += 2
        }
        return offset
    }

    /// The smallest number of spaces that a line with anything else on it starts with.
    private mutating func indentation(of pieces: UnsafeMutableBufferPointer<IndentedPiece>) -> Int {
        var smallest = 1_000_000
        var current = 0
        var isAtLineStart = true
        for piece in pieces {
            guard case .text(let from, let to) = piece.content else {
                if isAtLineStart {
                    isAtLineStart = false
                    smallest = min(smallest, current)
                }
                continue
            }
            for offset in from..<to {
                let byte = lexer.byte(offset)
                if byte == UInt8(ascii: "\n") {
                    isAtLineStart = true
                    current = 0
                } else if isAtLineStart {
                    if byte == UInt8(ascii: " ") {
                        current += 1
                    } else {
                        isAtLineStart = false
                        smallest = min(smallest, current)
                    }
                }
            }
        }
        return smallest
    }

    /// Takes the common indentation off the pieces above `pieceBase` and makes the node.
    private mutating func strip(_ pieceBase: Int, at position: Int) -> NodeIndex {
        // Nothing is pushed onto the stack of pieces here.
        let pieces = pieceStack.elements(from: pieceBase)
        var stripper = IndentationStripper(width: indentation(of: pieces))
        let base = partStack.count
        for (index, piece) in pieces.enumerated() {
            let start = tree.bytes.count
            switch piece.content {
            case .expression(let node):
                stripper.meetExpression()
                partStack.append(StringPart(node: node, position: UInt32(truncatingIfNeeded: piece.position)))
                continue
            case .text(let from, let to):
                stripper.append(lexer.slice(from, to), to: &tree.bytes)
            case .escape(let byte, let count):
                for _ in 0..<count { stripper.append(byte, to: &tree.bytes) }
            }
            if index == pieces.count - 1 { Self.dropBlankLastLine(of: &tree.bytes, from: start) }
            let count = tree.bytes.count - start
            if count == 0 { continue }
            let part = add(
                .string, at: piece.position, a: Int32(truncatingIfNeeded: start), b: Int32(truncatingIfNeeded: count))
            partStack.append(StringPart(node: part, position: UInt32(truncatingIfNeeded: piece.position)))
        }
        if partStack.count == base {
            return add(.string, at: position, a: Int32(truncatingIfNeeded: tree.bytes.count), b: 0)
        }
        // One string is itself, even one that was interpolated.
        if partStack.count == base + 1, tree.nodes[Int(partStack[base].node)].kind == .string {
            return partStack.removeLast().node
        }
        return addParts(.interpolatedString, above: base, at: position)
    }

    /// Spaces between the last line break of the last piece and the closing quotes do not count.
    private static func dropBlankLastLine(of bytes: inout GrowingArray<UInt8>, from start: Int) {
        var end = bytes.count
        while end > start, bytes[end - 1] == UInt8(ascii: " ") { end -= 1 }
        if end > start, bytes[end - 1] == UInt8(ascii: "\n") { bytes.truncate(to: end) }
    }
}

/// Copies text without the first `width` spaces of each line.
private struct IndentationStripper {
    let width: Int
    private var isAtLineStart = true
    private var dropped = 0

    init(width: Int) { self.width = width }

    mutating func meetExpression() {
        isAtLineStart = false
        dropped = 0
    }

    mutating func append(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout GrowingArray<UInt8>) {
        var offset = 0
        while offset < text.count {
            if isAtLineStart {
                append(text[offset], to: &bytes)
                offset += 1
                continue
            }
            // The rest of a line goes over as it is, with its line feed.
            let start = offset
            while offset < text.count, text[offset] != UInt8(ascii: "\n") { offset += 1 }
            if offset < text.count {
                offset += 1
                isAtLineStart = true
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<offset]))
        }
    }

    @inline(__always)
    mutating func append(_ byte: UInt8, to bytes: inout GrowingArray<UInt8>) {
        if isAtLineStart {
            if byte == UInt8(ascii: " ") {
                dropped += 1
                if dropped <= width { return }
            } else {
                dropped = 0
                isAtLineStart = byte == UInt8(ascii: "\n")
            }
        } else if byte == UInt8(ascii: "\n") {
            isAtLineStart = true
        }
        bytes.append(byte)
    }
}
