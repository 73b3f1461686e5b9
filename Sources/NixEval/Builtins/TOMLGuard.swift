/// Finds what the TOML library would end the program for: a date with a time that does not begin with a digit.
///
/// `1979-05-27Ti7:32:00` passes the library's guess of what a value is and then fails an assertion of its own.
enum TOMLGuard {
    /// The offset of the first byte of such a time, in a text that would be handed to the library; nil where there is none.
    static func malformedTime(in text: UnsafeBufferPointer<UInt8>) -> Int? {
        var index = 0
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "#"):
                while index < text.count, text[index] != UInt8(ascii: "\n") { index += 1 }
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                index = endOfString(text, index)
            case UInt8(ascii: "T"), UInt8(ascii: "t"):
                if hasDate(text, before: index), isMalformedTime(text[(index + 1)...]) { return index + 1 }
                index += 1
            default: index += 1
            }
        }
        return nil
    }

    /// The offset behind a string of one of TOML's four kinds; a line break ends those of one line.
    private static func endOfString(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
        let quote = text[start]
        let isLong = start + 2 < text.count && text[start + 1] == quote && text[start + 2] == quote
        var index = start + (isLong ? 3 : 1)
        while index < text.count {
            if text[index] == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                index += 2
                continue
            }
            if !isLong, text[index] == quote || text[index] == UInt8(ascii: "\n") { return index + 1 }
            if isLong, index + 2 < text.count, text[index] == quote, text[index + 1] == quote,
                text[index + 2] == quote
            {
                return index + 3
            }
            index += 1
        }
        return text.count
    }

    /// Whether a word begins with another byte than a digit, and has a colon, so that it is no key.
    private static func isMalformedTime(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard let first = text.first, !isDigit(first) else { return false }
        return text.prefix { byte in !" \t\r\n,]}=#\"'".utf8.contains(byte) }.contains(UInt8(ascii: ":"))
    }

    /// Whether `1979-05-27` stands right before an offset.
    private static func hasDate(_ text: UnsafeBufferPointer<UInt8>, before end: Int) -> Bool {
        guard end >= 10 else { return false }
        for (offset, byte) in text[(end - 10)..<end].enumerated() {
            let isRight = offset == 4 || offset == 7 ? byte == UInt8(ascii: "-") : isDigit(byte)
            if !isRight { return false }
        }
        return true
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
