/// A cursor over the bytes of one source text that reads one token at a time, outside strings and paths.
///
/// `next()` replaces `token`, `start` and `end`. The parser reads the inside of strings and paths itself, by moving
/// `end` and calling `next()` when it is back outside, so no stack of lexer states is needed. Errors do not throw here:
/// the token becomes `.failure` and the parser throws `failure` when the grammar arrives at it, as Nix does, whose
/// lexer runs no further ahead than its grammar asks.
struct Lexer: ~Copyable {
    let source: SourceFile
    private let text: UnsafeBufferPointer<UInt8>
    let count: Int
    let features: ParseOptions.Features
    private let classes = CharacterClass.table.bits

    private(set) var token: Token = .endOfFile
    /// Where the current token starts.
    private(set) var start = 0
    /// The byte after the current token.
    private(set) var end = 0
    private(set) var failure: SyntaxError?
    /// Where the documentation comment before a token lies, by the token's start.
    private(set) var documentation: [Int: Range<Int>] = [:]
    private let keepsDocumentation: Bool

    /// The last run of path characters that was looked at: where it ends and the last underscore in it.
    ///
    /// Remembered because `a.b.c.d` asks for the same run at every name.
    private var pathRunEnd = 0
    private var pathRunUnderscore = -1

    init(source: SourceFile, options: ParseOptions) {
        self.source = source
        self.text = source.text
        self.count = source.text.count
        features = options.features
        keepsDocumentation = options.keepsDocumentation
    }

    // MARK: Bytes

    /// The byte at an offset; NUL at and after the end.
    @inline(__always)
    func byte(_ offset: Int) -> UInt8 { offset < count ? text[offset] : 0 }

    @inline(__always)
    func has(_ offset: Int, _ set: CharacterClass) -> Bool { classes[Int(byte(offset))] & set.rawValue != 0 }

    @inline(__always)
    func slice(_ from: Int, _ to: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: text[from..<to])
    }

    /// The end of the run of bytes of one class that starts at `offset`.
    ///
    /// NUL is in no class that is asked for.
    @inline(__always)
    func endOfRun(_ offset: Int, _ set: CharacterClass) -> Int {
        var offset = offset
        while offset < count, classes[Int(text[offset])] & set.rawValue != 0 { offset += 1 }
        return offset
    }

    /// Continues after `offset`, without a token.
    @inline(__always)
    mutating func move(to offset: Int) { end = offset }

    // MARK: Tokens

    /// Reads the next token after `end`.
    @inline(never)
    mutating func next() {
        let offset = endOfRun(end, .space)
        let first = byte(offset)
        if first == UInt8(ascii: "#") || first == UInt8(ascii: "/") {
            nextAfterComments(offset)
            return
        }
        start = offset
        scan(first)
    }

    /// The same where there may be comments; apart, because it is rare and keeps more registers.
    @inline(never)
    private mutating func nextAfterComments(_ from: Int) {
        var offset = from
        var comment: Range<Int>?
        while true {
            offset = endOfRun(offset, .space)
            let first = byte(offset)
            if first == UInt8(ascii: "#") {
                offset = endOfLine(offset)
            } else if first == UInt8(ascii: "/"), byte(offset + 1) == UInt8(ascii: "*"),
                let after = endOfComment(offset)
            {
                if keepsDocumentation, isDocumentation(offset, after) { comment = offset..<after }
                offset = after
            } else {
                start = offset
                if let comment { documentation[start] = comment }
                scan(first)
                return
            }
        }
    }

    private func endOfLine(_ offset: Int) -> Int {
        var offset = offset
        while offset < count, text[offset] != UInt8(ascii: "\n"), text[offset] != UInt8(ascii: "\r") { offset += 1 }
        return offset
    }

    /// The byte after a `/* … */` comment, or nil where it never ends: then the slash is a slash, as in Nix.
    private func endOfComment(_ offset: Int) -> Int? {
        var offset = offset + 3
        while offset < count {
            if text[offset] == UInt8(ascii: "/"), text[offset - 1] == UInt8(ascii: "*") { return offset + 1 }
            offset += 1
        }
        return nil
    }

    /// Whether a comment is one of documentation: `/**` and more than the end of the comment after it (RFC 145).
    private func isDocumentation(_ from: Int, _ to: Int) -> Bool {
        byte(from + 2) == UInt8(ascii: "*") && to - from > 4
    }

    @inline(__always)
    private mutating func take(_ token: Token, _ length: Int) {
        self.token = token
        end = start + length
    }

    @inline(__always)
    private mutating func scan(_ first: UInt8) {
        if classes[Int(first)] & CharacterClass.identifierStart.rawValue != 0 {
            scanWord()
        } else {
            scanOther(first)
        }
    }

    private mutating func scanWord() {
        let wordEnd = endOfRun(start + 1, .identifier)
        switch byte(wordEnd) {
        case UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "+"):
            if scanPathOrURL() { return }
        default: break
        }
        end = wordEnd
        token = keyword()
    }

    /// The keyword that the text from `start` to `end` is, else `.identifier`.
    @inline(__always)
    private func keyword() -> Token {
        let length = end - start
        if length > 7 || length < 2 { return .identifier }
        switch text[start] {
        case UInt8(ascii: "i"):
            if equals("in") { return .in }
            if equals("inherit") { return .inherit }
            if equals("if") { return .if }
        case UInt8(ascii: "t"): if equals("then") { return .then }
        case UInt8(ascii: "e"): if equals("else") { return .else }
        case UInt8(ascii: "a"): if equals("assert") { return .assert }
        case UInt8(ascii: "w"): if equals("with") { return .with }
        case UInt8(ascii: "l"): if equals("let") { return .let }
        case UInt8(ascii: "r"): if equals("rec") { return .recursive }
        case UInt8(ascii: "o"): if equals("or") { return .or }
        default: break
        }
        return .identifier
    }

    @inline(__always)
    private func equals(_ word: StaticString) -> Bool {
        guard end - start == word.utf8CodeUnitCount else { return false }
        for index in 0..<word.utf8CodeUnitCount where text[start + index] != word.utf8Start[index] { return false }
        return true
    }

    private mutating func scanOther(_ first: UInt8) {
        let second = byte(start + 1)
        switch first {
        case UInt8(ascii: ";"): take(.semicolon, 1)
        case UInt8(ascii: "="): second == UInt8(ascii: "=") ? take(.equal, 2) : take(.assign, 1)
        case UInt8(ascii: "{"): take(.openBrace, 1)
        case UInt8(ascii: "}"): take(.closeBrace, 1)
        case UInt8(ascii: "("): take(.openParenthesis, 1)
        case UInt8(ascii: ")"): take(.closeParenthesis, 1)
        case UInt8(ascii: "["): take(.openBracket, 1)
        case UInt8(ascii: "]"): take(.closeBracket, 1)
        case UInt8(ascii: ":"): take(.colon, 1)
        case UInt8(ascii: ","): take(.comma, 1)
        case UInt8(ascii: "@"): take(.at, 1)
        case UInt8(ascii: "?"): take(.question, 1)
        case UInt8(ascii: "*"): take(.star, 1)
        case UInt8(ascii: "\""): take(.quote, 1)
        case UInt8(ascii: "'"):
            second == UInt8(ascii: "'") ? scanIndentedStringOpen() : take(.invalid, 1)
        case UInt8(ascii: "$"): second == UInt8(ascii: "{") ? take(.dollarBrace, 2) : take(.invalid, 1)
        case UInt8(ascii: "!"): second == UInt8(ascii: "=") ? take(.notEqual, 2) : take(.not, 1)
        case UInt8(ascii: "&"): second == UInt8(ascii: "&") ? take(.logicalAnd, 2) : take(.invalid, 1)
        case UInt8(ascii: "|"):
            if second == UInt8(ascii: "|") {
                take(.logicalOr, 2)
            } else if second == UInt8(ascii: ">") {
                takePipe(.pipeInto)
            } else {
                take(.invalid, 1)
            }
        case UInt8(ascii: ">"): second == UInt8(ascii: "=") ? take(.greaterOrEqual, 2) : take(.greater, 1)
        case UInt8(ascii: "<"):
            if second == UInt8(ascii: "=") {
                take(.lessOrEqual, 2)
            } else if second == UInt8(ascii: "|") {
                takePipe(.pipeFrom)
            } else {
                scanSearchPath()
            }
        case UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "."): scanPunctuation(first, second)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): scanNumber()
        case UInt8(ascii: "~"): scanHomePath()
        case 0: scanNull()
        default: take(.invalid, 1)
        }
    }

    /// Bytes that can start a path as well as an operator: the longer one wins.
    private mutating func scanPunctuation(_ first: UInt8, _ second: UInt8) {
        if scanPathOrURL() { return }
        switch first {
        case UInt8(ascii: "-"): second == UInt8(ascii: ">") ? take(.implication, 2) : take(.minus, 1)
        case UInt8(ascii: "+"): second == UInt8(ascii: "+") ? take(.concatenate, 2) : take(.plus, 1)
        case UInt8(ascii: "/"): second == UInt8(ascii: "/") ? take(.update, 2) : take(.slash, 1)
        default:
            if second == UInt8(ascii: "."), byte(start + 2) == UInt8(ascii: ".") {
                take(.ellipsis, 3)
            } else if has(start + 1, .digit) {
                takeFloat(pointAt: start)
            } else {
                take(.dot, 1)
            }
        }
    }

    private mutating func scanIndentedStringOpen() {
        var offset = start + 2
        while byte(offset) == UInt8(ascii: " ") { offset += 1 }
        take(.indentedStringOpen, byte(offset) == UInt8(ascii: "\n") ? offset + 1 - start : 2)
    }

    private mutating func takePipe(_ pipe: Token) {
        take(pipe, 2)
        if !features.pipeOperators {
            fail(
                "experimental Nix feature 'pipe-operators' is disabled; "
                    + "add '--extra-experimental-features pipe-operators' to enable it")
        }
    }

    private mutating func scanNull() {
        if start >= count {
            token = .endOfFile
            end = start
        } else {
            // Nix takes a NUL for the end of the file and ignores what follows.
            take(.failure, 1)
            fail("unexpected null byte in the source text")
        }
    }

    // MARK: Numbers

    private mutating func scanNumber() {
        let digitsEnd = endOfRun(start, .digit)
        let after = byte(digitsEnd)
        if after == UInt8(ascii: "/") || has(digitsEnd, .path), scanPathOrURL() { return }
        if after == UInt8(ascii: ".") {
            let isZero = byte(start) == UInt8(ascii: "0")
            // `1.` and `0.5` are numbers; `0.` and `00.5` are not.
            if !isZero || (digitsEnd == start + 1 && has(digitsEnd + 1, .digit)) {
                takeFloat(pointAt: digitsEnd)
                return
            }
        }
        take(.integer, digitsEnd - start)
    }

    private mutating func takeFloat(pointAt point: Int) {
        var offset = endOfRun(point + 1, .digit)
        if byte(offset) | 0x20 == UInt8(ascii: "e") {
            var digits = offset + 1
            if byte(digits) == UInt8(ascii: "+") || byte(digits) == UInt8(ascii: "-") { digits += 1 }
            if has(digits, .digit) { offset = endOfRun(digits, .digit) }
        }
        take(.float, offset - start)
    }

    // MARK: Paths and URLs

    /// Reads a path, or a URL literal, if one starts at `start`.
    ///
    /// Both are longer than any other token there.
    private mutating func scanPathOrURL() -> Bool {
        findPathRun()
        let after = byte(pathRunEnd)
        if after == UInt8(ascii: "/") {
            guard let end = endOfPath(runEnd: pathRunEnd) else { return false }
            take(.path, end - start)
            return true
        }
        if after == UInt8(ascii: ":"), has(start, .letter), pathRunUnderscore < start, has(pathRunEnd + 1, .url) {
            take(.url, endOfRun(pathRunEnd + 1, .url) - start)
            return true
        }
        return false
    }

    /// Makes `pathRunEnd` the end of the path characters from `start` on.
    @inline(__always)
    private mutating func findPathRun() {
        if start < pathRunEnd { return }
        var offset = start
        while offset < count, classes[Int(text[offset])] & CharacterClass.path.rawValue != 0 {
            if text[offset] == UInt8(ascii: "_") { pathRunUnderscore = offset }
            offset += 1
        }
        pathRunEnd = offset
    }

    /// The end of a path whose first segment ends before the slash at `runEnd`: `a/b/c`, `a/b/`, or `a/` if `${` follows.
    private func endOfPath(runEnd: Int) -> Int? {
        var offset = runEnd
        guard has(offset + 1, .path) else {
            let interpolates = byte(offset + 1) == UInt8(ascii: "$") && byte(offset + 2) == UInt8(ascii: "{")
            return interpolates ? offset + 1 : nil
        }
        while byte(offset) == UInt8(ascii: "/"), has(offset + 1, .path) { offset = endOfRun(offset + 1, .path) }
        return byte(offset) == UInt8(ascii: "/") ? offset + 1 : offset
    }

    /// The end of what continues a path after `offset`, which is `offset` itself where nothing does: characters,
    /// segments, or slashes.
    func endOfPathContinuation(_ offset: Int) -> Int {
        let runEnd = endOfRun(offset, .path)
        guard byte(runEnd) == UInt8(ascii: "/") else { return runEnd }
        return has(runEnd + 1, .path) ? endOfPath(runEnd: runEnd) ?? runEnd : runEnd + 1
    }

    private mutating func scanHomePath() {
        guard byte(start + 1) == UInt8(ascii: "/"), let end = endOfPath(runEnd: start + 1) else {
            take(.invalid, 1)
            return
        }
        take(.homePath, end - start)
    }

    private mutating func scanSearchPath() {
        var offset = start + 1
        repeat {
            let segmentEnd = endOfRun(offset, .path)
            if segmentEnd == offset { break }
            offset = segmentEnd + 1
            if byte(segmentEnd) == UInt8(ascii: ">") {
                take(.searchPath, offset - start)
                return
            }
        } while byte(offset - 1) == UInt8(ascii: "/")
        take(.less, 1)
    }

    /// Turns the current token into an error to be thrown once the grammar wants it.
    mutating func fail(_ message: String) {
        failure = SyntaxError(message: message, location: SourceLocation(file: source, offset: UInt32(start)))
        token = .failure
    }
}
