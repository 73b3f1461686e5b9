/// Hexadecimal, written in lower case.
package enum Base16 {
    package static func append(_ bytes: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: bytes.count * 2) { digits in
            guard let start = digits.baseAddress else { return }
            write(bytes, to: start)
            output.append(contentsOf: UnsafeBufferPointer(digits))
        }
    }

    package static func encode(_ bytes: some Collection<UInt8>) -> ByteString {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count * 2)
        Array(bytes).withUnsafeBytes { append($0, to: &output) }
        return ByteString(output)
    }

    /// The bytes that `text`, of either case, stands for, or nil when it is not hexadecimal of even length.
    package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 2) else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(text.count / 2)
        var high: UInt8?
        for character in text {
            guard let digit = value(of: character) else { return nil }
            if let first = high {
                result.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return result
    }

    /// Writes two digits for each byte, for which there must be room.
    static func write(_ bytes: UnsafeRawBufferPointer, to target: UnsafeMutablePointer<UInt8>) {
        for index in bytes.indices {
            target[index * 2] = digit(bytes[index] >> 4)
            target[index * 2 + 1] = digit(bytes[index] & 15)
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    /// The value of a digit of either case.
    package static func value(of character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
