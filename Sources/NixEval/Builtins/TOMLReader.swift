import NixSyntax

/// Reads TOML 1.0 into values.
///
/// Source: the TOML 1.0 specification, and where that leaves a choice, or the library that Nix uses differs from it, what
/// Nix answers. Of what is wrong with a text the first is told, in that library's words.
struct TOMLReader {
    let machine: Machine
    /// The text with a line break at its end, and zeros behind it.
    let text: UnsafeBufferPointer<UInt8>
    var index = 0
    var document = TOMLDocument()
    /// The names of the keys that are being read, a key inside a value behind the one outside.
    var path: [Symbol] = []

    /// How many bytes behind the end of the text may be looked at.
    static let padding = 16

    /// - Parameters:
    ///   - value: a string.
    ///   - machine: whose heap the values are made in.
    static func read(_ value: Value, _ machine: Machine) throws(EvaluationError) -> Value {
        let bytes = value.bytes
        let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count + 1 + padding)
        defer { copy.deallocate() }
        copy.initialize(repeating: 0)
        _ = copy.update(fromContentsOf: bytes)
        var count = bytes.count
        // A carriage return alone is no line break, and stays the last byte.
        if let last = bytes.last, last != newline, last != UInt8(ascii: "\r") {
            copy[count] = newline
            count += 1
        }
        machine.keepAlive(value.object)
        var reader = TOMLReader(machine: machine, text: UnsafeBufferPointer(start: copy.baseAddress, count: count))
        try reader.readDocument()
        return try TOMLConverter(machine: machine, document: reader.document, text: reader.text)
            .value(of: TOMLDocument.root)
    }

    private init(machine: Machine, text: UnsafeBufferPointer<UInt8>) {
        self.machine = machine
        self.text = text
    }

    // MARK: Bytes

    static let newline = UInt8(ascii: "\n")

    /// A byte of the text or of the zeros behind it.
    @inline(__always) func byte(_ index: Int) -> UInt8 { text.baseAddress.unsafelyUnwrapped[index] }

    @inline(__always) var isAtEnd: Bool { index >= text.count }

    static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    mutating func skipBlanks() {
        while byte(index) == 0x20 || byte(index) == 0x09 { index += 1 }
    }

    /// Skips a line break, if there is one.
    mutating func skipNewline() -> Bool {
        if byte(index) == Self.newline {
            index += 1
            return true
        }
        guard byte(index) == UInt8(ascii: "\r"), byte(index + 1) == Self.newline else { return false }
        index += 2
        return true
    }

    private mutating func skip(_ expected: UInt8) -> Bool {
        guard byte(index) == expected else { return false }
        index += 1
        return true
    }

    /// The length of the character of more than one byte at a place, as UTF-8 has it; 0 where there is none.
    func multibyteLength(_ start: Int) -> Int {
        func follows(_ offset: Int) -> Bool { byte(start + offset) & 0xC0 == 0x80 }
        let second = byte(start + 1)
        switch byte(start) {
        case 0xC2...0xDF: return follows(1) ? 2 : 0
        case 0xE0: return (0xA0...0xBF).contains(second) && follows(2) ? 3 : 0
        case 0xED: return (0x80...0x9F).contains(second) && follows(2) ? 3 : 0
        case 0xE1...0xEF: return follows(1) && follows(2) ? 3 : 0
        case 0xF0: return (0x90...0xBF).contains(second) && follows(2) && follows(3) ? 4 : 0
        case 0xF1...0xF3: return follows(1) && follows(2) && follows(3) ? 4 : 0
        case 0xF4: return (0x80...0x8F).contains(second) && follows(2) && follows(3) ? 4 : 0
        default: return 0
        }
    }

    // MARK: Errors

    /// Something wrong at one place.
    func problem(_ title: String, _ mark: String, at place: Int, hint: String = "") -> EvaluationError {
        let note = TOMLDiagnosis.Note(region: TOMLRegion(start: place, end: place + 1), isPlace: true, mark: mark)
        return Self.error(TOMLDiagnosis.message(title, [note], in: text, hint: hint))
    }

    /// Something wrong with a whole region.
    func problem(_ title: String, _ mark: String, over region: TOMLRegion) -> EvaluationError {
        let note = TOMLDiagnosis.Note(region: region, isPlace: false, mark: mark)
        return Self.error(TOMLDiagnosis.message(title, [note], in: text))
    }

    private func problem(_ conflict: TOMLDocument.Conflict, over region: TOMLRegion) -> EvaluationError {
        let notes = [
            TOMLDiagnosis.Note(region: region, isPlace: false, mark: conflict.mark),
            TOMLDiagnosis.Note(region: conflict.other, isPlace: false, mark: conflict.otherMark),
        ]
        return Self.error(TOMLDiagnosis.message(conflict.message, notes, in: text))
    }

    /// Behind the library's text Nix ends the colour that it is printed in.
    static func error(_ text: String) -> EvaluationError {
        EvaluationError(.other, "while parsing TOML: \(text)\u{1B}[0m")
    }

    // MARK: Lines

    private mutating func readDocument() throws(EvaluationError) {
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
        while try skipComment() {}
        try readEntries(TOMLDocument.root)
        while !isAtEnd {
            _ = skipSpace()
            try readEntries(try readHeader())
        }
    }

    /// Skips blanks, comments and line breaks; whether there was a line break.
    ///
    /// A comment that is not followed by a line break, because it has a byte that comments may not have, is left.
    private mutating func skipSpace() -> Bool {
        var foundNewline = false
        while !isAtEnd {
            skipBlanks()
            let start = index
            if byte(index) == UInt8(ascii: "#") { skipCommentText() }
            guard skipNewline() else {
                index = start
                break
            }
            foundNewline = true
        }
        return foundNewline
    }

    private mutating func skipCommentText() {
        index += 1
        while true {
            let byte = byte(index)
            if (0x20...0x7E).contains(byte) || byte == 0x09 {
                index += 1
            } else {
                let length = byte < 0x80 ? 0 : multibyteLength(index)
                guard length > 0 else { return }
                index += length
            }
        }
    }

    /// Skips a comment with its line break, perhaps behind blanks.
    ///
    /// - Returns: whether there was one; without one nothing is skipped.
    private mutating func skipComment() throws(EvaluationError) -> Bool {
        let start = index
        skipBlanks()
        guard byte(index) == UInt8(ascii: "#") else {
            index = start
            return false
        }
        skipCommentText()
        guard isAtEnd || skipNewline() else {
            // The library tells where it goes on.
            let next = text[(index + 1)...].firstIndex(of: Self.newline).map { $0 + 1 } ?? text.count
            throw problem(
                "toml::parse_comment_line: newline (LF / CRLF) or EOF is expected", "but got this", at: next,
                hint: "Hint: most of the control characters are not allowed in comments")
        }
        return true
    }

    /// The entries of a table up to the next header.
    private mutating func readEntries(_ table: Int) throws(EvaluationError) {
        var foundNewline = true
        while !isAtEnd {
            if skipSpace() { foundNewline = true }
            // A header needs no line of its own.
            if isAtEnd || byte(index) == UInt8(ascii: "[") { return }
            guard foundNewline else {
                throw problem("toml::parse_table: newline (LF / CRLF) or EOF is expected", "here", at: index)
            }
            foundNewline = try readEntry(table, isWholeLine: true)
        }
    }

    /// A key and its value; whether a comment followed, if one may.
    private mutating func readEntry(_ table: Int, isWholeLine: Bool) throws(EvaluationError) -> Bool {
        let base = path.count
        let region = try readKey()
        skipBlanks()
        guard skip(UInt8(ascii: "=")) else {
            throw problem("toml::parse_key_value_pair: invalid key value separator `=`", "expected =", at: index)
        }
        skipBlanks()
        let value = try readValue()
        let hasComment = isWholeLine ? try skipComment() : false
        do throws(TOMLDocument.Conflict) { try document.define(path[base...], at: region, as: value, in: table) } catch
        {
            throw problem(error, over: region)
        }
        path.removeLast(path.count - base)
        return hasComment
    }

    /// A header, and the table that it opens.
    private mutating func readHeader() throws(EvaluationError) -> Int {
        let start = index
        let isArray = byte(index) == UInt8(ascii: "[") && byte(index + 1) == UInt8(ascii: "[")
        let title = isArray ? "toml::parse_file: invalid array-table key" : "toml::parse_file: invalid table key"
        let close = UInt8(ascii: "]")
        guard skip(UInt8(ascii: "[")) else { throw problem(title, "expected [", at: index) }
        if isArray { index += 1 }
        skipBlanks()
        try readHeaderKey(title)
        skipBlanks()
        guard byte(index) == close, !isArray || byte(index + 1) == close else {
            throw problem(title, isArray ? "expected ]]" : "expected ]", at: index)
        }
        index += isArray ? 2 : 1
        let region = TOMLRegion(start: start, end: index)
        if try !skipComment() {
            skipBlanks()
            guard isAtEnd || skipNewline() else {
                throw problem(
                    "toml::parse_file: newline (or EOF) expected", "expected 0x0a(LINE FEED) or \r\n", at: index)
            }
        }
        defer { path.removeAll(keepingCapacity: true) }
        do throws(TOMLDocument.Conflict) {
            return isArray
                ? try document.element(path[...], at: region) : try document.table(path[...], at: region)
        } catch { throw problem(error, over: region) }
    }

    // MARK: Keys

    /// The names of a key, put into `path`, and where the key stands.
    private mutating func readKey() throws(EvaluationError) -> TOMLRegion {
        let start = index
        while true {
            guard try readName() else {
                throw problem(
                    #"toml::parse_simple_key: invalid key: key must be "quoted", 'quoted-literal', or bare key."#,
                    "expected alpha [a-zA-Z], digit [0-9], -, or _", at: index,
                    hint: "Hint: non-ASCII scripts are allowed in toml v1.1.0, but not in v1.0.0.\n")
            }
            guard skipDot() else { return TOMLRegion(start: start, end: index) }
        }
    }

    /// The names in a header, which ends where there is none behind a dot.
    private mutating func readHeaderKey(_ title: String) throws(EvaluationError) {
        guard var end = nameEnd(index) else {
            throw problem(title, "expected basic key([a-zA-Z0-9_-]) or quoted key(\" or ')", at: index)
        }
        while true {
            do throws(EvaluationError) { _ = try readName() } catch {
                throw problem("toml::parse_file: invalid table key", "expected [", at: end)
            }
            guard skipDot(), let next = nameEnd(index) else {
                index = end
                return
            }
            end = next
        }
    }

    /// The end of a name in quotes or without; nil where there is none.
    private func nameEnd(_ start: Int) -> Int? {
        var end = start
        switch byte(start) {
        case UInt8(ascii: "\""): end = basicStringStop(start)
        case UInt8(ascii: "'"): end = plainEnd(start + 1, quote: UInt8(ascii: "'"))
        default:
            while Self.isBare(byte(end)) { end += 1 }
            return end > start ? end : nil
        }
        return byte(end) == byte(start) ? end + 1 : nil
    }

    /// Skips a dot between names and the blanks around it.
    private mutating func skipDot() -> Bool {
        let end = index
        skipBlanks()
        guard skip(UInt8(ascii: ".")) else {
            index = end
            return false
        }
        skipBlanks()
        return true
    }

    private static func isBare(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20) &- 0x61 < 26 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    /// A name in quotes or without, put into `path`; false where there is none.
    private mutating func readName() throws(EvaluationError) -> Bool {
        let quote = byte(index)
        if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
            let (made, range) = quote == UInt8(ascii: "\"") ? try readBasicString() : try readLiteralString()
            let symbols = machine.evaluator.symbols
            let symbol =
                made
                ? document.made.withUnsafeBufferPointer { symbols.intern(UnsafeBufferPointer(rebasing: $0[range])) }
                : symbols.intern(UnsafeBufferPointer(rebasing: text[range]))
            path.append(symbol)
            return true
        }
        let start = index
        while Self.isBare(byte(index)) { index += 1 }
        guard index > start else { return false }
        path.append(machine.evaluator.symbols.intern(UnsafeBufferPointer(rebasing: text[start..<index])))
        return true
    }

    // MARK: Values

    /// A value of any type, as a node of the document.
    private mutating func readValue() throws(EvaluationError) -> Int {
        switch byte(index) {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            let start = index
            let (made, range) = try readString()
            var node = TOMLDocument.Node(
                kind: made ? .madeString : .string, region: TOMLRegion(start: start, end: index))
            node.payload = range.lowerBound
            node.count = range.count
            return document.add(node)
        case UInt8(ascii: "["): return try readArray()
        case UInt8(ascii: "{"): return try readInlineTable()
        default: return document.add(try readScalar())
        }
    }

    private mutating func readArray() throws(EvaluationError) -> Int {
        try machine.checkStack()
        let array = document.add(.init(kind: .array, region: TOMLRegion(start: index, end: index)))
        index += 1
        _ = skipSpace()
        var foundComma = true
        while !isAtEnd, byte(index) != UInt8(ascii: "]") {
            guard foundComma else {
                throw problem(
                    "toml::parse_array: expected value-separator `,` or closing `]`", "here", at: index)
            }
            document.append(try readValue(), to: array)
            _ = skipSpace()
            foundComma = skip(UInt8(ascii: ","))
            _ = try skipComment()
            if foundComma { _ = skipSpace() }
        }
        guard skip(UInt8(ascii: "]")) else {
            throw problem("toml::parse_array: missing closing bracket `]`", "expected `]`, reached EOF", at: index)
        }
        document.close(array, end: index)
        return array
    }

    private mutating func readInlineTable() throws(EvaluationError) -> Int {
        try machine.checkStack()
        let start = index
        // It may grow until it is complete.
        let table = document.add(.init(kind: .inlineTable, region: TOMLRegion(start: start, end: start)))
        index += 1
        skipBlanks()
        var isFirst = true
        var foundComma = false
        while !isAtEnd {
            if byte(index) == UInt8(ascii: "}") {
                guard foundComma else { break }
                throw problem(
                    "toml::parse_inline_table: trailing comma is not allowed in TOML-v1.0.0)", "here", at: index)
            }
            guard isFirst || foundComma else {
                throw problem(
                    "toml::parse_inline_table: expected value-separator `,` or closing `}`", "here", at: index)
            }
            isFirst = false
            _ = try readEntry(table, isWholeLine: false)
            skipBlanks()
            foundComma = skip(UInt8(ascii: ","))
            skipBlanks()
        }
        guard skip(UInt8(ascii: "}")) else {
            throw problem(
                "toml::parse_inline_table: missing closing bracket `}`", "expected `}`, reached line end", at: index)
        }
        document.close(table, end: index)
        return table
    }
}
