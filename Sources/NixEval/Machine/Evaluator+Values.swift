import NixSyntax

/// Reading and making values from outside the evaluator.
///
/// A `Value` lives as long as it is in a local variable of the evaluation thread, in a value that does, or in a
/// `ValueRoot`. Never put one into an array, dictionary, object or closure.
extension Evaluator {
    /// Weak head normal form.
    package func force(_ value: Value) throws(EvaluationError) -> Value { try machine.force(value) }

    /// Evaluates everything that can be reached.
    package func forceDeeply(_ value: Value) throws(EvaluationError) { try machine.forceDeeply(value) }

    package func call(_ function: Value, _ argument: Value) throws(EvaluationError) -> Value {
        try machine.call(try machine.force(function), argument)
    }

    /// The attribute of that name, not forced; nil where there is none or `value` is not a set.
    package func attribute(_ name: String, of value: Value) throws(EvaluationError) -> Value? {
        let set = try machine.force(value)
        guard set.isAttributes else { return nil }
        let symbol = symbols.intern(name)
        let found = set.attribute(symbol)
        if !found.isAbsent { return found }
        guard set.shape.isOpen else { return nil }
        let answer = try machine.fallback(set, symbol)
        return answer.isAbsent ? nil : answer
    }

    /// Where an attribute stands; 0 for one that is made by the program.
    package func position(ofAttribute name: String, in value: Value) throws(EvaluationError) -> UInt32 {
        let set = try machine.force(value)
        guard set.isAttributes else { return 0 }
        let (holder, index) = try machine.place(of: symbols.intern(name), in: set)
        return index < 0 ? 0 : holder.shape.positions[index]
    }

    /// The same number for the same set, while both are alive.
    package func identity(of value: Value) throws(EvaluationError) -> UInt { try machine.force(value).bits }

    /// The names of a set, bytewise in order.
    package func attributeNames(of value: Value) throws(EvaluationError) -> [[UInt8]] {
        let set = try machine.forceAttributes(value, 0, "")
        let order = try machine.order(set.shape)
        return (0..<set.shape.count).map {
            Array(symbols.bytes(of: Symbol(rawValue: set.shape.symbols[Int(order[$0])])))
        }
    }

    /// How many elements a list has.
    package func count(of list: Value) throws(EvaluationError) -> Int {
        try machine.forceList(list, 0, "").listCount
    }

    package func element(_ index: Int, of list: Value) throws(EvaluationError) -> Value {
        try machine.forceElement(try machine.forceList(list, 0, ""), index)
    }

    /// What a value is, for those who look at it from outside.
    package enum Kind: Sendable { case null, bool, integer, float, string, path, list, attributes, function }

    package func kind(of value: Value) throws(EvaluationError) -> Kind {
        let forced = try machine.force(value)
        return switch Builtins.typeWord(forced) {
        case "int": .integer
        case "bool": .bool
        case "string": .string
        case "path": .path
        case "null": .null
        case "set": .attributes
        case "list": .list
        case "float": .float
        default: .function
        }
    }

    /// The bytes of a string (or path) and what it refers to.
    package func string(_ value: Value) throws(EvaluationError) -> (bytes: [UInt8], context: [ContextElement]) {
        let forced = try machine.force(value)
        if forced.isPath { return (Array(forced.bytes), []) }
        let text = try machine.forceString(forced, 0, "")
        return (Array(text.bytes), contexts.elements(of: text.contextIndex))
    }

    /// The value as `toString` gives it, paths copied to the store if `copiesToStore`; what is no string is an error in
    /// the frame `purpose`.
    package func coerceToString(
        _ value: Value, for purpose: String = "", coercesMore: Bool = false, copiesToStore: Bool = true
    ) throws(EvaluationError) -> (bytes: [UInt8], context: [ContextElement]) {
        let text = try machine.coerceToString(
            value, 0, purpose, coercesMore: coercesMore, copiesToStore: copiesToStore)
        return (Array(text.bytes), contexts.elements(of: text.contextIndex))
    }

    /// - Parameter context: what is being done, for the error.
    package func bool(
        _ value: Value, at position: UInt32 = 0, _ context: String = ""
    ) throws(EvaluationError) -> Bool {
        try machine.forceBoolean(value, position, context)
    }
    package func integer(_ value: Value) throws(EvaluationError) -> Int { try machine.forceInteger(value, 0, "") }
    package func isDerivation(_ value: Value) throws(EvaluationError) -> Bool {
        let forced = try machine.force(value)
        return forced.isAttributes ? try machine.isDerivation(forced) : false
    }

    // MARK: Making values

    package func makeString(_ bytes: [UInt8], context: [ContextElement] = []) throws(EvaluationError) -> Value {
        try machine.string(bytes, context: contexts.index(of: context))
    }

    package func makeBool(_ flag: Bool) -> Value { Value(flag) }
    package var null: Value { .null }

    package func makeInteger(_ value: Int) throws(EvaluationError) -> Value { try machine.integer(value) }

    package func makePath(_ bytes: [UInt8]) throws(EvaluationError) -> Value {
        try machine.path(normalizedPath(bytes))
    }

    /// A set; the values are held by `ValueRoot`s until it is made.
    package func makeAttributes(_ values: [(name: String, value: ValueRoot)]) throws(EvaluationError) -> Value {
        var entries = values.map {
            AttributeEntry(symbol: symbols.intern($0.name), value: $0.value.value.bits, position: 0)
        }
        let set = try machine.attributes(&entries)
        withExtendedLifetime(values) {}
        return set
    }

    package func makeList(_ values: [ValueRoot]) throws(EvaluationError) -> Value {
        let list = try machine.list(count: values.count)
        for (index, root) in values.enumerated() { list.elements[index] = root.value.bits }
        return list
    }

    /// Calls `function` with the arguments given on a command line, as far as it names them, where it takes a pattern.
    ///
    /// Anything else is returned as it is. Source: "autoCallFunction" behaviour of `nix-instantiate --arg`.
    package func autoCall(_ value: Value, arguments: [(name: String, value: ValueRoot)]) throws(EvaluationError)
        -> Value
    {
        let function = try machine.force(value)
        if function.isAttributes {
            let functor = function.attribute(machine.known.functor)
            guard !functor.isAbsent else { return function }
            return try autoCall(
                try machine.call(try machine.force(functor), function), arguments: arguments)
        }
        guard function.isLambda,
            let pattern = UnsafeMutablePointer<PatternCode>(bitPattern: function.lambdaCode.pointee.pattern)?.pointee
        else { return function }
        var given: [(name: String, value: ValueRoot)] = []
        if pattern.hasEllipsis {
            given = arguments
        } else {
            for index in 0..<Int(pattern.count) {
                let formal = pattern.formals[index]
                let name = symbols.string(of: Symbol(rawValue: formal.symbol))
                if let argument = arguments.first(where: { $0.name == name }) {
                    given.append(argument)
                } else if formal.defaultNode == 0 {
                    throw EvaluationError(
                        .type,
                        """
                        cannot evaluate a function that has an argument without a value ('\(name)')
                        Nix attempted to evaluate a function as a top level expression; in
                        this case it must have its arguments supplied either by default
                        values, or passed explicitly with '--arg' or '--argstr'. See
                        https://nix.dev/manual/nix/stable/language/syntax.html#functions.
                        """, at: formal.position)
                }
            }
        }
        return try machine.callPattern(function, try makeAttributes(given), 0)
    }

    // MARK: Printing

    /// As `nix-instantiate --eval` prints.
    package func printAmbiguously(_ value: Value) throws(EvaluationError) -> [UInt8] {
        try AmbiguousPrinter.print(value, machine)
    }

    /// As `nix eval` prints, by the options.
    package func print(_ value: Value, options: ValuePrinter.Options) throws(EvaluationError) -> [UInt8] {
        try ValuePrinter.print(value, machine, options)
    }

    /// The same to the end of `out`, where what was printed before an error stays.
    package func print(
        _ value: Value, options: ValuePrinter.Options, to out: inout [UInt8]
    ) throws(EvaluationError) {
        try ValuePrinter.print(value, machine, options, to: &out)
    }

    /// What a value is, as `nix repl` says it: `an integer`, `the built-in function 'map'`.
    package func describeKind(of value: Value) throws(EvaluationError) -> String {
        machine.typeName(try machine.force(value))
    }

    /// A symbol as messages name it: in quotes where it has to be.
    func printed(_ symbol: Symbol) -> String {
        var out: [UInt8] = []
        out.appendIdentifier(symbols.bytes(of: symbol))
        return String(decoding: out, as: UTF8.self)
    }

    /// A name as it stands in a set: in quotes where it has to be.
    package func printName(_ name: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        name.withUnsafeBufferPointer { out.appendIdentifier($0) }
        return out
    }
}
