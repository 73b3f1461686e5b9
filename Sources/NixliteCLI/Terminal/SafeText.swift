/// Text of builders and servers, made harmless for a terminal.
enum SafeText {
    /// The same for text of several lines.
    static func printableLines(_ bytes: [UInt8]) -> String {
        bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { printable(Array($0)) }.joined(separator: "\n")
    }

    /// The text without control characters; colour sequences go, tabs stay.
    static func printable(_ bytes: [UInt8]) -> String {
        var kept: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 0x1b {
                index = endOfEscape(bytes, index)
                continue
            }
            if byte == 0x09 || (byte >= 0x20 && byte != 0x7f) { kept.append(byte) }
            index += 1
        }
        return String(decoding: kept, as: UTF8.self)
    }

    /// The index after the escape sequence that starts at `start` (ECMA-48).
    private static func endOfEscape(_ bytes: [UInt8], _ start: Int) -> Int {
        var index = start + 1
        guard index < bytes.count else { return index }
        switch bytes[index] {
        case UInt8(ascii: "["):
            index += 1
            while index < bytes.count, !(0x40...0x7e).contains(bytes[index]) { index += 1 }
            return min(index + 1, bytes.count)
        case UInt8(ascii: "]"):
            while index < bytes.count, bytes[index] != 0x07 {
                if bytes[index] == 0x1b, index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "\\") {
                    return index + 2
                }
                index += 1
            }
            return min(index + 1, bytes.count)
        default: return index + 1
        }
    }
}
