/// An element of a small XML document: the answers of S3 services.
///
/// No document types, no namespaces (prefixes stay in names), no mixed content: text is what stands between tags.
package struct XMLElement: Equatable, Sendable {
    var name: String
    var text = ""
    var children: [XMLElement] = []

    /// Why a text is not accepted.
    package struct ParseError: Error, Equatable, CustomStringConvertible {
        let reason: String
        package var description: String { reason }
    }

    /// The text of the first child with a name.
    subscript(name: String) -> String? {
        children.first { $0.name == name }?.text
    }

    init(name: String) {
        self.name = name
    }

    /// Parses a document; elements nested deeper than 32 levels and document types are errors.
    package init(parsing bytes: [UInt8]) throws(ParseError) {
        var reader = XMLReader(bytes: bytes)
        self = try reader.document()
    }
}

private struct XMLReader {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private func has(_ text: StaticString) -> Bool {
        bytes[min(position, bytes.count)...].starts(with: text.description.utf8)
    }

    private mutating func skip(past text: StaticString) throws(XMLElement.ParseError) {
        while position < bytes.count {
            if has(text) {
                position += text.utf8CodeUnitCount
                return
            }
            position += 1
        }
        throw XMLElement.ParseError(reason: "unexpected end")
    }

    mutating func document() throws(XMLElement.ParseError) -> XMLElement {
        var stack: [XMLElement] = []
        while position < bytes.count {
            if has("<?") {
                try skip(past: "?>")
            } else if has("<!--") {
                try skip(past: "-->")
            } else if has("<!") {
                throw XMLElement.ParseError(reason: "document types are not accepted")
            } else if has("</") {
                position += 2
                let name = try tagName()
                guard let element = stack.popLast(), element.name == name else {
                    throw XMLElement.ParseError(reason: "element '\(name.printable)' is closed but not open")
                }
                guard !stack.isEmpty else { return element }
                stack[stack.count - 1].children.append(element)
            } else if bytes[position] == UInt8(ascii: "<") {
                position += 1
                let start = position
                let name = try tagName()
                let isClosed = position - 2 > start && bytes[position - 2] == UInt8(ascii: "/")
                let element = XMLElement(name: name)
                if !isClosed {
                    guard stack.count < 32 else { throw XMLElement.ParseError(reason: "nesting deeper than 32 levels") }
                    stack.append(element)
                } else if stack.isEmpty {
                    return element
                } else {
                    stack[stack.count - 1].children.append(element)
                }
            } else {
                let text = try text()
                if !stack.isEmpty { stack[stack.count - 1].text += text }
            }
        }
        throw XMLElement.ParseError(reason: "unexpected end")
    }

    /// A name after `<` or `</`; attributes are skipped, the position is behind `>`.
    private mutating func tagName() throws(XMLElement.ParseError) -> String {
        let name = bytes[position...].prefix { byte in
            byte > 0x20 && byte != UInt8(ascii: ">") && byte != UInt8(ascii: "/")
        }
        guard !name.isEmpty else { throw XMLElement.ParseError(reason: "a tag without name") }
        try skip(past: ">")
        return String(decoding: name, as: UTF8.self)
    }

    private mutating func text() throws(XMLElement.ParseError) -> String {
        var output: [UInt8] = []
        while position < bytes.count, bytes[position] != UInt8(ascii: "<") {
            guard bytes[position] == UInt8(ascii: "&") else {
                output.append(bytes[position])
                position += 1
                continue
            }
            let name = bytes[(position + 1)...].prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: "<") }
            guard name.count <= 8 else { throw XMLElement.ParseError(reason: "a malformed entity") }
            position += name.count + 2
            output += Array(try Self.entity(String(decoding: name, as: UTF8.self)).utf8)
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func entity(_ name: String) throws(XMLElement.ParseError) -> String {
        switch name {
        case "lt": return "<"
        case "gt": return ">"
        case "amp": return "&"
        case "quot": return "\""
        case "apos": return "'"
        default:
            let number = name.hasPrefix("#x") ? UInt32(name.dropFirst(2), radix: 16) : UInt32(name.dropFirst())
            guard name.hasPrefix("#"), let number, let scalar = Unicode.Scalar(number) else {
                throw XMLElement.ParseError(reason: "unknown entity '\(name.printable)'")
            }
            return String(Character(scalar))
        }
    }
}
