import NixSyntax

/// Strings of the four kinds. Each is given as a range: of the text where it stands there as it is, else of
/// `document.made`.
extension TOMLReader {
    typealias Text = (made: Bool, range: Range<Int>)

    mutating func readString() throws(EvaluationError) -> Text {
        let quote = byte(index)
        let isLong = byte(index + 1) == quote && byte(index + 2) == quote
        if quote == UInt8(ascii: "\"") { return isLong ? try readLongBasicString() : try readBasicString() }
        return isLong ? try readLongLiteralString() : try readLiteralString()
    }

    mutating func readLiteralString() throws(EvaluationError) -> Text {
        let start = index + 1
        let end = plainEnd(start, quote: UInt8(ascii: "'"))
        guard byte(end) == UInt8(ascii: "'") else {
            throw problem("toml::parse_literal_string: invalid string format", "expected '", at: end)
        }
        index = end + 1
        return (false, start..<end)
    }

    mutating func readBasicString() throws(EvaluationError) -> Text {
        let start = index + 1
        let end = basicStringStop(index)
        guard byte(end) == UInt8(ascii: "\"") else {
            throw problem("toml::parse_basic_string: invalid string format", "expected \"", at: end)
        }
        index = end + 1
        return text[start..<end].contains(UInt8(ascii: "\\")) ? (true, try unescape(start..<end)) : (false, start..<end)
    }

    /// The place of the quote that ends a string, or of what may not stand in it.
    func basicStringStop(_ start: Int) -> Int {
        var end = start + 1
        while true {
            end = plainEnd(end, quote: UInt8(ascii: "\""))
            let length = byte(end) == UInt8(ascii: "\\") ? escapeLength(end) : 0
            if length == 0 { return end }
            end += length
        }
    }

    private mutating func readLongLiteralString() throws(EvaluationError) -> Text {
        try readLong(UInt8(ascii: "'"), "toml::parse_ml_literal_string: invalid string format", "expected '''")
    }

    private mutating func readLongBasicString() throws(EvaluationError) -> Text {
        try readLong(UInt8(ascii: "\""), "toml::parse_ml_basic_string: invalid string format", "expected \"\"\"")
    }

    /// A string in three quotes: one or two of them may stand anywhere in it, also right before the three at its end.
    private mutating func readLong(_ quote: UInt8, _ title: String, _ mark: String) throws(EvaluationError) -> Text {
        let open = index + 3
        let escapes = quote == UInt8(ascii: "\"")
        var end = open
        var hasEscape = false
        while true {
            end = plainEnd(end, quote: quote)
            if byte(end) == Self.newline {
                end += 1
            } else if byte(end) == UInt8(ascii: "\r"), byte(end + 1) == Self.newline {
                end += 2
            } else if escapes, byte(end) == UInt8(ascii: "\\") {
                let length = max(escapeLength(end), escapedBreakLength(end))
                guard length > 0 else { throw problem(title, mark, at: end) }
                hasEscape = true
                end += length
            } else if byte(end) == quote {
                guard byte(end + 1) == quote, byte(end + 2) == quote else {
                    let next = end + (byte(end + 1) == quote ? 2 : 1)
                    guard continuesLong(next, escapes: escapes) else { throw problem(title, mark, at: end) }
                    end = next
                    continue
                }
                break
            } else {
                throw problem(title, mark, at: end)
            }
        }
        for _ in 0..<2 where byte(end + 3) == quote { end += 1 }
        index = end + 3
        var start = open
        if byte(start) == Self.newline {
            start += 1
        } else if byte(start) == UInt8(ascii: "\r"), byte(start + 1) == Self.newline {
            start += 2
        }
        return hasEscape ? (true, try unescape(start..<end)) : (false, start..<end)
    }

    /// Whether something of a long string stands at a place, other than a quote.
    private func continuesLong(_ place: Int, escapes: Bool) -> Bool {
        let next = byte(place)
        if next == Self.newline || (next == UInt8(ascii: "\r") && byte(place + 1) == Self.newline) { return true }
        if escapes, next == UInt8(ascii: "\\") { return max(escapeLength(place), escapedBreakLength(place)) > 0 }
        return plainEnd(place, quote: escapes ? UInt8(ascii: "\"") : UInt8(ascii: "'")) > place
    }

    /// The end of the characters that stand for themselves.
    func plainEnd(_ start: Int, quote: UInt8) -> Int {
        let escape = quote == UInt8(ascii: "\"") ? UInt8(ascii: "\\") : quote
        var end = start
        while true {
            let byte = byte(end)
            if byte < 0x80 {
                guard byte >= 0x20 || byte == 0x09, byte != quote, byte != escape, byte != 0x7F else { return end }
                end += 1
            } else {
                let length = multibyteLength(end)
                guard length > 0 else { return end }
                end += length
            }
        }
    }

    // MARK: Escapes

    /// The length of an escape at a backslash, 0 where it is none.
    private func escapeLength(_ start: Int) -> Int {
        let digits: Int
        switch byte(start + 1) {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            return 2
        case UInt8(ascii: "u"): digits = 4
        case UInt8(ascii: "U"): digits = 8
        default: return 0
        }
        for offset in 0..<digits where Self.hexadecimal(byte(start + 2 + offset)) == nil { return 0 }
        return 2 + digits
    }

    /// The length of a backslash before a line break with all blanks and line breaks behind it, 0 where it is none.
    private func escapedBreakLength(_ start: Int) -> Int {
        var reader = self
        reader.index = start + 1
        reader.skipBlanks()
        guard reader.skipNewline() else { return 0 }
        repeat { reader.skipBlanks() } while reader.skipNewline()
        return reader.index - start
    }

    static func hexadecimal(_ byte: UInt8) -> UInt32? {
        if isDigit(byte) { return UInt32(byte &- 0x30) }
        let letter = (byte | 0x20) &- 0x61
        return letter < 6 ? UInt32(letter) + 10 : nil
    }

    /// Appends the text of a range, whose escapes are well-formed, to `document.made`.
    private mutating func unescape(_ range: Range<Int>) throws(EvaluationError) -> Range<Int> {
        let start = document.made.count
        var place = range.lowerBound
        while place < range.upperBound {
            var end = place
            while end < range.upperBound, byte(end) != UInt8(ascii: "\\") { end += 1 }
            document.made.append(contentsOf: text[place..<end])
            guard end < range.upperBound else { break }
            let length = escapeLength(end)
            if length == 0 {
                place = end + escapedBreakLength(end)
                continue
            }
            place = end + length
            switch byte(end + 1) {
            case UInt8(ascii: "b"): document.made.append(0x08)
            case UInt8(ascii: "f"): document.made.append(0x0C)
            case UInt8(ascii: "n"): document.made.append(0x0A)
            case UInt8(ascii: "r"): document.made.append(0x0D)
            case UInt8(ascii: "t"): document.made.append(0x09)
            case UInt8(ascii: "u"), UInt8(ascii: "U"): try appendScalar(end, length, in: range)
            default: document.made.append(byte(end + 1))
            }
        }
        return start..<document.made.count
    }

    private mutating func appendScalar(_ start: Int, _ length: Int, in range: Range<Int>) throws(EvaluationError) {
        var code: UInt32 = 0
        for offset in 2..<length { code = code << 4 | (Self.hexadecimal(byte(start + offset)) ?? 0) }
        guard let scalar = Unicode.Scalar(code) else {
            // The library has read the string by then, and tells the place in a text of its own.
            let isSurrogate = code < 0x11_0000
            let note = TOMLDiagnosis.Note(
                region: TOMLRegion(start: 1, end: length), isPlace: false,
                mark: isSurrogate ? "here" : "must be in range [0x00, 0x10FFFF]")
            throw Self.error(
                TOMLDiagnosis.message(
                    isSurrogate
                        ? "toml::parse_utf8_codepoint: [0xD800, 0xDFFF] is not a valid UTF-8"
                        : "toml::parse_utf8_codepoint: input codepoint is too large.",
                    [note], in: UnsafeBufferPointer(rebasing: text[start..<range.upperBound]),
                    name: "internal temporary"))
        }
        if code == 0 { document.hasNull = true }
        document.made.append(contentsOf: Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter))
    }
}
