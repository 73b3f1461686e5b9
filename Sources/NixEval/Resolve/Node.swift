/// What a node does.
///
/// Children and tables are addresses in the node's words `a`, `b`, `c`; `operand` and `level` are small.
enum Opcode: UInt8 {
    /// `a`: the value's word; flag 1: a list or set, for which Nix makes a thunk where it is an element.
    case constant
    /// A variable of the frame 0, 1, 2 or `b` frames up; `operand`: word index in it (1 is the first slot).
    case local0, local1, local2, local
    /// A word outside the heap's frames that holds a value; `a`: its address.
    case global
    /// Not bound statically; `operand`: symbol; `a`: address of Int32 [count, (level, position)…] of the enclosing
    /// `with`s, innermost first; `b`, `c`: inline cache of the innermost.
    case withVariable
    /// `a`: subject; `operand`: symbol; `b`: shape and `c`: index of the last hit.
    case select
    /// `a`: subject; `b`: address of `PathElement`s; `operand`: how many; `c`: default or 0.
    case selectPath
    /// `a`: subject; `b`: address of `PathElement`s; `operand`: how many.
    case hasAttribute
    /// `a`: shape; `b`: address of value nodes in the shape's order; `operand`: count.
    case attributes
    /// `a`: address of an `AttributesCode`.
    case attributesGeneral
    /// `a`: address of value nodes; `operand`: count; `level`: first slot; `b`: body. The frame is the present one.
    case letInFrame
    /// As `letInFrame` with a new frame of `c` words.
    case letNewFrame
    /// `a`: set; `b`: body; `c`: words of the new frame.
    case with
    /// `a`: condition; `b`: body; `c`: text of the condition (a constant string word).
    case assert
    /// `a`: condition; `b`: then; `c`: else.
    case conditional
    /// `a`: address of element nodes; `operand`: count.
    case list
    /// `a`: address of a `LambdaCode`.
    case lambda
    /// `a`: function; `b`, `c`: arguments.
    case call1, call2
    /// `a`: function; `b`: address of argument nodes; `operand`: count.
    case call
    /// `a`: operand.
    case not
    /// `a`, `b`: operands; of `add`, `c`: positions of both operands, the left one in the high half.
    case and, or, implication, equal, notEqual
    case less, lessOrEqual, greater, greaterOrEqual
    case add, subtract, multiply, divide, update, concatenate
    /// `a`: operand.
    case negate
    /// `a`: address of part nodes; `b`: of their positions; `operand`: count; `level`: 1 for a path, 0 for a string.
    case interpolation
    /// The function in word 0 of the environment applied to `operand` words after it. Thunks of builtins are made of it.
    case apply
    /// `a`: index among the machine's kept errors: throws it.
    case rethrow
    /// `a`: index among the evaluator's sources: parses, resolves and runs it.
    case source
    /// A frame of `c` words around `a`, for a file's or a thunk's hidden slots.
    case frame
}

/// One instruction of the resolved code: 32 bytes of plain data in a `CodeArena`, never moved, never freed.
struct Node {
    var opcode: Opcode
    var flags: UInt8 = 0
    var level: UInt16 = 0
    var operand: Int32 = 0
    var a: UInt = 0
    var b: UInt = 0
    var c: UInt = 0
}

typealias NodePointer = UnsafeMutablePointer<Node>

extension Node {
    @inline(__always) var nodeA: NodePointer { NodePointer(bitPattern: a).unsafelyUnwrapped }
    @inline(__always) var nodeB: NodePointer { NodePointer(bitPattern: b).unsafelyUnwrapped }
    @inline(__always) var nodeC: NodePointer { NodePointer(bitPattern: c).unsafelyUnwrapped }
}

/// One name of an attribute path: a symbol, or (symbol −1) a node whose value is the name.
struct PathElement {
    var symbol: Int32
    var position: UInt32
    var node: UInt
}

/// A lambda of one or more curried arguments that share a frame `[up][arguments…][slots of let…]`.
struct LambdaCode {
    /// How many arguments it takes before the body runs.
    var arity: Int32
    /// Words of the frame, `up` included.
    var frameWords: Int32
    var body: UInt
    /// Address of a `PatternCode`, or 0.
    ///
    /// A lambda with a pattern has arity 1.
    var pattern: UInt
    /// The name it was bound to, or −1, for messages.
    var name: Int32
    var position: UInt32
    /// Addresses of the `LambdaCode`s that stand for what is left after 1, 2, … arguments: only their positions differ.
    var argumentSymbol: Int32
    /// Position of each curried argument's lambda, `arity` of them.
    var positions: UInt
}

/// `{ a, b ? 1, ... } @ all`.
struct PatternCode {
    var formals: UnsafeMutablePointer<FormalCode>
    var count: Int32
    var hasEllipsis: Bool
    /// Word of the frame for the whole argument, or 0.
    var wholeSlot: Int32
    /// Inline cache: the shape last seen, and for each formal its index there or −1.
    var cachedShape: UInt
    var cachedIndices: UnsafeMutablePointer<Int32>
}

struct FormalCode {
    var symbol: Int32
    /// Word of the frame.
    var slot: Int32
    /// Default node or 0.
    var defaultNode: UInt
    var position: UInt32
}

/// A set with dynamic names, `rec`, or hidden slots for `inherit (from)`.
struct AttributesCode {
    /// Words of the frame made for it, or 0 when it needs none.
    var frameWords: Int32
    var isRecursive: Bool
    var hasOverrides: Bool
    var staticCount: Int32
    /// Static names' shape; 0 never.
    var shape: UInt
    /// Value nodes in the shape's order.
    var values: UnsafeMutablePointer<UInt>
    /// `inherit (from)` subjects and the words of the frame they go to.
    var fromCount: Int32
    var fromNodes: UnsafeMutablePointer<UInt>
    /// Word of the frame where the first static value goes (recursive only), then in the shape's order.
    var firstSlot: Int32
    var firstFromSlot: Int32
    var dynamicCount: Int32
    var dynamic: UnsafeMutablePointer<DynamicAttribute>
    /// For each static value, whether it is `inherit`ed from outside (and so not resolved in the new frame).
    var inheritedFlags: UnsafeMutablePointer<Bool>
}

struct DynamicAttribute {
    var name: UInt
    var value: UInt
    var position: UInt32
}
