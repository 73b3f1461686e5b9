import CStack
import NixSyntax

/// The running evaluator: one address, passed along in a register.
///
/// Behind it lie the allocation spans (so that the fast path of an allocation is two loads and a compare) and the
/// `MachineState`. Valid as long as the `Evaluator` that made it; must not outlive it.
struct Machine {
    let base: UnsafeMutableRawPointer

    static let stateOffset = 2 * Heap.groupSpans * MemoryLayout<Span>.stride

    @inline(__always) var spans: UnsafeMutablePointer<Span> { base.assumingMemoryBound(to: Span.self) }
    @inline(__always) var state: UnsafeMutablePointer<MachineState> {
        (base + Machine.stateOffset).assumingMemoryBound(to: MachineState.self)
    }
    /// The owner, for everything that is not the loop itself.
    @inline(__always) var evaluator: Evaluator { state.pointee.evaluator.takeUnretainedValue() }
    @inline(__always) var known: KnownSymbols { state.pointee.known }
}

/// What the loop needs at hand.
///
/// Plain data.
struct MachineState {
    var evaluator: Unmanaged<Evaluator>
    var heap: Unmanaged<Heap>
    var callDepth: Int
    var maximumCallDepth: Int
    /// From which depth on a call takes the slow way: the maximum, or 0 while calls are observed.
    var callDepthLimit: Int
    /// Below this address the stack must not grow.
    var stackLimit: UInt
    var showsTrace: Bool
    /// Whether cheap expressions are evaluated where Nix would make a thunk.
    ///
    /// Off when thunks are to be printed.
    var isEager: Bool
    var known: KnownSymbols
    var emptyList: Value
    var emptyAttributes: Value
    /// The shape of layered sets.
    var layerShape: Shape
    /// Whether `//` makes a layer wherever it may, for tests.
    var alwaysLayers: Bool
    var emptyString: Value
    /// One-byte strings, by byte.
    var byteStrings: UnsafeMutablePointer<UInt>
    /// Environment without slots, for code that needs none.
    var emptyEnvironment: Words
    var builtins: UnsafeMutablePointer<Builtin>
    /// A cell that some builtin wants kept alive to this point; written, never read.
    var kept: UInt
    /// `KnownName.count` strings and their symbols, by the strings' addresses; forgotten when the collector runs.
    var knownNames: UnsafeMutablePointer<KnownName>
    /// Polled now and then: set by another thread to stop the evaluation.
    var interruptFlag: UnsafeMutablePointer<Int32>
    /// Node that applies word 0 of its environment to the next one, two or three words.
    var applyNodes: (NodePointer, NodePointer, NodePointer)
}

/// A string value, or 0, and its symbol.
struct KnownName {
    var name: UInt
    var symbol: Int32

    /// 2¹³: what the shift in `Machine.symbol` leaves.
    static let count = 1 << 13
}

/// Symbols that the evaluator itself looks up.
struct KnownSymbols {
    var functor, toStringName, outPath, drvPath, type, name, value, system, builder, args, outputs: Symbol
    var file, line, column, success, right, wrong, prefix, path: Symbol
    var body, overrides, key, `operator`, startSet, structuredAttrs, ignoreNulls, json: Symbol
    var contentAddressed, impure, outputHash, outputHashAlgo, outputHashMode, derivationType: Symbol
    var allOutputs, sha256, version, findFile, nixPath: Symbol
    var sub, mul, div, lessThan: Symbol

    /// The names that Nix knows from its start, in its order, in which it goes through the attributes of a set.
    private static let order: [StaticString] = [
        "<with>", "outPath", "drvPath", "type", "meta", "name", "value", "system", "__overrides", "outputs",
        "outputName", "__ignoreNulls", "file", "line", "column", "__functor", "__toString", "right", "wrong",
        "__structuredAttrs", "__json", "allowedReferences", "allowedRequisites", "disallowedReferences",
        "disallowedRequisites", "maxSize", "maxClosureSize", "builder", "args", "__contentAddressed", "__impure",
        "outputHash", "outputHashAlgo", "outputHashMode", "recurseForDerivations", "description", "self", "",
        "startSet", "operator", "key", "path", "prefix", "outputSpecified", "__sub", "__lessThan", "__mul", "__div",
        "or", "__findFile", "__nixPath", "body",
    ]

    init(_ table: SymbolTable) {
        for name in Self.order { _ = table.intern(name) }
        functor = table.intern("__functor")
        toStringName = table.intern("__toString")
        outPath = table.intern("outPath")
        drvPath = table.intern("drvPath")
        type = table.intern("type")
        name = table.intern("name")
        value = table.intern("value")
        system = table.intern("system")
        builder = table.intern("builder")
        args = table.intern("args")
        outputs = table.intern("outputs")
        file = table.intern("file")
        line = table.intern("line")
        column = table.intern("column")
        success = table.intern("success")
        right = table.intern("right")
        wrong = table.intern("wrong")
        prefix = table.intern("prefix")
        path = table.intern("path")
        body = table.intern("body")
        overrides = table.intern("__overrides")
        key = table.intern("key")
        `operator` = table.intern("operator")
        startSet = table.intern("startSet")
        structuredAttrs = table.intern("__structuredAttrs")
        ignoreNulls = table.intern("__ignoreNulls")
        json = table.intern("__json")
        contentAddressed = table.intern("__contentAddressed")
        impure = table.intern("__impure")
        outputHash = table.intern("outputHash")
        outputHashAlgo = table.intern("outputHashAlgo")
        outputHashMode = table.intern("outputHashMode")
        derivationType = table.intern("derivation")
        allOutputs = table.intern("allOutputs")
        sha256 = table.intern("sha256")
        version = table.intern("version")
        findFile = table.intern("__findFile")
        nixPath = table.intern("__nixPath")
        sub = table.intern("__sub")
        mul = table.intern("__mul")
        div = table.intern("__div")
        lessThan = table.intern("__lessThan")
    }
}

// MARK: - Allocation

extension Machine {
    /// A cell of `words` words that the collector scans.
    ///
    /// Its contents are undefined.
    @inline(__always) func allocate(_ words: Int) throws(EvaluationError) -> Words {
        if words <= Heap.exactWords {
            let span = spans + words
            let cell = span.pointee.cursor
            let next = cell &+ UInt(bitPattern: words &* 8)
            if next <= span.pointee.limit {
                span.pointee.cursor = next
                return Words(bitPattern: cell).unsafelyUnwrapped
            }
        }
        return try allocateSlow(words, isLeaf: false)
    }

    /// A cell of `words` words that the collector does not look into.
    @inline(__always) func allocateLeaf(_ words: Int) throws(EvaluationError) -> Words {
        if words <= Heap.exactWords {
            let span = spans + (Heap.groupSpans &+ words)
            let cell = span.pointee.cursor
            let next = cell &+ UInt(bitPattern: words &* 8)
            if next <= span.pointee.limit {
                span.pointee.cursor = next
                return Words(bitPattern: cell).unsafelyUnwrapped
            }
        }
        return try allocateSlow(words, isLeaf: true)
    }

    @inline(never)
    private func allocateSlow(_ words: Int, isLeaf: Bool) throws(EvaluationError) -> Words {
        try checkInterrupt()
        guard let cell = state.pointee.heap._withUnsafeGuaranteedRef({ $0.allocateSlow(words: words, isLeaf: isLeaf) })
        else { throw EvaluationError(.other, "out of memory") }
        return cell
    }

    @inline(__always) func thunk(_ node: NodePointer, _ environment: Words) throws(EvaluationError) -> Value {
        let cell = try allocate(2)
        cell[0] = UInt(bitPattern: node)
        cell[1] = UInt(bitPattern: environment)
        return Value(.thunk, cell)
    }

    /// A list with room for `count` elements, which the caller fills at once.
    @inline(__always) func list(count: Int) throws(EvaluationError) -> Value {
        if count == 0 { return state.pointee.emptyList }
        let cell = try allocate(count &+ 1)
        cell[0] = UInt(bitPattern: count << 3 | 1)
        return Value(.list, cell)
    }

    /// A set of the given shape, whose values the caller fills at once.
    @inline(__always) func attributes(_ shape: Shape) throws(EvaluationError) -> Value {
        let cell = try allocate(shape.valueCount &+ 1)
        cell[0] = shape.address
        return Value(.attributes, cell)
    }

    @inline(__always) func integer(_ value: Int) throws(EvaluationError) -> Value {
        if Value.fitsSmall(value) { return Value(smallInteger: value) }
        return try box(.integer, UInt(bitPattern: value))
    }

    func float(_ value: Double) throws(EvaluationError) -> Value { try box(.float, UInt(value.bitPattern)) }

    private func box(_ kind: BoxKind, _ payload: UInt) throws(EvaluationError) -> Value {
        let cell = try allocateLeaf(2)
        cell[0] = kind.rawValue << 3 | Tag.integer.rawValue
        cell[1] = payload
        return Value(.boxed, cell)
    }

    /// An absolute, normalised path.
    func path(_ bytes: some Collection<UInt8>) throws(EvaluationError) -> Value {
        let text = try string(bytes)
        let cell = try allocate(2)
        cell[0] = BoxKind.path.rawValue << 3 | Tag.integer.rawValue
        cell[1] = text.bits
        return Value(.boxed, cell)
    }

    /// A string with room for `count` bytes, which the caller fills at once.
    @inline(__always) func string(count: Int, context: UInt32) throws(EvaluationError) -> Value {
        guard count <= 0xFFFF_FFFF else { throw EvaluationError(.other, "string of \(count) bytes is too long") }
        let cell = try allocateLeaf(1 &+ (count &+ 7) >> 3)
        cell[0] = UInt(count) | UInt(context) << 32
        return Value(.string, cell)
    }

    func string(_ bytes: some Collection<UInt8>, context: UInt32 = 0) throws(EvaluationError) -> Value {
        let count = bytes.count
        if count == 0, context == 0 { return state.pointee.emptyString }
        let value = try string(count: count, context: context)
        let target = UnsafeMutableBufferPointer(
            start: UnsafeMutableRawPointer(value.object + 1).assumingMemoryBound(to: UInt8.self), count: count)
        _ = target.initialize(from: bytes)
        return value
    }

    @inline(__always)
    func string(_ bytes: UnsafeBufferPointer<UInt8>, context: UInt32 = 0) throws(EvaluationError) -> Value {
        if context == 0 {
            if bytes.count == 0 { return state.pointee.emptyString }
            if bytes.count == 1 { return Value(bits: state.pointee.byteStrings[Int(bytes[0])]) }
        }
        let value = try string(count: bytes.count, context: context)
        if let start = bytes.baseAddress {
            UnsafeMutableRawPointer(value.object + 1).copyMemory(from: start, byteCount: bytes.count)
        }
        return value
    }

    func string(_ text: String) throws(EvaluationError) -> Value { try string(Array(text.utf8)) }

    /// The string of a symbol's name, made once.
    func string(of symbol: Symbol) throws(EvaluationError) -> Value { evaluator.nameString(symbol) }

    /// A suspended application of `function` to one or two words.
    @inline(__always) func delayedApplication(_ function: Value, _ argument: Value) throws(EvaluationError) -> Value {
        let environment = try allocate(2)
        environment[0] = function.bits
        environment[1] = argument.bits
        return try thunk(state.pointee.applyNodes.0, environment)
    }

    @inline(__always)
    func delayedApplication(_ function: Value, _ first: Value, _ second: Value) throws(EvaluationError) -> Value {
        let environment = try allocate(3)
        environment[0] = function.bits
        environment[1] = first.bits
        environment[2] = second.bits
        return try thunk(state.pointee.applyNodes.1, environment)
    }

    @inline(__always) func checkStack() throws(EvaluationError) {
        if nixlite_stack_pointer() < state.pointee.stackLimit { throw stackOverflow() }
    }

    @inline(never) func stackOverflow() -> EvaluationError {
        EvaluationError(.stackOverflow, "stack overflow (possible infinite recursion)")
    }
}
