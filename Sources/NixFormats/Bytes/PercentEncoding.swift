/// Percent-encoding (RFC 3986 section 2.1).
package enum PercentEncoding {
    /// The text with `%XX` replaced; nil where an escape is malformed or the bytes are not UTF-8.
    package static func decode(_ text: some StringProtocol) -> String? {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        return decodeBytes(Array(text.utf8)).flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// The text with `%XX` replaced; a `%` that begins no escape stands for itself.
    package static func decodeLeniently(_ text: some StringProtocol) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        return String(decoding: decodeBytes(Array(text.utf8), isLenient: true) ?? [], as: UTF8.self)
    }

    /// The bytes with `%XX` replaced; nil where an escape is malformed, unless those stand for themselves.
    package static func decodeBytes(_ text: [UInt8], isLenient: Bool = false) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            if text[index] != UInt8(ascii: "%") {
                bytes.append(text[index])
                index += 1
            } else if index + 2 < text.count, let high = Base16.value(of: text[index + 1]),
                let low = Base16.value(of: text[index + 2])
            {
                bytes.append(high << 4 | low)
                index += 3
            } else if isLenient {
                bytes.append(text[index])
                index += 1
            } else {
                return nil
            }
        }
        return bytes
    }

    /// The text with every byte escaped but the unreserved ones of RFC 3986 and those of `kept`.
    package static func encode(_ text: some StringProtocol, keeping kept: StaticString = "") -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var output: [UInt8] = []
        output.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                output.append(byte)
            case _ where kept.withUTF8Buffer { $0.contains(byte) }: output.append(byte)
            default: output += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
