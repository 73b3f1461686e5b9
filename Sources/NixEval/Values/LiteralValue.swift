package import NixSyntax

/// What a text says without being evaluated: what a flake may be described by.
///
/// Literals, sets and lists of them, and functions; everything else is `delayed`. Source: "Flake format" in the Nix manual.
package indirect enum LiteralValue: Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case float(Double)
    case string(String)
    /// Absolute.
    case path([UInt8])
    case list([LiteralValue])
    case set([LiteralAttribute])
    /// The names of its pattern; nil where it has none.
    case function(formals: [String]?)
    /// What would have to be evaluated.
    case delayed

    /// As messages call it.
    package var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a Boolean"
        case .integer: "an integer"
        case .float: "a float"
        case .string: "a string"
        case .path: "a path"
        case .list: "a list"
        case .set: "a set"
        case .function: "a function"
        case .delayed: "a thunk"
        }
    }

    /// As messages call it where nobody has looked at it yet.
    package var unforcedKind: String {
        switch self {
        case .set, .function: "a thunk"
        case .list(let elements): elements.isEmpty ? kind : "a thunk"
        default: kind
        }
    }
}

/// An attribute of a `LiteralValue`.
package struct LiteralAttribute: Sendable {
    package let name: String
    package let value: LiteralValue
    /// For frames of errors.
    package let position: UInt32
    /// As messages name it.
    package let location: SourceLocation
}

extension Evaluator {
    /// The attributes of a text that is a set.
    ///
    /// - Throws: for a text that is wrong or no set, in Nix's words.
    package func readLiterals(_ source: SourceFile) throws(EvaluationError) -> [LiteralAttribute] {
        let tree = try parse(source)
        guard let base = positions.add(source) else {
            throw EvaluationError(.other, "more than 4 GiB of source text")
        }
        // Names that nothing defines are errors at once.
        var resolver = Resolver(tree: tree, evaluator: self, base: base)
        _ = try resolver.resolveFile(scope: [])
        let reader = LiteralReader(tree: tree, symbols: symbols, base: base, home: homeDirectory)
        guard let attributes = reader.attributes(tree.root, scopes: [], depth: 0) else {
            throw EvaluationError(.other, "file '\(source.displayName)' must be an attribute set")
                .adding("while evaluating the file '\(source.displayName)':")
        }
        return attributes
    }

    /// What is wrong with a text that is not JSON; nil for one that is.
    package func problem(ofJSON text: [UInt8]) -> String? {
        text.withUnsafeBufferPointer { JSONDiagnosis.message(for: $0) }
    }

    /// A misuse of the program, after which it points to `--help`.
    package func misuse(_ message: String) -> EvaluationError { EvaluationError(.usage, message) }
}

/// Reads literals off a tree.
private struct LiteralReader {
    let tree: SyntaxTree
    let symbols: SymbolTable
    let base: UInt32
    let home: String

    /// As deep as anything that describes a flake could be.
    private static let maximumDepth = 500

    /// The attributes of a set; nil for other nodes and for sets with computed names.
    ///
    /// - Parameter scopes: the `rec` sets around the node, outermost first.
    func attributes(_ index: NodeIndex, scopes: [NodeIndex], depth: Int) -> [LiteralAttribute]? {
        let node = tree.nodes[Int(index)]
        guard node.kind == .attributeSet || node.kind == .recursiveAttributeSet else { return nil }
        let bindings = tree.bindings[Int(node.a)..<Int(node.a) + Int(node.b)]
        guard bindings.allSatisfy({ $0.kind != .dynamic }) || depth == 0 else { return nil }
        let inner = node.kind == .recursiveAttributeSet ? scopes + [index] : scopes
        return bindings.filter { $0.kind != .dynamic }.map { binding in
            let scope = binding.kind == .inherited ? scopes : inner
            return LiteralAttribute(
                name: symbols.string(of: binding.symbol), value: value(binding.value, scopes: scope, depth: depth + 1),
                position: base + binding.position,
                location: SourceLocation(file: tree.source, offset: binding.position))
        }
    }

    private func value(_ index: NodeIndex, scopes: [NodeIndex], depth: Int) -> LiteralValue {
        guard depth < Self.maximumDepth else { return .delayed }
        let node = tree.nodes[Int(index)]
        switch node.kind {
        case .integer: return .integer(tree.integers[Int(node.a)])
        case .float: return .float(tree.floats[Int(node.a)])
        case .string: return .string(String(decoding: text(node), as: UTF8.self))
        case .path: return .path(PathLiteral.resolve(text(node), in: tree.source, home: home))
        case .attributeSet, .recursiveAttributeSet:
            return attributes(index, scopes: scopes, depth: depth).map { .set($0) } ?? .delayed
        case .list:
            return .list(
                tree.children[Int(node.a)..<Int(node.a) + Int(node.b)].map {
                    value($0, scopes: scopes, depth: depth + 1)
                })
        case .lambda:
            guard node.b >= 0 else { return .function(formals: nil) }
            let pattern = tree.patterns[Int(node.b)]
            let formals = tree.formals[Int(pattern.formalsStart)..<Int(pattern.formalsStart + pattern.formalsCount)]
            return .function(formals: formals.map { symbols.string(of: $0.symbol) })
        case .variable: return variable(Symbol(rawValue: node.a), scopes: scopes, depth: depth)
        default: return .delayed
        }
    }

    private func text(_ node: NixSyntax.Node) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: tree.bytes[Int(node.a)..<Int(node.a) + Int(node.b)])
    }

    private func variable(_ symbol: Symbol, scopes: [NodeIndex], depth: Int) -> LiteralValue {
        for (level, scope) in scopes.enumerated().reversed() {
            let node = tree.nodes[Int(scope)]
            let bindings = tree.bindings[Int(node.a)..<Int(node.a) + Int(node.b)]
            guard let binding = bindings.first(where: { $0.kind != .dynamic && $0.symbol == symbol }) else { continue }
            let outer = binding.kind == .inherited ? Array(scopes[..<level]) : Array(scopes[...level])
            return value(binding.value, scopes: outer, depth: depth + 1)
        }
        switch symbols.string(of: symbol) {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null": return .null
        default: return .delayed
        }
    }
}
