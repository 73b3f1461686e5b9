package import NixSyntax

/// What is known of a function for those who want to read about it.
package enum FunctionDocumentation: Sendable {
    /// A builtin: how it is called and what it does, in Markdown.
    case builtin(name: String, arguments: [String], text: String)
    /// A lambda: the name it was bound to, where it stands, and the text of its documentation comment (RFC 145).
    case lambda(name: String?, place: String, text: String?)
}

extension Evaluator {
    /// The documentation of a function; nil for what is none, and for builtins of which nothing is written.
    package func documentation(of value: Value) throws(EvaluationError) -> FunctionDocumentation? {
        var function = try machine.force(value)
        if function.isAttributes {
            let functor = function.attribute(machine.known.functor)
            guard !functor.isAbsent else { return nil }
            let partial = try machine.call(try machine.force(functor), function)
            return try documentation(of: partial)
        }
        if function.isBox(.builtin) || function.isBox(.partialBuiltin) {
            let name = machine.builtinName(function)
            return BuiltinDocumentation.entry(name).map {
                .builtin(name: name, arguments: $0.arguments, text: $0.text)
            }
        }
        if function.isBox(.builtin) || function.isBox(.partialBuiltin) {
            let name = machine.builtinName(function)
            return BuiltinDocumentation.entry(name).map {
                .builtin(name: name, arguments: $0.arguments, text: $0.text)
            }
        }
        if function.isBox(.partialLambda) { function = Value(bits: function.object[1]) }
        guard function.isLambda else { return nil }
        let code = function.lambdaCode.pointee
        guard let location = positions.location(code.position) else { return nil }
        return .lambda(
            name: code.name < 0 ? nil : symbols.string(of: Symbol(rawValue: code.name)), place: "\(location)",
            text: try documentation(at: location))
    }

    /// Where a function's text stands; nil for builtins and what is no function.
    package func location(ofFunction value: Value) throws(EvaluationError) -> SourceLocation? {
        positions.location(machine.position(ofFunction: try machine.force(value)))
    }

    /// The text of the comment that belongs to the function at a place.
    ///
    /// That is the one before it, else the one before the attribute or the function whose value it is.
    private func documentation(at location: SourceLocation) throws(EvaluationError) -> String? {
        let tree = try parse(location.file, keepsDocumentation: true)
        guard !tree.documentation.isEmpty else { return nil }
        var owners: [NodeIndex: UInt32] = [:]
        for binding in tree.bindings where binding.kind == .plain { owners[binding.value] = binding.position }
        var found: Range<Int>?
        // A node comes after those it holds, so going backwards meets a function before the ones in its body.
        for index in tree.nodes.indices.reversed() where tree.nodes[index].kind == .lambda {
            let node = tree.nodes[index]
            let own =
                tree.documentation[Int(node.position)]
                ?? owners[NodeIndex(index)].flatMap { tree.documentation[Int($0)] }
            guard node.position == location.offset else {
                if let own, tree.nodes[Int(node.c)].kind == .lambda, tree.nodes[Int(node.c)].position == location.offset
                {
                    found = own
                }
                continue
            }
            found = own ?? found
            break
        }
        return found.map { Self.text(ofComment: Array(location.file.text[$0])) }
    }

    /// What stands in `/** … */`, without the indentation that its lines share.
    private static func text(ofComment comment: [UInt8]) -> String {
        let inner = String(decoding: comment.dropFirst(3).dropLast(2), as: UTF8.self)
        var lines = inner.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        func indentation(_ line: String) -> Int? {
            line.allSatisfy { $0 == " " || $0 == "\t" } ? nil : line.prefix { $0 == " " }.count
        }
        let shared = lines.dropFirst().compactMap(indentation).min() ?? 0
        lines = lines.enumerated().map { number, line in
            number == 0 ? String(line.drop { $0 == " " }) : String(line.dropFirst(min(shared, line.count)))
        }
        return lines.joined(separator: "\n")
    }
}
