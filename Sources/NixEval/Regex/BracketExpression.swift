/// The set of bytes that a bracket expression stands for, in the C locale.
///
/// Source: XBD 9.3.5 of POSIX. A dash stands for itself only first and last; ranges compare signed bytes.
struct BracketExpression {
    /// What came before a dash.
    private enum Last { case nothing, byte(UInt8), characterClass }

    private var set = ByteSet()
    private var last = Last.nothing

    /// Reads from behind `[` or `[^` to behind `]`.
    static func parse(_ scanner: inout RegexScanner, isNegated: Bool) throws(RegexError) -> ByteSet {
        var expression = BracketExpression()
        if let byte = try scanner.takeCharacter() {
            expression.last = .byte(byte)
        } else if try scanner.take(.bracketDash) {
            expression.last = .byte(UInt8(ascii: "-"))
        }
        while try expression.parseTerm(&scanner) {}
        expression.flush()
        return isNegated ? expression.set.inverted : expression.set
    }

    private mutating func flush() {
        if case .byte(let byte) = last { set.insert(byte) }
        last = .nothing
    }

    private mutating func push(_ byte: UInt8) {
        flush()
        last = .byte(byte)
    }

    /// False behind the closing bracket.
    private mutating func parseTerm(_ scanner: inout RegexScanner) throws(RegexError) -> Bool {
        switch scanner.token {
        case .bracketEnd:
            try scanner.advance()
            return false
        case .character(let byte):
            try scanner.advance()
            push(byte)
        case .collatingSymbol(let name):
            push(try CollatingNames.byte(named: name))
            try scanner.advance()
        case .equivalenceClass(let name):
            flush()
            last = .characterClass
            let byte = CharacterClasses.lowercased(try CollatingNames.byte(named: name))
            for other in 0...255 as ClosedRange<UInt8> where CharacterClasses.lowercased(other) == byte {
                set.insert(other)
            }
            try scanner.advance()
        case .characterClass(let name):
            flush()
            last = .characterClass
            set.formUnion(try CharacterClasses.set(named: name))
            try scanner.advance()
        case .bracketDash:
            try scanner.advance()
            return try parseDash(&scanner)
        default: throw .invalid
        }
        return true
    }

    private mutating func parseDash(_ scanner: inout RegexScanner) throws(RegexError) -> Bool {
        if try scanner.take(.bracketEnd) {
            push(UInt8(ascii: "-"))
            return false
        }
        guard case .byte(let low) = last else { throw .invalid }
        let high: UInt8
        if let byte = try scanner.takeCharacter() {
            high = byte
        } else if try scanner.take(.bracketDash) {
            high = UInt8(ascii: "-")
        } else {
            throw .invalid
        }
        let range = (Int8(bitPattern: low), Int8(bitPattern: high))
        guard range.0 <= range.1 else { throw .invalid }
        for byte in range.0...range.1 { set.insert(UInt8(bitPattern: byte)) }
        last = .nothing
        return true
    }
}

/// Character classes such as `alpha`, in the C locale; names may be in any case.
enum CharacterClasses {
    static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    private static let lower = ByteSet("abcdefghijklmnopqrstuvwxyz".utf8)
    private static let upper = ByteSet("ABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
    private static let digit = ByteSet("0123456789".utf8)

    private static func union(_ sets: ByteSet...) -> ByteSet {
        var result = ByteSet()
        for set in sets { result.formUnion(set) }
        return result
    }

    static func set(named name: [UInt8]) throws(RegexError) -> ByteSet {
        switch String(decoding: name.map(lowercased), as: UTF8.self) {
        case "d", "digit": return digit
        case "w": return union(lower, upper, digit, ByteSet("_".utf8))
        case "s", "space": return ByteSet(" \t\n\u{B}\u{C}\r".utf8)
        case "alnum": return union(lower, upper, digit)
        case "alpha": return union(lower, upper)
        case "blank": return ByteSet(" \t".utf8)
        case "cntrl": return union(ByteSet(0..<0x20), ByteSet([0x7F]))
        case "graph": return ByteSet(0x21..<0x7F)
        case "lower": return lower
        case "print": return ByteSet(0x20..<0x7F)
        case "punct":
            let others = union(lower, upper, digit)
            return ByteSet((0x21..<0x7F).filter { !others.contains($0) })
        case "upper": return upper
        case "xdigit": return union(digit, ByteSet("abcdefABCDEF".utf8))
        default: throw .invalid
        }
    }
}

/// The names of collating elements in the POSIX locale, by byte.
///
/// Source: XBD 6.4 of POSIX.
enum CollatingNames {
    private static let controls = [
        "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "alert", "backspace", "tab", "newline", "vertical-tab",
        "form-feed", "carriage-return", "SO", "SI", "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN",
        "EM", "SUB", "ESC", "IS4", "IS3", "IS2", "IS1",
    ]
    private static let signs: [(first: UInt8, names: [String])] = [
        (
            0x20,
            [
                "space", "exclamation-mark", "quotation-mark", "number-sign", "dollar-sign", "percent-sign",
                "ampersand", "apostrophe", "left-parenthesis", "right-parenthesis", "asterisk", "plus-sign", "comma",
                "hyphen", "period", "slash", "zero", "one", "two", "three", "four", "five", "six", "seven", "eight",
                "nine", "colon", "semicolon", "less-than-sign", "equals-sign", "greater-than-sign", "question-mark",
                "commercial-at",
            ]
        ),
        (
            0x5B,
            [
                "left-square-bracket", "backslash", "right-square-bracket", "circumflex", "underscore", "grave-accent",
            ]
        ),
        (0x7B, ["left-curly-bracket", "vertical-line", "right-curly-bracket", "tilde", "DEL"]),
    ]

    static func byte(named name: [UInt8]) throws(RegexError) -> UInt8 {
        if name.count == 1, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(CharacterClasses.lowercased(name[0])) {
            return name[0]
        }
        let text = String(decoding: name, as: UTF8.self)
        for (first, names) in [(UInt8(0), controls)] + signs {
            if let index = names.firstIndex(of: text) { return first + UInt8(index) }
        }
        throw .invalid
    }
}
