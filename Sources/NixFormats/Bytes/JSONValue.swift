/// A JSON document with byte strings, printed as Nix prints its own: keys ascending, no spaces.
package indirect enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// The digits as they are written.
    case number(ByteString)
    case string(ByteString)
    case array([JSONValue])
    case object(SortedMap<ByteString, JSONValue>)

    /// The document in one line, or with `isIndented` over several with two spaces per level.
    ///
    /// Throws, in Nix's words, where a string is not UTF-8.
    package func printed(isIndented: Bool = false) throws(FormatError) -> ByteString {
        var output: [UInt8] = []
        try append(to: &output, indentation: isIndented ? 0 : nil)
        return ByteString(output)
    }

    private func append(to output: inout [UInt8], indentation: Int?) throws(FormatError) {
        switch self {
        case .null: output.append("null")
        case .bool(let value): output.append(value ? "true" : "false")
        case .number(let digits): output.append(contentsOf: digits.bytes)
        case .string(let string): try Self.append(string, to: &output)
        case .array(let elements):
            guard !elements.isEmpty else { return output.append("[]") }
            let inner = indentation.map { $0 + 2 }
            var separator: StaticString = "["
            for element in elements {
                output.append(separator)
                separator = ","
                Self.breakLine(inner, &output)
                try element.append(to: &output, indentation: inner)
            }
            Self.breakLine(indentation, &output)
            output.append("]")
        case .object(let members):
            guard !members.isEmpty else { return output.append("{}") }
            let inner = indentation.map { $0 + 2 }
            var separator: StaticString = "{"
            for member in members {
                output.append(separator)
                separator = ","
                Self.breakLine(inner, &output)
                try Self.append(member.key, to: &output)
                output.append(inner == nil ? ":" : ": ")
                try member.value.append(to: &output, indentation: inner)
            }
            Self.breakLine(indentation, &output)
            output.append("}")
        }
    }

    private static func breakLine(_ indentation: Int?, _ output: inout [UInt8]) {
        guard let indentation else { return }
        output.append("\n")
        for _ in 0..<indentation { output.append(UInt8(ascii: " ")) }
    }

    private static func append(_ string: ByteString, to output: inout [UInt8]) throws(FormatError) {
        try checkUTF8(string.bytes)
        output.append("\"")
        for byte in string.bytes {
            switch byte {
            case UInt8(ascii: "\""): output.append("\\\"")
            case UInt8(ascii: "\\"): output.append("\\\\")
            case 8: output.append("\\b")
            case 9: output.append("\\t")
            case 10: output.append("\\n")
            case 12: output.append("\\f")
            case 13: output.append("\\r")
            case 0..<32:
                output.append("\\u00")
                withUnsafeBytes(of: byte) { Base16.append($0, to: &output) }
            default: output.append(byte)
            }
        }
        output.append("\"")
    }

    /// Throws at the first byte that cannot continue a well-formed sequence (Unicode, table 3-7), or at the end.
    private static func checkUTF8(_ bytes: [UInt8]) throws(FormatError) {
        /// How many continuation bytes are missing, and what the next may be.
        var missing = 0
        var allowed: ClosedRange<UInt8> = 0x80...0xBF
        for (index, byte) in bytes.enumerated() {
            var isValid = true
            if missing > 0 {
                isValid = allowed.contains(byte)
                missing -= 1
                allowed = 0x80...0xBF
            } else {
                switch byte {
                case 0..<0x80: break
                case 0xC2...0xDF: missing = 1
                case 0xE0: (missing, allowed) = (2, 0xA0...0xBF)
                case 0xED: (missing, allowed) = (2, 0x80...0x9F)
                case 0xE1...0xEF: missing = 2
                case 0xF0: (missing, allowed) = (3, 0x90...0xBF)
                case 0xF1...0xF3: missing = 3
                case 0xF4: (missing, allowed) = (3, 0x80...0x8F)
                default: isValid = false
                }
            }
            guard isValid else {
                throw jsonError("invalid UTF-8 byte at index \(index): 0x\(hexadecimal(byte))")
            }
        }
        if missing > 0, let last = bytes.last {
            throw jsonError("incomplete UTF-8 string; last byte: 0x\(hexadecimal(last))")
        }
    }

    private static func jsonError(_ problem: String) -> FormatError {
        FormatError(.json, "[json.exception.type_error.316] \(problem)")
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
}
