/// Makes text safe to write to a terminal or a log, as Nix treats everything on its way to standard error.
package enum TerminalText {
    /// The text without escape sequences, carriage returns and bells, and with tabs as spaces up to the next multiple of
    /// eight columns.
    ///
    /// As in Nix, columns are counted from the start of the whole text, not of the line. Colours may stay.
    package static func filtered(_ text: [UInt8], keepsColours: Bool = false) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(text.count)
        var column = 0
        var index = 0
        while index < text.count {
            let byte = text[index]
            switch byte {
            case 0x1B:
                let end = endOfEscape(text, index + 1)
                if keepsColours, text[end - 1] == UInt8(ascii: "m") { out.append(contentsOf: text[index..<end]) }
                index = end
            case UInt8(ascii: "\r"), 0x07:
                index += 1
            case UInt8(ascii: "\t"):
                repeat {
                    out.append(UInt8(ascii: " "))
                    column += 1
                } while column % 8 != 0
                index += 1
            default:
                let (width, count) = character(text, index)
                column += width
                out.append(contentsOf: text[index..<min(index + count, text.count)])
                index += count
            }
        }
        return out
    }

    /// The index after the escape sequence whose second byte is at `start`.
    private static func endOfEscape(_ text: [UInt8], _ start: Int) -> Int {
        var index = start
        guard index < text.count else { return index }
        func skip(_ range: ClosedRange<UInt8>) {
            while index < text.count, range.contains(text[index]) { index += 1 }
        }
        switch text[index] {
        case UInt8(ascii: "["):
            index += 1
            skip(0x30...0x3F)
            skip(0x20...0x2F)
            if index < text.count, (0x40...0x7E).contains(text[index]) { index += 1 }
        case UInt8(ascii: "]"):
            index += 1
            while index < text.count, text[index] != 0x1B, text[index] != 0x07 { index += 1 }
            guard index < text.count else { return index }
            let isEscape = text[index] == 0x1B
            index += 1
            if isEscape, index < text.count, text[index] == UInt8(ascii: "\\") { index += 1 }
        case 0x40...0x5F:
            index += 1
        default:
            break
        }
        return index
    }

    /// How many columns and bytes the character at an index takes.
    ///
    /// What is not UTF-8 takes one column a byte.
    private static func character(_ text: [UInt8], _ index: Int) -> (width: Int, count: Int) {
        let first = text[index]
        if first < 0x80 { return (first < 0x20 || first == 0x7F ? 0 : 1, 1) }
        let count = first >> 5 == 0b110 ? 2 : first >> 4 == 0b1110 ? 3 : first >> 3 == 0b11110 ? 4 : 1
        if count == 1 { return (1, 1) }
        var scalar = UInt32(first) & (count == 2 ? 0x1F : count == 3 ? 0x0F : 0x07)
        for offset in 1..<count {
            guard index + offset < text.count, text[index + offset] & 0xC0 == 0x80 else { return (offset, offset) }
            scalar = scalar << 6 | UInt32(text[index + offset] & 0x3F)
        }
        return (width(of: scalar), count)
    }

    /// Two for the wide scripts and pictures of East Asia, zero for marks that go on another character.
    private static func width(of scalar: UInt32) -> Int {
        switch scalar {
        case 0x80...0x9F, 0x300...0x36F, 0x200B...0x200F, 0xFE00...0xFE0F: 0
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            2
        default: 1
        }
    }
}
