import Testing

@testable import NixSyntax

/// Positions of nodes: where Nix's carets point when evaluation fails.
@Suite struct PositionTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let source: String
        let kind: NodeKind
        let position: UInt32

        init(_ source: String, _ kind: NodeKind, _ position: UInt32) {
            self.source = source
            self.kind = kind
            self.position = position
        }

        var testDescription: String { source }
    }

    static let roots: [Example] = [
        Example(" ({ }).a", .select, 1), Example(" 1 - 2", .subtract, 3), Example(" 1 + 2", .add, 3),
        Example(" [ ] ++ 1", .concatenate, 5), Example(" 1 && true", .and, 3), Example(" 1 < 2", .less, 3),
        Example(" 1 2", .call, 1), Example(" (1) 2", .call, 1), Example(" (1 2) 3", .call, 2),
        Example(" 1 or", .call, 1), Example(" -\"a\"", .negate, 1), Example(" if 1 then 2 else 3", .conditional, 1),
        Example(" assert false; 1", .assert, 1), Example(" with 1; a", .with, 1), Example(" <nope>", .searchPath, 1),
        Example(" x: x", .lambda, 1), Example(" { a }: a", .lambda, 1), Example(" b@{ a }: a", .lambda, 1),
        Example(" 1 |> 2", .pipeInto, 3), Example(" 1 |> 2 3", .pipeInto, 6), Example(" x", .variable, 1),
        Example(" \"a${\"b\"}\"", .interpolatedString, 2), Example(" ''a${\"b\"}''", .interpolatedString, 1),
        Example(" ./a/${\"b\"}", .interpolatedPath, 1), Example(" rec { }", .recursiveAttributeSet, 1),
        Example(" { }", .attributeSet, 1), Example(" __curPos", .currentPosition, 1), Example(" 1.5", .float, 1),
    ]

    @Test("the root's position", arguments: roots)
    func root(example: Example) throws {
        let tree = try Parser.parse(source: sourceText(example.source), symbols: SymbolTable(), options: allFeatures)
        let node = tree.nodes[Int(tree.root)]
        #expect(node.kind == example.kind)
        #expect(node.position == example.position)
    }

    @Test("operands of + and parts of strings have their own")
    func parts() throws {
        let sum = try Parser.parse(source: sourceText("(a) + - b + (2)"), symbols: SymbolTable())
        let root = sum.nodes[Int(sum.root)]
        #expect((root.position, root.c, root.d) == (10, 0, 12))
        let left = sum.nodes[Int(root.a)]
        #expect((left.position, left.c, left.d) == (4, 0, 6))

        let string = try Parser.parse(source: sourceText("\"a${ b }c\""), symbols: SymbolTable())
        let parts = string.nodes[Int(string.root)]
        #expect(Array(string.partPositions[Int(parts.c)..<Int(parts.c + parts.b)]) == [1, 2, 8])
    }

    @Test("bindings, inherited names and formals")
    func names() throws {
        let set = try Parser.parse(
            source: sourceText("{ a.b = 1; inherit (x) c; inherit d; ${e} = 2; }"), symbols: SymbolTable())
        #expect(set.bindings.map(\.position).sorted() == [2, 2, 23, 34, 37])
        let root = set.nodes[Int(set.root)]
        let own = set.bindings[Int(root.a)..<Int(root.a + root.b)]
        #expect(own.map(\.kind) == [.plain, .inheritedFrom, .inherited, .dynamic])
        let function = try Parser.parse(source: sourceText("{ a, b ? 1 }: a"), symbols: SymbolTable())
        #expect(function.formals.map(\.position) == [2, 5])
    }

    @Test("functions know the attribute they are bound to")
    func functionNames() throws {
        let symbols = SymbolTable()
        let tree = try Parser.parse(
            source: sourceText("{ a.f = x: y: x; g = (z: z); h = [ (w: w) ]; }"), symbols: symbols)
        let names = tree.nodes.filter { $0.kind == .lambda }.map {
            $0.d < 0 ? "" : symbols.string(of: Symbol(rawValue: $0.d))
        }
        #expect(names.sorted() == ["", "f", "f", "g"])
    }
}
