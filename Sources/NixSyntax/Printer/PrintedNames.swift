extension [UInt8] {
    /// A name as Nix prints identifiers: in quotes where it is not one, or a keyword (`or` is none here).
    package mutating func appendIdentifier(_ name: UnsafeBufferPointer<UInt8>) {
        if Self.isKeyword(name) {
            append(UInt8(ascii: "\""))
            append(contentsOf: name)
            append(UInt8(ascii: "\""))
        } else if let first = name.first, CharacterClass(of: first).contains(.identifierStart),
            name.allSatisfy({ CharacterClass(of: $0).contains(.identifier) })
        {
            append(contentsOf: name)
        } else {
            appendStringLiteral(name)
        }
    }

    /// Text in quotes with Nix's escapes; `${` becomes `\${`.
    package mutating func appendStringLiteral(_ text: UnsafeBufferPointer<UInt8>) {
        append(UInt8(ascii: "\""))
        for (index, byte) in text.enumerated() {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                append(UInt8(ascii: "\\"))
                append(byte)
            case UInt8(ascii: "\n"): append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\r"): append(contentsOf: "\\r".utf8)
            case UInt8(ascii: "\t"): append(contentsOf: "\\t".utf8)
            case UInt8(ascii: "$") where index + 1 < text.count && text[index + 1] == UInt8(ascii: "{"):
                append(contentsOf: "\\$".utf8)
            default: append(byte)
            }
        }
        append(UInt8(ascii: "\""))
    }

    private static func isKeyword(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        let keywords: [StaticString] = ["if", "then", "else", "assert", "with", "let", "in", "rec", "inherit"]
        return keywords.contains {
            name.elementsEqual(UnsafeBufferPointer(start: $0.utf8Start, count: $0.utf8CodeUnitCount))
        }
    }
}
