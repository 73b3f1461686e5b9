extension StringProtocol {
    /// The text without spaces and tabs at its ends.
    func trimmingBlanks() -> String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" || $0 == "\n" || $0 == "\r\n" }
        guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) }) else {
            return ""
        }
        return String(self[first...last])
    }

    /// The text without slashes at its end.
    package var withoutFinalSlashes: String {
        var rest = Substring(self)
        while rest.hasSuffix("/") { rest.removeLast() }
        return String(rest)
    }

    /// Whether this is a part of a host's name, or a name of the same alphabet: lower-case letters, digits and dashes.
    var isHostLabel: Bool {
        !isEmpty && utf8.allSatisfy { $0.isDigit || $0.isLowercaseLetter || $0 == UInt8(ascii: "-") }
    }

    /// Whether there are only lower-case hexadecimal digits.
    var isLowercaseHexadecimal: Bool { utf8.allSatisfy { $0.isDigit || (0x61...0x66).contains($0) } }

    /// The text with control characters replaced by `?`, so that a server's words cannot steer a terminal.
    var printable: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { scalar in
                    let value = scalar.value
                    let isControl = value < 0x20 || value == 0x7F || (0x80..<0xA0).contains(value)
                    return isControl && scalar != "\n" ? "?" : scalar
                }))
    }
}

/// Kinds of ASCII characters.
extension UInt8 {
    var isDigit: Bool { (0x30...0x39).contains(self) }
    var isLowercaseLetter: Bool { (0x61...0x7A).contains(self) }
    var isAlphanumeric: Bool { isDigit || isLowercaseLetter || (0x41...0x5A).contains(self) }
}
