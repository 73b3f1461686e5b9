/// Index of a node in `SyntaxTree.nodes`.
package typealias NodeIndex = Int32

/// An interned name: an index into a `SymbolTable`.
///
/// Equal names have equal symbols.
package struct Symbol: Hashable, Sendable {
    package let rawValue: Int32
    @inlinable package init(rawValue: Int32) { self.rawValue = rawValue }
    /// Stands where a name is absent (a dynamic attribute name, a pattern without `@`).
    package static let none = Symbol(rawValue: -1)
}

/// One parsed file as flat arrays of plain data: no node is an object, so building, walking and dropping a tree
/// of any depth costs no reference counting and no recursion in a deinitialiser.
///
/// A node refers to others by index; what does not fit in its four operands lies in a side array as a range
/// `(start, count)`. Operand meanings are those of `NodeKind`.
package struct SyntaxTree {
    package let source: SourceFile
    package var nodes: ContiguousArray<Node> = []
    /// Node lists: list elements, call arguments, string parts, `inherit (from)` subjects.
    package var children: ContiguousArray<NodeIndex> = []
    /// Decoded text of strings and paths.
    package var bytes: ContiguousArray<UInt8> = []
    package var integers: ContiguousArray<Int64> = []
    package var floats: ContiguousArray<Double> = []
    package var attributeNames: ContiguousArray<AttributeName> = []
    package var bindings: ContiguousArray<Binding> = []
    package var formals: ContiguousArray<Formal> = []
    package var patterns: ContiguousArray<Pattern> = []
    /// Where Nix reports each part of interpolated strings and paths: byte offsets, in ranges parallel to those of the
    /// parts in `children`.
    package var partPositions: ContiguousArray<UInt32> = []
    /// What Nix would warn about, in source order.
    package var warnings: [SyntaxWarning] = []
    package var root: NodeIndex = -1
    /// Where documentation comments lie, by the offset of the token after each; only where it was asked for.
    package var documentation: [Int: Range<Int>] = [:]

    package init(source: SourceFile) { self.source = source }
}

/// What a node is, and what its operands `a`, `b`, `c`, `d` hold.
///
/// −1 stands for "absent".
package enum NodeKind: UInt8, Sendable {
    /// `a`: index into `integers`.
    case integer
    /// `a`: index into `floats`.
    case float
    /// A string without interpolation. `a`, `b`: start and count in `bytes`. URL literals are this too.
    case string
    /// A path without interpolation, as written (`./x`, `/x`, `x/y`, `~/x`). `a`, `b`: start and count in `bytes`.
    case path
    /// `<nixpkgs/lib>`: `a`, `b`: start and count in `bytes` of the text between the brackets.
    case searchPath
    /// `"a${b}"`, `''…''`: `a`, `b`: start and count in `children` of the parts (literal parts are `string` nodes);
    /// `c`: start in `partPositions` of where each part is reported (a literal's first byte, an interpolation's `${`).
    case interpolatedString
    /// `./a/${b}`: as `interpolatedString`, the first part a `path`.
    case interpolatedPath
    /// `a`: symbol.
    case variable
    /// `__curPos`.
    case currentPosition
    /// `a`: subject; `b`, `c`: start and count in `attributeNames`; `d`: the default after `or`.
    case select
    /// `a`: subject; `b`, `c`: start and count in `attributeNames`. The position is the subject's.
    case hasAttribute
    /// `{ }`: `a`, `b`: start and count in `bindings` (static ones first, in source order, then dynamic ones);
    /// `c`, `d`: start and count in `children` of `inherit (from)` subjects.
    case attributeSet
    /// `rec { }`: as `attributeSet`.
    case recursiveAttributeSet
    /// `let … in`: `a`: an `attributeSet` node with the bindings, never dynamic; `b`: body.
    case letIn
    /// `let { …; body = …; }`: `a`: a `recursiveAttributeSet` node.
    case legacyLet
    /// `a`: the set; `b`: body.
    case with
    /// `a`: condition; `b`: body.
    case assert
    /// `a`: condition; `b`: then; `c`: else.
    case conditional
    /// `a`, `b`: start and count in `children`.
    case list
    /// `a`: argument symbol or −1; `b`: index into `patterns` or −1; `c`: body; `d`: symbol of the attribute that the
    /// function is bound to, by which messages call it, or −1.
    case lambda
    /// `a`: function; `b`, `c`: start and count in `children`. `f x y` is one call of two arguments; `(f x) y` is two
    /// nodes with the position of `f x`, since Nix makes one call of it. `d`: of an old-fashioned `x or`, the byte offset
    /// of its end, else −1.
    case call
    /// Unary operators, `a`: operand. The position of `not` is its operand's, that of `negate` is the minus sign.
    case not, negate
    /// Binary operators, `a`: left; `b`: right. The position is the operator's. `add` has in `c` and `d` the byte offsets
    /// where its left and right operands start, at which Nix reports an operand that cannot be added. Nix 2.34 has no
    /// position for `==` and `!=`.
    case and, or, implication, equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
    case add, subtract, multiply, divide, update, concatenate
    /// `a |> f` and `f <| a`, `a`: left as written; `b`: right as written. Where the function is itself a call, the
    /// position is that call's, since Nix makes one call of both.
    case pipeInto, pipeFrom
}

/// One AST node: 24 bytes of plain data.
///
/// See `NodeKind` for its operands.
package struct Node: Sendable {
    package var kind: NodeKind
    /// Byte offset in the source of the token that Nix reports for this node.
    package var position: UInt32
    package var a: Int32
    package var b: Int32
    package var c: Int32
    package var d: Int32

    package init(kind: NodeKind, position: UInt32, a: Int32 = -1, b: Int32 = -1, c: Int32 = -1, d: Int32 = -1) {
        self.kind = kind
        self.position = position
        self.a = a
        self.b = b
        self.c = c
        self.d = d
    }
}

/// One element of an attribute path: a fixed name, or an expression to be evaluated (`symbol` is `.none`).
package struct AttributeName: Sendable {
    package var symbol: Symbol
    package var expression: NodeIndex
    package var position: UInt32

    package init(symbol: Symbol, expression: NodeIndex, position: UInt32) {
        self.symbol = symbol
        self.expression = expression
        self.position = position
    }
}

/// One attribute of a set after the merging of nested paths (`a.b = 1; a.c = 2;` is one binding `a`).
package struct Binding: Sendable {
    package enum Kind: UInt8, Sendable {
        /// `name = value;`
        case plain
        /// `inherit name;`: `value` is a `variable` node that is looked up outside the set.
        case inherited
        /// `inherit (from) name;`: `value` is a `select` node; `from` says of which of the set's subjects.
        case inheritedFrom
        /// `${expression} = value;`
        case dynamic
    }
    package var kind: Kind
    package var symbol: Symbol
    /// The name of a dynamic binding, else −1.
    package var nameExpression: NodeIndex
    package var value: NodeIndex
    /// Index among the set's `inherit (from)` subjects, else −1.
    ///
    /// The subject is evaluated once for all its names.
    package var from: Int32
    package var position: UInt32

    package init(
        kind: Kind, symbol: Symbol, nameExpression: NodeIndex = -1, value: NodeIndex, from: Int32 = -1, position: UInt32
    ) {
        self.kind = kind
        self.symbol = symbol
        self.nameExpression = nameExpression
        self.value = value
        self.from = from
        self.position = position
    }
}

/// `{ a, b ? 1, ... }`: a range of `formals` (sorted as written) and whether others are allowed.
package struct Pattern: Sendable {
    package var formalsStart: Int32
    package var formalsCount: Int32
    package var hasEllipsis: Bool

    package init(formalsStart: Int32, formalsCount: Int32, hasEllipsis: Bool) {
        self.formalsStart = formalsStart
        self.formalsCount = formalsCount
        self.hasEllipsis = hasEllipsis
    }
}

/// One formal of a pattern; `defaultValue` is −1 where it is required.
package struct Formal: Sendable {
    package var symbol: Symbol
    package var position: UInt32
    package var defaultValue: NodeIndex

    package init(symbol: Symbol, position: UInt32, defaultValue: NodeIndex) {
        self.symbol = symbol
        self.position = position
        self.defaultValue = defaultValue
    }
}
