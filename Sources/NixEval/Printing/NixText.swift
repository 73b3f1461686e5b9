#if canImport(Glibc)
    import Glibc
#endif

/// Strings and names as Nix source text.
extension [UInt8] {
    /// A string literal with Nix's escapes.
    mutating func appendNixString(_ bytes: some Collection<UInt8>) {
        append(UInt8(ascii: "\""))
        var previous: UInt8 = 0
        for byte in bytes {
            // `${` is escaped, and only seen at its second byte.
            if byte == UInt8(ascii: "{"), previous == UInt8(ascii: "$") {
                self[count - 1] = UInt8(ascii: "\\")
                append(contentsOf: "${".utf8)
                previous = byte
                continue
            }
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(contentsOf: [UInt8(ascii: "\\"), byte])
            case UInt8(ascii: "\n"): append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\r"): append(contentsOf: "\\r".utf8)
            case UInt8(ascii: "\t"): append(contentsOf: "\\t".utf8)
            default: append(byte)
            }
            previous = byte
        }
        append(UInt8(ascii: "\""))
    }

    /// A name, quoted where the grammar wants it: keywords too.
    mutating func appendNixAttributeName(_ name: UnsafeBufferPointer<UInt8>) {
        if isPlainName(name), !isKeyword(name) { append(contentsOf: name) } else { appendNixString(name) }
    }

    /// As `nix-instantiate --eval` writes names.
    mutating func appendNixIdentifier(_ name: UnsafeBufferPointer<UInt8>) { appendNixAttributeName(name) }
}

private func isPlainName(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = name.first, isLetter(first) || first == UInt8(ascii: "_") else { return false }
    return name.allSatisfy {
        isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "_")
            || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "'")
    }
}

private func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
}

private func isKeyword(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
    ["if", "then", "else", "assert", "with", "let", "in", "rec", "inherit"].contains { name.elementsEqual($0.utf8) }
}

/// Floats as the C library's formats print them.
enum FloatFormat {
    /// `%g`: six significant digits, as `nix eval` and `nix-instantiate` print floats.
    static func general(_ value: Double) -> String { format("%g", value) }

    /// `%f`: six decimals, as `toString` gives them.
    static func fixed(_ value: Double) -> String { format("%f", value) }

    static func format(_ format: String, _ value: Double) -> String {
        // The longest `%f` of a double has 309 digits before the point.
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 400) { buffer in
            let count = withVaList([value]) { vsnprintf(buffer.baseAddress, buffer.count, format, $0) }
            return String(
                decoding: buffer[..<Int(max(count, 0))].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }
}
