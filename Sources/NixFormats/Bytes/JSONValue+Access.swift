extension JSONValue {
    /// The member of an object; nil for other kinds and for a member that is `null` or absent.
    package subscript(name: ByteString) -> JSONValue? {
        guard case .object(let members) = self, let value = members[name], value != .null else { return nil }
        return value
    }

    /// The text, if this is a string.
    package var string: ByteString? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The truth value, if this is one.
    package var bool: Bool? {
        guard case .bool(let flag) = self else { return nil }
        return flag
    }

    /// The number, if this is an integer of 64 bits.
    package var integer: Int64? {
        guard case .number(let digits) = self else { return nil }
        return Int64(digits.description)
    }

    /// The elements, if this is an array.
    package var array: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// The members, if this is an object.
    package var object: SortedMap<ByteString, JSONValue>? {
        guard case .object(let members) = self else { return nil }
        return members
    }
}
