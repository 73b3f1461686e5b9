package import NixFormats

/// `__structuredAttrs`: the attributes of a derivation as JSON, and the bash code that declares the simple ones.
///
/// See the Nix manual, "Advanced attributes", `__structuredAttrs`.
package struct StructuredAttributes {
    /// The contents of `.attrs.json`.
    package let json: ByteString
    /// The contents of `.attrs.sh`.
    package let shell: ByteString

    /// - Parameter outputs: the paths that the attribute `outputs` becomes.
    package init(parsing text: ByteString, outputs: [(name: ByteString, path: ByteString)]) throws(BuildFailure) {
        do throws(FormatError) {
            guard case .object(var members) = try JSONValue(parsing: text) else {
                throw FormatError(.derivation, "it is not a set")
            }
            members["outputs"] = .object(SortedMap(outputs.map { ($0.name, .string($0.path)) }))
            json = try JSONValue.object(members).printed()
            shell = ByteString(Self.shell(members))
        } catch {
            throw BuildFailure(.miscellaneous, "cannot process __json attribute: \(error)")
        }
    }

    private static func shell(_ members: SortedMap<ByteString, JSONValue>) -> [UInt8] {
        var shell: [UInt8] = []
        for member in members where isVariableName(member.key) {
            let name = member.key.bytes
            if let word = simple(member.value) {
                shell += Array("declare ".utf8) + name + Array("=".utf8) + word + Array("\n".utf8)
            } else if case .array(let elements) = member.value {
                let words = elements.compactMap(simple)
                guard words.count == elements.count else { continue }
                shell += Array("declare -a ".utf8) + name + Array("=(".utf8)
                for word in words { shell += word + [0x20] }
                shell += Array(")\n".utf8)
            } else if case .object(let entries) = member.value {
                let words = entries.compactMap { entry in simple(entry.value).map { (entry.key, $0) } }
                guard words.count == entries.count else { continue }
                shell += Array("declare -A ".utf8) + name + Array("=(".utf8)
                for (key, word) in words {
                    shell += Array("[".utf8) + ShellQuoting.quote(key.bytes) + Array("]=".utf8) + word + [0x20]
                }
                shell += Array(")\n".utf8)
            }
        }
        return shell
    }

    /// The bash word of a value that has one: strings, whole numbers, truth values, null.
    private static func simple(_ value: JSONValue) -> [UInt8]? {
        switch value {
        case .string(let text): ShellQuoting.quote(text.bytes)
        case .number(let digits):
            digits.bytes.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") } ? digits.bytes : nil
        case .null: Array("''".utf8)
        case .bool(let flag): flag ? Array("1".utf8) : []
        case .array, .object: nil
        }
    }

    private static func isVariableName(_ name: ByteString) -> Bool {
        guard let first = name.bytes.first, !(0x30...0x39).contains(first) else { return false }
        return name.bytes.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20) || byte == UInt8(ascii: "_")
        }
    }
}

/// Words of a shell.
package enum ShellQuoting {
    /// The text in single quotes.
    package static func quote(_ text: [UInt8]) -> [UInt8] {
        var quoted = Array("'".utf8)
        for byte in text {
            if byte == UInt8(ascii: "'") {
                quoted += "'\\''".utf8
            } else {
                quoted.append(byte)
            }
        }
        return quoted + "'".utf8
    }

    /// The text in single quotes.
    package static func quote(_ text: String) -> String {
        String(decoding: quote(Array(text.utf8)), as: UTF8.self)
    }
}
