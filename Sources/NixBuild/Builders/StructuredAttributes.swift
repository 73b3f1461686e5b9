import NixFetch
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
        let parsed: JSONValue
        do throws(JSONValue.ParseError) {
            parsed = try JSONValue(parsing: text.bytes)
        } catch {
            throw BuildFailure(.miscellaneous, "cannot process __json attribute: \(error)")
        }
        guard case .object(var members) = parsed else {
            throw BuildFailure(.miscellaneous, "cannot process __json attribute: it is not a set")
        }
        members["outputs"] = .object(
            Dictionary(outputs.map { ($0.name.description, .string($0.path.description)) }) { _, new in new })
        json = ByteString(JSONText.print(.object(members)))
        var shell = ""
        for (name, value) in members.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) })
        where Self.isVariableName(name) {
            if let simple = Self.simple(value) {
                shell += "declare \(name)=\(simple)\n"
            } else if case .array(let elements) = value {
                let words = elements.map(Self.simple)
                guard words.allSatisfy({ $0 != nil }) else { continue }
                shell += "declare -a \(name)=(\(words.map { "\($0 ?? "") " }.joined()))\n"
            } else if case .object(let entries) = value {
                let sorted = entries.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
                let words = sorted.map { ($0.key, Self.simple($0.value)) }
                guard words.allSatisfy({ $0.1 != nil }) else { continue }
                let text = words.map { "[\(ShellQuoting.quote($0.0))]=\($0.1 ?? "") " }.joined()
                shell += "declare -A \(name)=(\(text))\n"
            }
        }
        self.shell = ByteString(shell)
    }

    /// The bash word of a value that has one: strings, whole numbers, truth values, null.
    private static func simple(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text): ShellQuoting.quote(text)
        case .integer(let number): "\(number)"
        case .number: nil
        case .null: "''"
        case .bool(let flag): flag ? "1" : ""
        case .array, .object: nil
        }
    }

    private static func isVariableName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    }
}

/// Words of a shell.
package enum ShellQuoting {
    /// The text in single quotes.
    package static func quote(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
