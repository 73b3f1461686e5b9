package import NixEval

/// Names from the root of a value to one inside of it, as `-A` and the part after `#` give them.
package struct AttributePath: Sendable, Equatable {
    package let names: [String]
    /// The path as it is written in messages.
    package let text: String

    package init(_ names: [String]) {
        self.names = names
        text = names.map { $0.contains(".") ? "\"\($0)\"" : $0 }.joined(separator: ".")
    }

    /// Parses `a.b."c.d"`.
    package init(parsing text: String) throws(ProjectError) {
        var names: [String] = []
        var name = ""
        var isQuoted = false
        for character in text {
            if character == "\"" {
                isQuoted.toggle()
            } else if character == ".", !isQuoted {
                names.append(name)
                name = ""
            } else {
                name.append(character)
            }
        }
        if isQuoted { throw ProjectError("missing closing quote in selection path '\(text)'") }
        if !name.isEmpty { names.append(name) }
        self.names = names
        self.text = text
    }

    package static func + (left: AttributePath, right: AttributePath) -> AttributePath {
        AttributePath(left.names + right.names)
    }
}

/// Where following an attribute path ended.
package enum AttributeSearch {
    case found(Value)
    /// This name is not among the names that are there.
    case missing(String, others: [String])
    /// A name was looked for in something that is no set.
    case notASet(kind: String)
    /// A number was looked for in something that is no list.
    case notAList(kind: String)
    /// A list has no such element.
    case outOfRange(Int)
    /// Only a path that is written wrongly has an empty name.
    case emptyName
}

extension Evaluator {
    /// What a path leads to, functions on the way being called with `arguments`.
    ///
    /// - Parameter callsLast: whether a function at the end of the path is called too.
    package func find(
        _ path: AttributePath, in value: Value, arguments: [(name: String, value: ValueRoot)], callsLast: Bool = true
    ) throws(EvaluationError) -> AttributeSearch {
        var current = value
        for name in path.names {
            current = try autoCall(current, arguments: arguments)
            let kind = try kind(of: current)
            let index = UInt32(name).map(Int.init)
            if let index, kind == .list {
                guard index < (try count(of: current)) else { return .outOfRange(index) }
                current = try element(index, of: current)
                continue
            }
            guard kind == .attributes else {
                return index == nil ? .notASet(kind: kind.description) : .notAList(kind: kind.description)
            }
            if name.isEmpty { return .emptyName }
            guard let next = try attribute(name, of: current) else {
                if index != nil { return .notAList(kind: kind.description) }
                return .missing(
                    name, others: try attributeNames(of: current).map { String(decoding: $0, as: UTF8.self) })
            }
            current = next
        }
        return .found(callsLast ? try force(try autoCall(current, arguments: arguments)) : try force(current))
    }
}

extension Evaluator.Kind {
    /// The kind with its article, as messages have it.
    fileprivate var description: String {
        switch self {
        case .null: "null"
        case .bool: "a Boolean"
        case .integer: "an integer"
        case .float: "a float"
        case .string: "a string"
        case .path: "a path"
        case .list: "a list"
        case .attributes: "a set"
        case .function: "a function"
        }
    }
}
