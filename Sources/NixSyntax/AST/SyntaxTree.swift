internal import Glibc

/// Index of a node in `SyntaxTree.nodes`.
package typealias NodeIndex = Int32

/// An interned name: an index into a `SymbolTable`.
///
/// Equal names have equal symbols.
package struct Symbol: Hashable, BitwiseCopyable, Sendable {
    package let rawValue: Int32
    @inlinable package init(rawValue: Int32) { self.rawValue = rawValue }
    /// Stands where a name is absent (a dynamic attribute name, a pattern without `@`).
    package static let none = Symbol(rawValue: -1)

    // Written out so that other modules compare numbers and call nothing.
    @inlinable
    package static func == (left: Symbol, right: Symbol) -> Bool { left.rawValue == right.rawValue }
    @inlinable
    package func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }
}

/// One parsed file as flat arrays of plain data: no node is an object, so building, walking and dropping a tree
/// of any depth costs no reference counting and no recursion in a deinitialiser.
///
/// A node refers to others by index; what does not fit in its four operands lies in a side array as a range
/// `(start, count)`. Operand meanings are those of `NodeKind`. Immutable; the arrays stay at one address for the life of the
/// object.
package final class SyntaxTree: @unchecked Sendable {
    package let source: SourceFile
    package let nodes: UnsafeBufferPointer<Node>
    /// Node lists: list elements, call arguments, string parts, `inherit (from)` subjects.
    package let children: UnsafeBufferPointer<NodeIndex>
    /// Decoded text of strings and paths.
    package let bytes: UnsafeBufferPointer<UInt8>
    package let integers: UnsafeBufferPointer<Int64>
    package let floats: UnsafeBufferPointer<Double>
    package let attributeNames: UnsafeBufferPointer<AttributeName>
    package let bindings: UnsafeBufferPointer<Binding>
    package let formals: UnsafeBufferPointer<Formal>
    package let patterns: UnsafeBufferPointer<Pattern>
    /// Where Nix reports each part of interpolated strings and paths: byte offsets, in ranges parallel to those of the
    /// parts in `children`.
    package let partPositions: UnsafeBufferPointer<UInt32>
    /// What Nix would warn about, in source order.
    package let warnings: [SyntaxWarning]
    package let root: NodeIndex
    /// Where documentation comments lie, by the offset of the token after each; only where it was asked for.
    package let documentation: [Int: Range<Int>]

    init(root: NodeIndex, taking builder: inout TreeBuilder, documentation: [Int: Range<Int>]) {
        self.documentation = documentation
        self.root = root
        source = builder.source
        nodes = builder.nodes.release()
        children = builder.children.release()
        bytes = builder.bytes.release()
        integers = builder.integers.release()
        floats = builder.floats.release()
        attributeNames = builder.attributeNames.release()
        bindings = builder.bindings.release()
        formals = builder.formals.release()
        patterns = builder.patterns.release()
        partPositions = builder.partPositions.release()
        warnings = builder.warnings
    }

    deinit {
        free(UnsafeMutableRawPointer(mutating: nodes.baseAddress))
        free(UnsafeMutableRawPointer(mutating: children.baseAddress))
        free(UnsafeMutableRawPointer(mutating: bytes.baseAddress))
        free(UnsafeMutableRawPointer(mutating: integers.baseAddress))
        free(UnsafeMutableRawPointer(mutating: floats.baseAddress))
        free(UnsafeMutableRawPointer(mutating: attributeNames.baseAddress))
        free(UnsafeMutableRawPointer(mutating: bindings.baseAddress))
        free(UnsafeMutableRawPointer(mutating: formals.baseAddress))
        free(UnsafeMutableRawPointer(mutating: patterns.baseAddress))
        free(UnsafeMutableRawPointer(mutating: partPositions.baseAddress))
    }
}

/// What a node is, and what its operands `a`, `b`, `c`, `d` hold.
///
/// −1 stands for "absent".
package enum NodeKind: UInt8, BitwiseCopyable, Sendable {
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
    /// `{ }`: `a`, `b`: start and count in `bindings` (static ones first, ascending by symbol, then dynamic ones in source order);
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
package struct Node: BitwiseCopyable, Sendable {
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
package struct AttributeName: BitwiseCopyable, Sendable {
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
package struct Binding: BitwiseCopyable, Sendable {
    package enum Kind: UInt8, BitwiseCopyable, Sendable {
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

/// `{ a, b ? 1, ... }`: a range of `formals` (ascending by symbol) and whether others are allowed.
package struct Pattern: BitwiseCopyable, Sendable {
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
package struct Formal: BitwiseCopyable, Sendable {
    package var symbol: Symbol
    package var position: UInt32
    package var defaultValue: NodeIndex

    package init(symbol: Symbol, position: UInt32, defaultValue: NodeIndex) {
        self.symbol = symbol
        self.position = position
        self.defaultValue = defaultValue
    }
}
