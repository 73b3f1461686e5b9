import NixFormats

/// Typed access to the members of a JSON object, with errors that name the member by its whole path.
struct RequestFields {
    private let value: JSONValue
    private let name: String

    /// The members of a value that must be an object.
    init(_ value: JSONValue, named name: String) throws(FetchError) {
        guard case .object = value else {
            throw FetchError(.badRequest, "\(name) must be a set, not \(value.kindName)")
        }
        self.value = value
        self.name = name
    }

    /// The members of a JSON text; an empty text counts as an empty set.
    init(parsing bytes: [UInt8], named name: String) throws(FetchError) {
        if bytes.isEmpty {
            try self.init(.object([:]), named: name)
            return
        }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw FetchError(.badRequest, "\(name) is not valid JSON: \(error)")
        }
        try self.init(value == .null ? .object([:]) : value, named: name)
    }

    subscript(member: String) -> JSONValue? { value[member] }

    private func wrongType(_ member: String, _ expected: String, _ found: JSONValue) -> FetchError {
        FetchError(.badRequest, "\(name).\(member) must be \(expected), not \(found.kindName)")
    }

    func string(_ member: String) throws(FetchError) -> String? {
        guard let found = value[member] else { return nil }
        guard let text = found.text else { throw wrongType(member, "a string", found) }
        guard !text.utf8.contains(0) else {
            throw FetchError(.badRequest, "\(name).\(member) must not contain a null byte")
        }
        return text
    }

    func requiredString(_ member: String) throws(FetchError) -> String {
        guard let text = try string(member), !text.isEmpty else {
            throw FetchError(.badRequest, "\(name).\(member) is required")
        }
        return text
    }

    /// A string, or an integer as one.
    func text(_ member: String) throws(FetchError) -> String? {
        if let number = value[member]?.integer { return "\(number)" }
        return try string(member)
    }

    func bool(_ member: String) throws(FetchError) -> Bool? {
        guard let found = value[member] else { return nil }
        guard let flag = found.bool else { throw wrongType(member, "a Boolean", found) }
        return flag
    }

    func array(_ member: String) throws(FetchError) -> [JSONValue]? {
        guard let found = value[member] else { return nil }
        guard let elements = found.array else { throw wrongType(member, "a list", found) }
        return elements
    }

    func strings(_ member: String) throws(FetchError) -> [String]? {
        guard let elements = try array(member) else { return nil }
        var texts: [String] = []
        for (index, element) in elements.enumerated() {
            guard let text = element.text else { throw wrongType("\(member)[\(index)]", "a string", element) }
            texts.append(text)
        }
        return texts
    }

    /// Glob patterns: each string is split at blanks, as upstream's space-joined list is.
    func patterns(_ member: String) throws(FetchError) -> [String]? {
        guard let texts = try strings(member) else { return nil }
        let patterns = texts.flatMap { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
        return patterns.isEmpty ? nil : patterns
    }

    func object(_ member: String) throws(FetchError) -> RequestFields? {
        guard let found = value[member] else { return nil }
        return try RequestFields(found, named: "\(name).\(member)")
    }

    func number(_ member: String) throws(FetchError) -> Double? {
        switch value[member] {
        case .none: return nil
        case .some(.number(let digits)): return Double(digits.description)
        case .some(let found): throw wrongType(member, "a number", found)
        }
    }

    /// A duration in seconds, from 0 to a day.
    func seconds(_ member: String) throws(FetchError) -> Double? {
        guard let number = try number(member) else { return nil }
        guard number >= 0, number <= 86_400 else {
            throw FetchError(.badRequest, "\(name).\(member) must lie between 0 and 86400 seconds")
        }
        return number
    }

    /// A number of bytes: an integer, or a string such as `"10M"` or `"1.5G"` (powers of 1024, an `/s` is allowed).
    func byteCount(_ member: String) throws(FetchError) -> Int64? {
        if let text = value[member]?.text {
            var digits = Substring(text.uppercased())
            for suffix in ["/S", "PS", "B", "I"] where digits.hasSuffix(suffix) { digits.removeLast(suffix.count) }
            let shifts: [Character: Double] = ["K": 0x1p10, "M": 0x1p20, "G": 0x1p30, "T": 0x1p40]
            var factor = 1.0
            if let unit = digits.last.flatMap({ shifts[$0] }) {
                factor = unit
                digits.removeLast()
            }
            guard let amount = Double(digits.trimmingBlanks()), amount > 0, amount * factor < 1e15 else {
                throw FetchError(.badRequest, "\(name).\(member): '\(text.printable)' is not a number of bytes")
            }
            return Int64(amount * factor)
        }
        guard let number = try number(member) else { return nil }
        guard number >= 0, number < 1e15 else {
            throw FetchError(.badRequest, "\(name).\(member) must not be negative")
        }
        return number == 0 ? nil : Int64(number)
    }
}
