import NixSyntax

/// Address of words: an environment, a heap object or a thunk.
typealias Words = UnsafeMutablePointer<UInt>

/// One Nix value, or a thunk that will become one: eight bytes, no reference counting.
///
/// The low three bits are the tag; the rest is the address of a heap object (8-byte aligned), a 61-bit integer or the
/// number of an immediate. A `Value` keeps nothing alive by itself: the collector finds it on the evaluation thread's
/// stack, in heap objects and in registered roots (`Heap`), so one must never be kept only in a Swift array, dictionary,
/// class or closure.
///
///     tag        what the word is               object it points to
///     boxed      see `BoxKind`                   [header][payload…]
///     integer    61-bit signed integer           (none; larger ones are boxed)
///     thunk      not yet, or already, evaluated  [code or state][environment or value]
///     attributes attribute set                   [shape][values…]
///     list       list                            [count][values…]
///     lambda     function                        [lambda code][environment]
///     string     string                          [length, context][bytes…]
///     immediate  null, false, true, absent       (none)
package struct Value {
    package let bits: UInt

    @inline(__always) init(bits: UInt) { self.bits = bits }
}

enum Tag: UInt {
    case boxed = 0
    case integer = 1
    case thunk = 2
    case attributes = 3
    case list = 4
    case lambda = 5
    case string = 6
    case immediate = 7
}

/// What a boxed object holds; stored in its header word.
enum BoxKind: UInt {
    /// [header][bit pattern]
    case float = 1
    /// [header][Int64] for integers beyond 61 bits.
    case integer = 2
    /// [header][string object]: an absolute path.
    case path = 3
    /// [header]: a builtin without arguments, by its index in the table.
    case builtin = 4
    /// [header][count of arguments][arguments…]: a builtin that waits for more arguments.
    case partialBuiltin = 5
    /// [header][count of arguments][lambda][arguments…]: a curried lambda that waits for more arguments.
    case partialLambda = 6
}

extension Value {
    static let null = Value(bits: 7)
    static let `false` = Value(bits: 7 | 1 << 3)
    static let `true` = Value(bits: 7 | 2 << 3)
    /// Never seen by an expression: "no such value".
    static let absent = Value(bits: 0)

    @inline(__always) init(_ flag: Bool) { self = flag ? .true : .false }
    @inline(__always) init(_ tag: Tag, _ object: Words) { bits = UInt(bitPattern: object) | tag.rawValue }

    @inline(__always) var rawTag: UInt { bits & 7 }
    @inline(__always) var isThunk: Bool { bits & 7 == Tag.thunk.rawValue }
    @inline(__always) var isSmallInteger: Bool { bits & 7 == Tag.integer.rawValue }
    @inline(__always) var isAttributes: Bool { bits & 7 == Tag.attributes.rawValue }
    @inline(__always) var isList: Bool { bits & 7 == Tag.list.rawValue }
    @inline(__always) var isLambda: Bool { bits & 7 == Tag.lambda.rawValue }
    @inline(__always) var isString: Bool { bits & 7 == Tag.string.rawValue }
    @inline(__always) var isBoxed: Bool { bits & 7 == 0 }
    @inline(__always) var isAbsent: Bool { bits == 0 }
    @inline(__always) var isNull: Bool { bits == Value.null.bits }
    @inline(__always) var isBool: Bool { bits == Value.true.bits || bits == Value.false.bits }
    @inline(__always) var isTrue: Bool { bits == Value.true.bits }

    /// The object behind the word, whatever its tag; only for words that have one.
    @inline(__always) var object: Words { Words(bitPattern: bits & ~7).unsafelyUnwrapped }

    @inline(__always) var smallInteger: Int { Int(bitPattern: bits) >> 3 }
    /// Only for integers that fit 61 bits; `Machine.integer` makes any.
    @inline(__always) init(smallInteger: Int) { bits = UInt(bitPattern: smallInteger << 3) | Tag.integer.rawValue }
    @inline(__always) static func fitsSmall(_ integer: Int) -> Bool { (integer << 3) >> 3 == integer }

    @inline(__always) var boxKind: BoxKind? {
        guard isBoxed, !isAbsent else { return nil }
        return BoxKind(rawValue: (object[0] >> 3) & 0xFF)
    }
    @inline(__always) func isBox(_ kind: BoxKind) -> Bool {
        isBoxed && !isAbsent && (object[0] >> 3) & 0xFF == kind.rawValue
    }

    /// Integer of either size; nil when this is none.
    @inline(__always) var integer: Int? {
        if isSmallInteger { return smallInteger }
        if isBox(.integer) { return Int(bitPattern: object[1]) }
        return nil
    }

    @inline(__always) var float: Double? {
        isBox(.float) ? Double(bitPattern: UInt64(object[1])) : nil
    }

    var isPath: Bool { isBox(.path) }

    var isFunction: Bool {
        if isLambda { return true }
        switch boxKind {
        case .builtin, .partialBuiltin, .partialLambda: return true
        default: return false
        }
    }

    // MARK: Strings

    /// Bytes of a string or a path.
    @inline(__always) var bytes: UnsafeBufferPointer<UInt8> {
        let words = isString ? object : Value(bits: object[1]).object
        return UnsafeBufferPointer(
            start: UnsafeRawPointer(words + 1).assumingMemoryBound(to: UInt8.self), count: Int(words[0] & 0xFFFF_FFFF))
    }

    /// Index of the string's context in the `ContextTable`; 0 is the empty one.
    @inline(__always) var contextIndex: UInt32 { UInt32(truncatingIfNeeded: object[0] >> 32) }

    /// The text for messages: invalid UTF-8 is repaired.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    // MARK: Lists

    @inline(__always) var listCount: Int { Int(bitPattern: object[0]) >> 3 }
    /// The elements' words; each may be a thunk.
    @inline(__always) var elements: Words { object + 1 }

    // MARK: Attribute sets

    @inline(__always) var shape: Shape { Shape(words: Words(bitPattern: object[0]).unsafelyUnwrapped) }
    /// The words of the values, in the order of the shape's symbols.
    @inline(__always) var attributeValues: Words { object + 1 }

    // MARK: Functions

    @inline(__always) var lambdaCode: UnsafeMutablePointer<LambdaCode> {
        UnsafeMutablePointer<LambdaCode>(bitPattern: object[0]).unsafelyUnwrapped
    }
    @inline(__always) var lambdaEnvironment: Words { Words(bitPattern: object[1]).unsafelyUnwrapped }

    /// Index in the builtin table of a `builtin` or `partialBuiltin` box.
    @inline(__always) var builtinIndex: Int { Int(object[0] >> 16) }
}

/// Thunk states, in the first word: a code address is `suspended`; with the low bit, a `blackhole`; 2, `evaluated`.
enum ThunkState {
    static let blackhole: UInt = 1
    static let evaluated: UInt = 2
}
