/// Base 64 of RFC 4648 §4, read as leniently as Nix does.
package enum Base64 {
    package static func encodedCount(_ byteCount: Int) -> Int {
        (byteCount + 2) / 3 * 4
    }

    package static func append(_ bytes: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        var pending: UInt32 = 0
        var bits = 0
        var written = 0
        for byte in bytes {
            pending = (pending << 8 | UInt32(byte)) & 0xFFFF
            bits += 8
            while bits >= 6 {
                bits -= 6
                output.append(digit(pending >> UInt32(bits) & 63))
                written += 1
            }
        }
        if bits > 0 {
            output.append(digit(pending << UInt32(6 - bits) & 63))
            written += 1
        }
        while !written.isMultiple(of: 4) {
            output.append(UInt8(ascii: "="))
            written += 1
        }
    }

    package static func encode(_ bytes: some Collection<UInt8>) -> ByteString {
        var output: [UInt8] = []
        output.reserveCapacity(encodedCount(bytes.count))
        Array(bytes).withUnsafeBytes { append($0, to: &output) }
        return ByteString(output)
    }

    /// The bytes that `text` stands for, or nil at a character that is not of the alphabet.
    ///
    /// As in Nix the text ends at the first `=`, padding may be missing, line feeds are skipped and surplus bits ignored.
    package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(text.count / 4 * 3 + 3)
        var pending: UInt32 = 0
        var bits = 0
        for character in text {
            if character == UInt8(ascii: "=") { break }
            if character == UInt8(ascii: "\n") { continue }
            guard let digit = value(of: character) else { return nil }
            pending = (pending << 6 | UInt32(digit)) & 0xFFFF
            bits += 6
            if bits >= 8 {
                bits -= 8
                result.append(UInt8(truncatingIfNeeded: pending >> UInt32(bits)))
            }
        }
        return result
    }

    private static func digit(_ value: UInt32) -> UInt8 {
        let value = UInt8(value)
        return switch value {
        case 0..<26: UInt8(ascii: "A") + value
        case 26..<52: UInt8(ascii: "a") + value - 26
        case 52..<62: UInt8(ascii: "0") + value - 52
        case 62: UInt8(ascii: "+")
        default: UInt8(ascii: "/")
        }
    }

    private static func value(of character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
