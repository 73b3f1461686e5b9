import NixFormats

/// A value of a model's description, printable as Nix and convertible to JSON.
indirect enum NixLiteral: Sendable, Equatable {
    case bool(Bool)
    case string(String)
    case list([NixLiteral])
    /// In the order in which they are printed.
    case attributes([(name: String, value: NixLiteral)])

    static func == (left: NixLiteral, right: NixLiteral) -> Bool { left.json == right.json }

    /// The value for an evaluation.
    var json: JSONValue {
        switch self {
        case .bool(let flag): .bool(flag)
        case .string(let text): .string(ByteString(text))
        case .list(let elements): .array(elements.map(\.json))
        case .attributes(let members): .object(SortedMap(members.map { (ByteString($0.name), $0.value.json) }))
        }
    }

    /// Nix source; lines after the first begin with `indentation` blanks.
    func source(indentation: Int = 0) -> String {
        switch self {
        case .bool(let flag): return flag ? "true" : "false"
        case .string(let text): return Self.quoted(text)
        case .list(let elements):
            return "[ \(elements.map { $0.source(indentation: indentation) + " " }.joined())]"
        case .attributes(let members):
            let inner = String(repeating: " ", count: indentation + 2)
            let lines = members.map { name, value in
                "\(inner)\(Self.name(name)) = \(value.source(indentation: indentation + 2));\n"
            }
            return "{\n\(lines.joined())\(String(repeating: " ", count: indentation))}"
        }
    }

    /// An attribute's name, in quotes where it is no identifier.
    static func name(_ name: String) -> String {
        let keywords: Set = ["assert", "else", "if", "in", "inherit", "let", "or", "rec", "then", "with"]
        let isIdentifier =
            name.unicodeScalars.first.map { $0.properties.isAlphabetic && $0.isASCII || $0 == "_" } == true
            && name.unicodeScalars.allSatisfy {
                $0.isASCII
                    && ($0.properties.isAlphabetic || $0.properties.numericType != nil
                        || "_-'".unicodeScalars.contains($0))
            }
        return isIdentifier && !keywords.contains(name) ? name : quoted(name)
    }

    /// A string of Nix.
    static func quoted(_ text: String) -> String {
        var output = "\""
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": output += "\\\(scalar)"
            case "\n": output += "\\n"
            case "\r": output += "\\r"
            case "\t": output += "\\t"
            // `${` would begin an interpolation.
            case "{" where previous == "$":
                output.removeLast()
                output += "\\${"
            default: output.unicodeScalars.append(scalar)
            }
            previous = scalar
        }
        return output + "\""
    }
}
