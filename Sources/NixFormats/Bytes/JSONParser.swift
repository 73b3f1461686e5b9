extension JSONValue {
    /// Parses one document (RFC 8259) with nothing but white space around it; the last of equal keys wins.
    ///
    /// Throws with the offset of what is wrong. Nesting is limited to `maximumDepth`.
    package init(parsing text: ByteString) throws(FormatError) {
        var parser = JSONParser(bytes: text.bytes)
        self = try parser.parseDocument()
    }

    /// Objects and arrays inside each other.
    package static let maximumDepth = 500
}

private struct JSONParser {
    let bytes: [UInt8]
    var position = 0
    var depth = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func parseDocument() throws(FormatError) -> JSONValue {
        let value = try parseValue()
        skipSpace()
        guard position == bytes.count else { throw unexpected() }
        return value
    }

    private mutating func parseValue() throws(FormatError) -> JSONValue {
        skipSpace()
        switch peek() {
        case UInt8(ascii: "{"): return try nested(Self.parseObject)
        case UInt8(ascii: "["): return try nested(Self.parseArray)
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "t"): return try parse("true", as: .bool(true))
        case UInt8(ascii: "f"): return try parse("false", as: .bool(false))
        case UInt8(ascii: "n"): return try parse("null", as: .null)
        default: return .number(try parseNumber())
        }
    }

    private mutating func nested(
        _ parse: (inout JSONParser) throws(FormatError) -> JSONValue
    ) throws(FormatError) -> JSONValue {
        guard depth < JSONValue.maximumDepth else { throw FormatError(.json, "JSON is nested too deeply") }
        depth += 1
        position += 1
        let value = try parse(&self)
        depth -= 1
        return value
    }

    private static func parseObject(_ parser: inout JSONParser) throws(FormatError) -> JSONValue {
        var members: [(ByteString, JSONValue)] = []
        parser.skipSpace()
        if parser.eat("}") { return .object([:]) }
        repeat {
            parser.skipSpace()
            let key = try parser.parseString()
            parser.skipSpace()
            guard parser.eat(":") else { throw parser.unexpected() }
            members.append((key, try parser.parseValue()))
            parser.skipSpace()
        } while parser.eat(",")
        guard parser.eat("}") else { throw parser.unexpected() }
        return .object(SortedMap(members))
    }

    private static func parseArray(_ parser: inout JSONParser) throws(FormatError) -> JSONValue {
        var elements: [JSONValue] = []
        parser.skipSpace()
        if parser.eat("]") { return .array(elements) }
        repeat {
            elements.append(try parser.parseValue())
            parser.skipSpace()
        } while parser.eat(",")
        guard parser.eat("]") else { throw parser.unexpected() }
        return .array(elements)
    }

    private mutating func parse(_ word: StaticString, as value: JSONValue) throws(FormatError) -> JSONValue {
        guard bytes[position...].starts(with: word.bytes) else { throw unexpected() }
        position += word.utf8CodeUnitCount
        return value
    }

    private mutating func parseNumber() throws(FormatError) -> ByteString {
        let start = position
        _ = eat("-")
        if !eat("0") { try parseDigits() }
        if eat(".") { try parseDigits() }
        if eat("e") || eat("E") {
            if !eat("+") { _ = eat("-") }
            try parseDigits()
        }
        return ByteString(bytes[start..<position])
    }

    private mutating func parseDigits() throws(FormatError) {
        let start = position
        while (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(peek()) { position += 1 }
        guard position > start else { throw unexpected() }
    }

    private mutating func parseString() throws(FormatError) -> ByteString {
        guard eat("\"") else { throw unexpected() }
        var result: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            guard byte >= 32 else { break }
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return ByteString(result)
            case UInt8(ascii: "\\"): result.append(contentsOf: String(try parseEscape()).utf8)
            default: result.append(byte)
            }
        }
        throw unexpected()
    }

    private mutating func parseEscape() throws(FormatError) -> Unicode.Scalar {
        let escape = peek()
        position += 1
        switch escape {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(escape)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let unit = try parseUnit()
            if let scalar = Unicode.Scalar(unit) { return scalar }
            guard unit < 0xDC00, eat("\\"), eat("u") else { throw unexpected() }
            let low = try parseUnit()
            guard (0xDC00...0xDFFF).contains(low),
                let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
            else { throw unexpected() }
            return scalar
        default:
            position -= 1
            throw unexpected()
        }
    }

    private mutating func parseUnit() throws(FormatError) -> UInt32 {
        guard bytes.count - position >= 4, let pair = Base16.decode(bytes[position..<(position + 4)]) else {
            throw unexpected()
        }
        position += 4
        return UInt32(pair[0]) << 8 | UInt32(pair[1])
    }

    private mutating func skipSpace() {
        while [32, 9, 10, 13].contains(peek()) { position += 1 }
    }

    /// The next byte, or NUL at the end.
    private func peek() -> UInt8 {
        position < bytes.count ? bytes[position] : 0
    }

    private mutating func eat(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, UInt32(bytes[position]) == character.value else { return false }
        position += 1
        return true
    }

    private func unexpected() -> FormatError {
        FormatError(
            .json,
            position < bytes.count ? "unexpected character at offset \(position) of JSON" : "unexpected end of JSON")
    }
}
