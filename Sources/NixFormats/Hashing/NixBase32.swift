/// Nix's own base 32: 5-bit groups counted from the end of the bytes, with an alphabet without `e o u t`.
///
/// Source: "Nix32" in the Nix manual, `protocols/store-path`.
package enum NixBase32 {
    /// Characters for `byteCount` bytes.
    package static func encodedCount(_ byteCount: Int) -> Int {
        byteCount == 0 ? 0 : (byteCount * 8 - 1) / 5 + 1
    }

    package static func append(_ bytes: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        let count = encodedCount(bytes.count)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { digits in
            for position in 0..<count {
                let (index, shift) = ((position * 5) / 8, UInt8((position * 5) % 8))
                var group = bytes[index] >> shift
                if index + 1 < bytes.count { group |= bytes[index + 1] << (8 - shift) }
                digits[count - 1 - position] = character(of: group & 31)
            }
            output.append(contentsOf: UnsafeBufferPointer(digits))
        }
    }

    package static func encode(_ bytes: some Collection<UInt8>) -> ByteString {
        var output: [UInt8] = []
        output.reserveCapacity(encodedCount(bytes.count))
        Array(bytes).withUnsafeBytes { append($0, to: &output) }
        return ByteString(output)
    }

    /// The bytes that `text` stands for, or nil when a character is not of the alphabet.
    ///
    /// Text whose surplus bits are not zero gives one byte more than expected, as in Nix: the caller checks the count.
    package static func decode(_ text: some BidirectionalCollection<UInt8>) -> [UInt8]? {
        var result = [UInt8](repeating: 0, count: text.count * 5 / 8 + 1)
        var used = 0
        var bit = 0
        for character in text.reversed() {
            guard let digit = value(of: character) else { return nil }
            let (index, shift) = bit.quotientAndRemainder(dividingBy: 8)
            if index == result.count { result.append(0) }
            result[index] |= digit << UInt8(shift)
            used = index + 1
            let carry = digit >> UInt8(8 - shift)
            if carry != 0 {
                if used == result.count { result.append(0) }
                result[used] |= carry
                used += 1
            }
            bit += 5
        }
        result.removeLast(result.count - used)
        return result
    }

    /// Whether `character` is one of the thirty-two.
    package static func isDigit(_ character: UInt8) -> Bool {
        value(of: character) != nil
    }

    private static func value(of character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "d"): character - UInt8(ascii: "a") + 10
        case UInt8(ascii: "f")...UInt8(ascii: "n"): character - UInt8(ascii: "f") + 14
        case UInt8(ascii: "p")...UInt8(ascii: "s"): character - UInt8(ascii: "p") + 23
        case UInt8(ascii: "v")...UInt8(ascii: "z"): character - UInt8(ascii: "v") + 27
        default: nil
        }
    }

    /// The character of a 5-bit value.
    private static func character(of value: UInt8) -> UInt8 {
        switch value {
        case 0..<10: UInt8(ascii: "0") + value
        case 10..<14: UInt8(ascii: "a") + value - 10
        case 14..<23: UInt8(ascii: "f") + value - 14
        case 23..<27: UInt8(ascii: "p") + value - 23
        default: UInt8(ascii: "v") + value - 27
        }
    }
}
