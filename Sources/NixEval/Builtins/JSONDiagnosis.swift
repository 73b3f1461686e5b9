/// Says what is wrong with a text that is not JSON, in the words of the library that Nix reads JSON with.
///
/// `JSONReader` only finds out that there is an error; this reads the text once more, a token at a time, and counts lines
/// and columns. A column counts bytes, and the end of the text counts as one.
struct JSONDiagnosis {
    /// What a token is; the words are those of messages.
    private enum Token: String {
        case trueWord = "true literal"
        case falseWord = "false literal"
        case nullWord = "null literal"
        case string = "string literal"
        case number = "number literal"
        case beginArray = "'['"
        case beginObject = "'{'"
        case endArray = "']'"
        case endObject = "'}'"
        case nameSeparator = "':'"
        case valueSeparator = "','"
        case endOfInput = "end of input"
        case value = "'[', '{', or a literal"
    }

    /// Why there is no token.
    private struct Failure: Error {
        var message: String
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    /// How many bytes were read, the end of the text included.
    private var count = 0
    private var line = 1
    private var column = 0
    /// Where the text begins that a message quotes: strings, numbers and punctuation begin it anew, words do not.
    private var start = 0

    private init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// The message for a text, nil where it is well-formed.
    static func message(for bytes: UnsafeBufferPointer<UInt8>) -> String? {
        var diagnosis = JSONDiagnosis(bytes)
        do throws(Failure) {
            try diagnosis.check()
            return nil
        } catch { return error.message }
    }

    // MARK: Grammar

    private mutating func check() throws(Failure) {
        /// For each open array or object, whether it is an object.
        var open: [Bool] = []
        var token = try next("value", expecting: nil)
        while true {
            switch token {
            case .beginObject:
                token = try next("object key", expecting: .string)
                if token == .endObject { break }
                try key(token)
                open.append(true)
                token = try next("value", expecting: nil)
                continue
            case .beginArray:
                token = try next("value", expecting: nil)
                if token == .endArray { break }
                open.append(false)
                continue
            case .trueWord, .falseWord, .nullWord, .string, .number: break
            case .endOfInput where count == 1:
                throw failure(
                    "attempting to parse an empty input; check that your input string or stream contains the expected JSON"
                )
            default: throw unexpected(token, "value", .value)
            }
            // A value has ended, and with it perhaps what it lies in.
            closing: while true {
                guard let isObject = open.last else {
                    token = try next("value", expecting: .endOfInput)
                    if token == .endOfInput { return }
                    throw unexpected(token, "value", .endOfInput)
                }
                let (context, end) = isObject ? ("object", Token.endObject) : ("array", Token.endArray)
                token = try next(context, expecting: end)
                if token == end {
                    open.removeLast()
                    continue closing
                }
                guard token == .valueSeparator else { throw unexpected(token, context, end) }
                if isObject { try key(try next("object key", expecting: .string)) }
                token = try next("value", expecting: nil)
                break closing
            }
        }
    }

    /// A name, which was read, and the colon behind it.
    private mutating func key(_ token: Token) throws(Failure) {
        guard token == .string else { throw unexpected(token, "object key", .string) }
        let separator = try next("object separator", expecting: .nameSeparator)
        guard separator == .nameSeparator else { throw unexpected(separator, "object separator", .nameSeparator) }
    }

    private func failure(_ message: String) -> Failure {
        Failure(message: "[json.exception.parse_error.101] parse error at line \(line), column \(column): \(message)")
    }

    private func unexpected(_ token: Token, _ context: String, _ expected: Token) -> Failure {
        failure("syntax error while parsing \(context) - unexpected \(token.rawValue); expected \(expected.rawValue)")
    }

    // MARK: Tokens

    private mutating func next(_ context: String, expecting expected: Token?) throws(Failure) -> Token {
        do throws(Failure) { return try token() } catch {
            var quoted = ""
            var plain: [UInt8] = []
            for byte in bytes[start..<min(count, bytes.count)] {
                guard byte < 0x20 else {
                    plain.append(byte)
                    continue
                }
                quoted += String(decoding: plain, as: UTF8.self) + "<U+\(Self.hexadecimal(byte))>"
                plain.removeAll()
            }
            quoted += String(decoding: plain, as: UTF8.self)
            let suffix = expected.map { "; expected \($0.rawValue)" } ?? ""
            throw failure(
                "syntax error while parsing \(context) - \(error.message); last read: '\(quoted)'\(suffix)")
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }

    /// The byte at hand counts as read; nil at the end.
    private mutating func take() -> UInt8? {
        count += 1
        column += 1
        guard count <= bytes.count else { return nil }
        if bytes[count - 1] == UInt8(ascii: "\n") {
            line += 1
            column = 0
        }
        return bytes[count - 1]
    }

    /// The last byte, which is no line break, was one too many.
    private mutating func putBack() {
        count -= 1
        if column > 0 {
            column -= 1
        } else {
            line -= 1
        }
    }

    private mutating func token() throws(Failure) -> Token {
        if count == 0, bytes.first == 0xEF {
            _ = take()
            guard take() == 0xBB, take() == 0xBF else {
                throw Failure(message: "invalid BOM; must be 0xEF 0xBB 0xBF if given")
            }
        }
        var byte = take()
        while let blank = byte, " \t\n\r".utf8.contains(blank) { byte = take() }
        guard let byte else { return .endOfInput }
        switch byte {
        case UInt8(ascii: "["): return .beginArray
        case UInt8(ascii: "]"): return .endArray
        case UInt8(ascii: "{"): return .beginObject
        case UInt8(ascii: "}"): return .endObject
        case UInt8(ascii: ":"): return .nameSeparator
        case UInt8(ascii: ","): return .valueSeparator
        case UInt8(ascii: "t"): return try word("true", .trueWord)
        case UInt8(ascii: "f"): return try word("false", .falseWord)
        case UInt8(ascii: "n"): return try word("null", .nullWord)
        case UInt8(ascii: "\""):
            start = count - 1
            try string()
            return .string
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            start = count - 1
            try number(byte)
            return .number
        default: throw Failure(message: "invalid literal")
        }
    }

    private mutating func word(_ text: String, _ token: Token) throws(Failure) -> Token {
        for expected in text.utf8.dropFirst() {
            guard take() == expected else { throw Failure(message: "invalid literal") }
        }
        return token
    }

    // MARK: Numbers

    private mutating func number(_ first: UInt8) throws(Failure) {
        var byte: UInt8? = first
        if first == UInt8(ascii: "-") { byte = try digit("digit after '-'") }
        byte = byte == UInt8(ascii: "0") ? take() : digits()
        if byte == UInt8(ascii: ".") {
            _ = try digit("digit after '.'")
            byte = digits()
        }
        if let marker = byte, marker | 0x20 == UInt8(ascii: "e") {
            byte = take()
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") {
                _ = try digit("digit after exponent sign")
            } else if !Self.isDigit(byte) {
                throw Failure(message: "invalid number; expected '+', '-', or digit after exponent")
            }
            byte = digits()
        }
        putBack()
    }

    private static func isDigit(_ byte: UInt8?) -> Bool {
        byte.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false
    }

    private mutating func digit(_ expected: String) throws(Failure) -> UInt8? {
        let byte = take()
        guard Self.isDigit(byte) else { throw Failure(message: "invalid number; expected \(expected)") }
        return byte
    }

    /// Reads digits, and gives what comes after them.
    private mutating func digits() -> UInt8? {
        var byte = take()
        while Self.isDigit(byte) { byte = take() }
        return byte
    }

    // MARK: Strings

    private mutating func string() throws(Failure) {
        while true {
            guard let byte = take() else { throw Failure(message: "invalid string: missing closing quote") }
            switch byte {
            case UInt8(ascii: "\""): return
            case UInt8(ascii: "\\"): try escape()
            case 0..<0x20: throw Failure(message: "invalid string: control character \(Self.name(ofControl: byte))")
            case 0x20..<0x80: continue
            case 0xC2...0xDF: try continuation(0x80...0xBF)
            case 0xE0: try continuation(0xA0...0xBF, 0x80...0xBF)
            case 0xED: try continuation(0x80...0x9F, 0x80...0xBF)
            case 0xE1...0xEF: try continuation(0x80...0xBF, 0x80...0xBF)
            case 0xF0: try continuation(0x90...0xBF, 0x80...0xBF, 0x80...0xBF)
            case 0xF1...0xF3: try continuation(0x80...0xBF, 0x80...0xBF, 0x80...0xBF)
            case 0xF4: try continuation(0x80...0x8F, 0x80...0xBF, 0x80...0xBF)
            default: throw Failure(message: "invalid string: ill-formed UTF-8 byte")
            }
        }
    }

    private mutating func continuation(_ ranges: ClosedRange<UInt8>...) throws(Failure) {
        for range in ranges {
            guard let byte = take(), range.contains(byte) else {
                throw Failure(message: "invalid string: ill-formed UTF-8 byte")
            }
        }
    }

    private static func name(ofControl byte: UInt8) -> String {
        let names = [
            "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "HT", "LF", "VT", "FF", "CR", "SO", "SI",
            "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS", "US",
        ]
        let short: [UInt8: String] = [8: "b", 9: "t", 10: "n", 12: "f", 13: "r"]
        let alternative = short[byte].map { " or \\\($0)" } ?? ""
        let code = hexadecimal(byte)
        return "U+\(code) (\(names[Int(byte)])) must be escaped to \\u\(code)\(alternative)"
    }

    private mutating func escape() throws(Failure) {
        switch take() {
        case UInt8(ascii: "\"")?, UInt8(ascii: "\\")?, UInt8(ascii: "/")?, UInt8(ascii: "b")?, UInt8(ascii: "f")?,
            UInt8(ascii: "n")?, UInt8(ascii: "r")?, UInt8(ascii: "t")?:
            return
        case UInt8(ascii: "u")?: break
        default: throw Failure(message: "invalid string: forbidden character after backslash")
        }
        let unit = try hexadecimalUnit()
        if (0xD800...0xDBFF).contains(unit) {
            let lonely = Failure(
                message: "invalid string: surrogate U+D800..U+DBFF must be followed by U+DC00..U+DFFF")
            guard take() == UInt8(ascii: "\\"), take() == UInt8(ascii: "u") else { throw lonely }
            guard (0xDC00...0xDFFF).contains(try hexadecimalUnit()) else { throw lonely }
        } else if (0xDC00...0xDFFF).contains(unit) {
            throw Failure(message: "invalid string: surrogate U+DC00..U+DFFF must follow U+D800..U+DBFF")
        }
    }

    private mutating func hexadecimalUnit() throws(Failure) -> Int {
        var unit = 0
        for _ in 0..<4 {
            guard let byte = take(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw Failure(message: "invalid string: '\\u' must be followed by 4 hex digits")
            }
            unit = unit << 4 | digit
        }
        return unit
    }
}
