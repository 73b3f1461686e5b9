import NixFormats

/// JSON of protocol answers and model descriptions, in texts.
extension JSONValue {
    /// Parses a whole document.
    init(parsing bytes: [UInt8]) throws(FormatError) {
        try self.init(parsing: ByteString(bytes))
    }

    /// The member of an object; nil for other kinds and for a member that is `null` or absent.
    subscript(name: String) -> JSONValue? { self[ByteString(name)] }

    /// The text, if this is a string.
    var text: String? { string?.description }

    /// A text as a JSON string.
    static func quoted(_ text: String) -> String {
        // A Swift string is UTF-8, which is all that printing checks.
        (try? JSONValue.string(ByteString(text)).printed().description) ?? "\"\""
    }

    /// An object of texts as JSON, its members in this order.
    static func document(_ members: [(String, String)]) -> String {
        "{\(members.map { "\(quoted($0.0)):\(quoted($0.1))" }.joined(separator: ","))}"
    }

    /// What a message calls this kind of value.
    var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "a Boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "a list"
        case .object: "a set"
        }
    }
}
