/// The tokens of a POSIX extended regular expression.
///
/// Source: XBD 9.4 of POSIX, with the choices of the C++ library that Nix uses: only special characters may be escaped
/// outside brackets, a backslash in brackets is itself.
struct RegexScanner {
    enum Token: Equatable {
        case end, any, zeroOrMore, oneOrMore, optional, or, groupBegin, groupEnd, lineBegin, lineEnd
        case bracketBegin(isNegated: Bool)
        case bracketEnd, bracketDash
        case intervalBegin, intervalEnd, comma
        case character(UInt8)
        case number(Int)
        case collatingSymbol([UInt8]), equivalenceClass([UInt8]), characterClass([UInt8])
    }

    private enum Mode { case normal, bracket, brace }

    private let bytes: [UInt8]
    private var index = 0
    private var mode = Mode.normal
    private var isBracketStart = false
    private(set) var token = Token.end

    private static let special = ByteSet(".[\\()*+?{|^$".utf8)

    init(_ bytes: [UInt8]) throws(RegexError) {
        self.bytes = bytes
        try advance()
    }

    /// Takes the token if it is `wanted`.
    mutating func take(_ wanted: Token) throws(RegexError) -> Bool {
        guard token == wanted else { return false }
        try advance()
        return true
    }

    /// Takes a character that stands for itself.
    mutating func takeCharacter() throws(RegexError) -> UInt8? {
        guard case .character(let byte) = token else { return nil }
        try advance()
        return byte
    }

    mutating func takeNumber() throws(RegexError) -> Int? {
        guard case .number(let number) = token else { return nil }
        try advance()
        return number
    }

    mutating func advance() throws(RegexError) {
        guard index < bytes.count else {
            token = .end
            return
        }
        let byte = bytes[index]
        index += 1
        switch mode {
        case .normal: token = try scanNormal(byte)
        case .bracket: token = try scanBracket(byte)
        case .brace: token = try scanBrace(byte)
        }
    }

    private mutating func scanNormal(_ byte: UInt8) throws(RegexError) -> Token {
        guard RegexScanner.special.contains(byte) else { return .character(byte) }
        switch byte {
        case UInt8(ascii: "\\"):
            guard index < bytes.count, RegexScanner.special.contains(bytes[index]) else { throw .invalid }
            index += 1
            return .character(bytes[index - 1])
        case UInt8(ascii: "("): return .groupBegin
        case UInt8(ascii: ")"): return .groupEnd
        case UInt8(ascii: "["):
            mode = .bracket
            isBracketStart = true
            guard index < bytes.count, bytes[index] == UInt8(ascii: "^") else { return .bracketBegin(isNegated: false) }
            index += 1
            return .bracketBegin(isNegated: true)
        case UInt8(ascii: "{"):
            mode = .brace
            return .intervalBegin
        case UInt8(ascii: "."): return .any
        case UInt8(ascii: "*"): return .zeroOrMore
        case UInt8(ascii: "+"): return .oneOrMore
        case UInt8(ascii: "?"): return .optional
        case UInt8(ascii: "|"): return .or
        case UInt8(ascii: "^"): return .lineBegin
        default: return .lineEnd
        }
    }

    private mutating func scanBrace(_ byte: UInt8) throws(RegexError) -> Token {
        switch byte {
        case UInt8(ascii: ","): return .comma
        case UInt8(ascii: "}"):
            mode = .normal
            return .intervalEnd
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            var number = Int32(byte - UInt8(ascii: "0"))
            while index < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) {
                let (product, isTooBig) = number.multipliedReportingOverflow(by: 10)
                let (sum, overflows) = product.addingReportingOverflow(Int32(bytes[index] - UInt8(ascii: "0")))
                if isTooBig || overflows { throw .invalid }
                number = sum
                index += 1
            }
            return .number(Int(number))
        default: throw .invalid
        }
    }

    private mutating func scanBracket(_ byte: UInt8) throws(RegexError) -> Token {
        defer { isBracketStart = false }
        switch byte {
        case UInt8(ascii: "-"): return .bracketDash
        case UInt8(ascii: "]") where !isBracketStart:
            mode = .normal
            return .bracketEnd
        case UInt8(ascii: "["):
            guard index < bytes.count else { throw .invalid }
            switch bytes[index] {
            case UInt8(ascii: "."): return .collatingSymbol(try readName())
            case UInt8(ascii: ":"): return .characterClass(try readName())
            case UInt8(ascii: "="): return .equivalenceClass(try readName())
            default: return .character(byte)
            }
        default: return .character(byte)
        }
    }

    /// The name in `[:name:]`, `[.name.]` or `[=name=]`, from the first delimiter on.
    private mutating func readName() throws(RegexError) -> [UInt8] {
        let delimiter = bytes[index]
        let start = index + 1
        guard let end = bytes[start...].firstIndex(of: delimiter), end + 1 < bytes.count,
            bytes[end + 1] == UInt8(ascii: "]")
        else { throw .invalid }
        index = end + 2
        return Array(bytes[start..<end])
    }
}
