/// The attributes of an input, as `fetchTree` and flakes' lock files have them: `type`, and what that needs.
package struct InputAttributes: Hashable, Sendable {
    package enum Value: Hashable, Sendable {
        case string(String)
        case integer(UInt64)
        case bool(Bool)
    }

    package private(set) var values: [String: Value]

    package init(_ values: [String: Value] = [:]) {
        self.values = values
    }

    package subscript(name: String) -> Value? {
        get { values[name] }
        set { values[name] = newValue }
    }

    /// Names and values in the order of the names.
    package var sorted: [(name: String, value: Value)] {
        values.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { ($0.key, $0.value) }
    }

    /// An attribute that may be missing but must be a string.
    package func string(_ name: String) throws(InputError) -> String? {
        guard let value = values[name] else { return nil }
        guard case .string(let text) = value else {
            throw InputError("input attribute '\(name)' is not a string \(json)")
        }
        return text
    }

    package func requiredString(_ name: String) throws(InputError) -> String {
        guard let text = try string(name) else { throw InputError("input attribute '\(name)' is missing") }
        return text
    }

    package func bool(_ name: String) throws(InputError) -> Bool? {
        guard let value = values[name] else { return nil }
        guard case .bool(let flag) = value else { throw InputError("input attribute '\(name)' is not a Boolean") }
        return flag
    }

    package func integer(_ name: String) throws(InputError) -> UInt64? {
        guard let value = values[name] else { return nil }
        guard case .integer(let number) = value else { throw InputError("input attribute '\(name)' is not an integer") }
        return number
    }

    /// As messages show them.
    package var json: String {
        var out: [UInt8] = [UInt8(ascii: "{")]
        for (index, member) in sorted.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            Self.append(member.name, to: &out)
            out.append(UInt8(ascii: ":"))
            switch member.value {
            case .string(let text): Self.append(text, to: &out)
            case .integer(let number): out += Array(String(number).utf8)
            case .bool(let flag): out += Array((flag ? "true" : "false").utf8)
            }
        }
        return String(decoding: out + [UInt8(ascii: "}")], as: UTF8.self)
    }

    private static func append(_ text: String, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): out += [UInt8(ascii: "\\"), byte]
            case 0x08: out += Array("\\b".utf8)
            case 0x09: out += Array("\\t".utf8)
            case 0x0A: out += Array("\\n".utf8)
            case 0x0C: out += Array("\\f".utf8)
            case 0x0D: out += Array("\\r".utf8)
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                out += Array("\\u00\(digits.count == 1 ? "0" : "")\(digits)".utf8)
            default: out.append(byte)
            }
        }
        out.append(UInt8(ascii: "\""))
    }
}
