/// A piece of an interpolated string or path and where Nix reports it.
struct StringPart {
    let node: NodeIndex
    let position: UInt32
}

extension Parser {
    /// A `"…"` string, from its opening quote on.
    mutating func parseString() throws(SyntaxError) -> NodeIndex {
        let position = lexer.start
        var offset = lexer.end
        let base = partStack.count
        while true {
            let byte = lexer.byte(offset)
            if byte == UInt8(ascii: "\""), offset < lexer.count { break }
            if byte == UInt8(ascii: "$"), lexer.byte(offset + 1) == UInt8(ascii: "{") {
                offset = try parseInterpolation(at: offset)
                continue
            }
            let from = offset
            let start = tree.bytes.count
            offset = try readLiteral(from)
            let count = tree.bytes.count - start
            let part = add(
                .string, at: from, a: Int32(truncatingIfNeeded: start), b: Int32(truncatingIfNeeded: count))
            partStack.append(StringPart(node: part, position: UInt32(truncatingIfNeeded: from)))
        }
        lexer.move(to: offset + 1)
        advance()
        if partStack.count == base {
            return add(.string, at: position, a: Int32(truncatingIfNeeded: tree.bytes.count), b: 0)
        }
        let first = partStack[base]
        if partStack.count == base + 1, tree.nodes[Int(first.node)].kind == .string, isLiteral(first) {
            partStack.truncate(to: base)
            tree.nodes.pointer(to: first.node).pointee.position = UInt32(truncatingIfNeeded: position)
            return first.node
        }
        return addParts(.interpolatedString, above: base, at: Int(first.position))
    }

    /// Whether a part is literal text and not an interpolated `${"text"}`.
    @inline(__always)
    private func isLiteral(_ part: StringPart) -> Bool {
        tree.nodes.pointer(to: part.node).pointee.position == part.position
    }

    /// Decodes literal text into `tree.bytes` up to the closing quote or the next `${`; returns where that is.
    @inline(__always)
    private mutating func readLiteral(_ from: Int) throws(SyntaxError) -> Int {
        var offset = from
        let start = tree.bytes.count
        var hasNull = false
        while true {
            let runStart = offset
            while offset < lexer.count, !lexer.has(offset, .stringSpecial) { offset += 1 }
            if offset > runStart { tree.bytes.append(contentsOf: lexer.slice(runStart, offset)) }
            guard offset < lexer.count else { throw unterminatedString() }
            switch lexer.byte(offset) {
            case UInt8(ascii: "\""):
                if hasNull { throw nullByte(in: tree.bytes.elements(from: start), at: from) }
                return offset
            case UInt8(ascii: "$"):
                let next = lexer.byte(offset + 1)
                if next == UInt8(ascii: "{") {
                    if hasNull { throw nullByte(in: tree.bytes.elements(from: start), at: from) }
                    return offset
                }
                tree.bytes.append(UInt8(ascii: "$"))
                offset += 1
                // `$$` is two dollars, whatever follows.
                if next == UInt8(ascii: "$") {
                    tree.bytes.append(next)
                    offset += 1
                }
            case UInt8(ascii: "\\"):
                guard offset + 1 < lexer.count else { throw unterminatedString() }
                tree.bytes.append(Self.unescaped(lexer.byte(offset + 1)))
                offset += 2
            case UInt8(ascii: "\r"):
                tree.bytes.append(UInt8(ascii: "\n"))
                offset += lexer.byte(offset + 1) == UInt8(ascii: "\n") ? 2 : 1
            default:
                hasNull = true
                tree.bytes.append(0)
                offset += 1
            }
        }
    }

    /// What a backslash makes of the byte after it.
    static func unescaped(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "n"): UInt8(ascii: "\n")
        case UInt8(ascii: "r"): UInt8(ascii: "\r")
        case UInt8(ascii: "t"): UInt8(ascii: "\t")
        default: byte
        }
    }

    /// `${expression}` at an offset, onto the part stack; returns the offset after its brace.
    mutating func parseInterpolation(at offset: Int) throws(SyntaxError) -> Int {
        lexer.move(to: offset + 2)
        advance()
        let node = try parseExpression()
        guard lexer.token == .closeBrace else { throw unexpected(expecting: "'}'") }
        partStack.append(StringPart(node: node, position: UInt32(truncatingIfNeeded: offset)))
        return lexer.end
    }

    /// A node of the parts above `base`.
    mutating func addParts(_ kind: NodeKind, above base: Int, at position: Int) -> NodeIndex {
        let start = tree.children.count
        let positions = tree.partPositions.count
        let count = partStack.count - base
        for index in base..<partStack.count {
            tree.children.append(partStack[index].node)
            tree.partPositions.append(partStack[index].position)
        }
        partStack.truncate(to: base)
        return add(
            kind, at: position, a: Int32(truncatingIfNeeded: start), b: Int32(truncatingIfNeeded: count),
            c: Int32(truncatingIfNeeded: positions))
    }

    private mutating func unterminatedString() -> SyntaxError {
        error("syntax error, unexpected end of file, expecting '\"'", at: lexer.count)
    }

    /// The error for literal text that holds a NUL; `text` is what the literal stands for, `start` where it begins.
    mutating func nullByte(in text: some Sequence<UInt8>, at start: Int) -> SyntaxError {
        let visible = text.flatMap { $0 == 0 ? Array("␀".utf8) : [$0] }
        return error(
            "input string '\(String(decoding: visible, as: UTF8.self))' cannot be represented as Nix string "
                + "because it contains null bytes", at: start)
    }
}
