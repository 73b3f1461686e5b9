import NixSyntax

/// One builtin: name, how it is called, what it does.
struct Builtin: Sendable {
    typealias Function = @Sendable (Machine, Value, Value, Value, UInt32) throws(EvaluationError) -> Value

    /// The name in `builtins`.
    let name: String
    /// 1 to 3; unused arguments are `absent`.
    let arity: UInt8
    /// Bit `n`: argument `n` is forced first thing, so the caller may evaluate it without making a thunk.
    let strictMask: UInt8
    /// Whether errors get the frame "while calling the '…' builtin".
    let addsTrace: Bool
    /// Whether it is in the global scope under its own name, not only as `__name`.
    let isGlobal: Bool
    /// Whether it is only for the program's own files.
    let isHidden: Bool
    /// The experimental feature that it belongs to; without it, it is not there.
    let feature: String?
    let function: Function

    /// - Parameter strict: which arguments the function forces at once, before anything else may fail.
    init(
        _ name: String, _ arity: UInt8, strict: UInt8 = 0, isGlobal: Bool = false, addsTrace: Bool = true,
        isHidden: Bool = false, feature: String? = nil,
        function: @escaping Function
    ) {
        self.name = name
        self.arity = arity
        self.strictMask = strict
        self.addsTrace = addsTrace
        self.isGlobal = isGlobal
        self.isHidden = isHidden
        self.feature = feature
        self.function = function
    }
}

/// All builtins, in groups by file.
enum BuiltinTable {
    static func all() -> [Builtin] {
        [
            Builtins.control, Builtins.attributes, Builtins.lists, Builtins.strings, Builtins.numbers,
            Builtins.importing,
            Builtins.files, Builtins.contexts, Builtins.hashing, Builtins.derivations, Builtins.json, Builtins.hidden,
            Builtins.regexes, Builtins.xml, Builtins.toml, Builtins.fetching,
            Builtins.inputs,
        ].flatMap { $0 }
    }

    /// Fills the global scope and returns the set `builtins`.
    static func install(in evaluator: Evaluator) throws(EvaluationError) -> Value {
        let machine = evaluator.machine
        let symbols = evaluator.symbols
        var buffer = try ValueBuffer(machine, capacity: 256)
        var entries: [AttributeEntry] = []

        func add(_ name: String, _ value: Value, asGlobal: String?) throws(EvaluationError) {
            try buffer.append(value, machine)
            entries.append(AttributeEntry(symbol: symbols.intern(name), value: value.bits, position: 0))
            if let asGlobal { evaluator.globals[symbols.intern(asGlobal)] = evaluator.roots.add(value.bits) }
        }

        for (index, builtin) in evaluator.builtins.enumerated() where !builtin.isHidden {
            if let feature = builtin.feature, !evaluator.options.experimentalFeatures.contains(feature) { continue }
            try add(
                builtin.name, try machine.builtin(index),
                asGlobal: builtin.isGlobal ? builtin.name : "__\(builtin.name)")
        }
        try add("true", .true, asGlobal: "true")
        try add("false", .false, asGlobal: "false")
        try add("null", .null, asGlobal: "null")
        for (name, value) in try Builtins.constants(evaluator) { try add(name, value, asGlobal: "__\(name)") }
        let derivation = try evaluator.thunk(of: Builtins.derivationSource)
        try add("derivation", derivation, asGlobal: "derivation")

        // `builtins.builtins` is the set itself, so the set is made with a hole that is filled afterwards.
        try add("builtins", .null, asGlobal: nil)
        let set = try machine.attributes(&entries)
        let own = set.shape.index(of: symbols.intern("builtins").rawValue)
        set.attributeValues[own] = set.bits
        evaluator.globals[symbols.intern("builtins")] = evaluator.roots.add(set.bits)
        return set
    }
}

extension Machine {
    /// The builtin with that index in the table, without arguments.
    func builtin(_ index: Int) throws(EvaluationError) -> Value {
        let cell = try allocate(1)
        cell[0] = UInt(index) << 16 | BoxKind.builtin.rawValue << 3 | Tag.integer.rawValue
        return Value(.boxed, cell)
    }
}

/// The builtins, one static list for each file of this folder.
enum Builtins {}

extension Evaluator {
    /// A thunk of a text that belongs to the program.
    ///
    /// The text is parsed when the thunk is forced.
    func thunk(of source: SourceFile) throws(EvaluationError) -> Value {
        let cell = try machine.allocate(2)
        cell[0] = UInt(bitPattern: arena.add(Node(opcode: .source, a: UInt(keepSource(source))), 0))
        cell[1] = UInt(bitPattern: machine.state.pointee.emptyEnvironment)
        return Value(.thunk, cell)
    }
}
