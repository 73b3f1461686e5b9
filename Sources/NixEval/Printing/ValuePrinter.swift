import NixFormats
import NixSyntax

/// Prints values as `nix eval`, `nix repl` and messages do.
///
/// Source: "nix eval" in the Nix manual; `AmbiguousPrinter` is the other form, of `nix-instantiate --eval`.
package struct ValuePrinter {
    /// What to do with a value whose evaluation fails.
    package enum ErrorBehavior: Sendable { case print, `throw`, throwAtTopLevel }

    package struct Options: Sendable {
        /// Evaluates what it meets; otherwise thunks print as `«thunk»`.
        package var forces = false
        /// Prints derivations as `«derivation /nix/store/….drv»`.
        package var printsDerivationPaths = false
        package var tracksRepeated = true
        package var maximumDepth = Int.max
        package var maximumAttributes = Int.max
        package var maximumItems = Int.max
        package var maximumStringBytes = Int.max
        /// Blanks of indentation; 0 prints on one line.
        package var indentation = 0
        package var errors = ErrorBehavior.print
        /// Colours in the escapes of ECMA-48, by kind of value.
        package var hasColours = false

        package init() {}

        /// As messages show a value.
        static var message: Options {
            var options = Options()
            options.maximumDepth = 10
            options.maximumAttributes = 10
            options.maximumItems = 10
            options.maximumStringBytes = 1024
            return options
        }
    }

    private let machine: Machine
    private let options: Options
    private var out: [UInt8] = []
    private var seen: Set<UInt> = []
    private var attributesPrinted = 0
    private var itemsPrinted = 0
    private var indent = 0

    private init(_ machine: Machine, _ options: Options) {
        self.machine = machine
        self.options = options
    }

    static func print(_ value: Value, _ machine: Machine, _ options: Options) throws(EvaluationError) -> [UInt8] {
        var out: [UInt8] = []
        try print(value, machine, options, to: &out)
        return out
    }

    /// Prints to the end of `out`; what was printed before an error stays.
    static func print(
        _ value: Value, _ machine: Machine, _ options: Options, to out: inout [UInt8]
    ) throws(EvaluationError) {
        var printer = ValuePrinter(machine, options)
        defer { out += printer.out }
        try printer.print(value, depth: 0)
    }

    /// The value as messages show it.
    ///
    /// Never fails, evaluates nothing.
    static func summary(_ value: Value, _ machine: Machine) -> [UInt8] {
        (try? print(value, machine, .message)) ?? Array("«error»".utf8)
    }

    private mutating func append(_ text: String) { out.append(contentsOf: text.utf8) }

    private mutating func print(_ original: Value, depth: Int) throws(EvaluationError) {
        if depth > machine.state.pointee.maximumCallDepth { throw machine.tooDeep(0) }
        try machine.checkStack()
        try machine.makeRoom(for: 64, in: &out)
        do throws(EvaluationError) {
            var value = original
            if options.forces {
                value = try machine.force(value)
            } else if value.isThunk, value.object[0] == ThunkState.evaluated {
                value = Value(bits: value.object[1])
            }
            try printForced(value, depth)
        } catch {
            if error.kind == .stackOverflow || options.errors == .throw { throw error }
            if options.errors == .throwAtTopLevel, depth == 0 { throw error }
            begin(.error)
            append("«error: ")
            out.append(contentsOf: error.message)
            append("»")
            end()
        }
    }

    /// Colours, by what is printed in them.
    private enum Colour: String {
        case error = "31;1"
        case place = "32;1"
        case function = "34;1"
        case text = "35;1"
        case number = "36;1"
        case elision = "2"
    }

    private mutating func begin(_ colour: Colour) {
        if options.hasColours { append("\u{1b}[\(colour.rawValue)m") }
    }

    private mutating func end() {
        if options.hasColours { append("\u{1b}[0m") }
    }

    private mutating func append(_ text: String, in colour: Colour) {
        begin(colour)
        append(text)
        end()
    }

    private mutating func printForced(_ value: Value, _ depth: Int) throws(EvaluationError) {
        if let integer = value.integer { return append(String(integer), in: .number) }
        if value.isString {
            try machine.makeRoom(for: min(value.bytes.count, options.maximumStringBytes) + 64, in: &out)
            return appendString(value.bytes)
        }
        if value.isAttributes { return try printSet(value, depth) }
        if value.isList { return try printList(value, depth) }
        if value.isThunk {
            let isBlackhole = value.object[0] & ThunkState.blackhole != 0
            return append(
                isBlackhole ? "«potential infinite recursion»" : "«thunk»", in: isBlackhole ? .error : .text)
        }
        if value.isBool { return append(value.isTrue ? "true" : "false", in: .number) }
        if value.isNull { return append("null", in: .number) }
        if let float = value.float { return append(FloatFormat.general(float), in: .number) }
        if value.isPath {
            begin(.place)
            out.append(contentsOf: machine.evaluator.host.displayed(Array(value.bytes)))
            return end()
        }
        append(machine.functionText(value), in: .function)
    }

    /// At most so many bytes of a string, then how many were left out.
    private mutating func appendString(_ bytes: UnsafeBufferPointer<UInt8>) {
        begin(.text)
        if bytes.count <= options.maximumStringBytes {
            out.appendStringLiteral(bytes)
            return end()
        }
        out.appendStringLiteral(UnsafeBufferPointer(rebasing: bytes.prefix(options.maximumStringBytes)))
        append(" ")
        end()
        appendElided(bytes.count - options.maximumStringBytes, "byte", "bytes")
    }

    private mutating func appendElided(_ count: Int, _ one: String, _ many: String) {
        append("«\(count) \(count == 1 ? one : many) elided»", in: .elision)
    }

    private mutating func space(_ pretty: Bool) {
        if pretty {
            out.append(UInt8(ascii: "\n"))
            out.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent))
        } else {
            out.append(UInt8(ascii: " "))
        }
    }

    // MARK: Sets and lists

    private mutating func printSet(_ layered: Value, _ depth: Int) throws(EvaluationError) {
        let set = try machine.flat(layered)
        // There is one set without attributes.
        let identity = set.shape.count > 0 ? set.bits : machine.state.pointee.emptyAttributes.bits
        if options.tracksRepeated, !seen.insert(identity).inserted { return append("«repeated»", in: .text) }
        if options.forces, options.printsDerivationPaths, try machine.isDerivation(set) {
            return try printDerivation(set)
        }
        guard depth < options.maximumDepth else { return append("{ ... }") }
        indent += options.indentation
        append("{")
        var order = try Array(UnsafeBufferPointer(start: machine.order(set.shape), count: set.shape.count))
        if options.maximumAttributes != .max {
            // What says what a set is comes first where not all is shown.
            let important = order.filter { isImportant(set.shape, $0) }
            order = important + order.filter { !isImportant(set.shape, $0) }
        }
        let pretty = try isPretty(order.map { Value(bits: set.attributeValues[Int($0)]) }.prefix(2))
        var printed = 0
        for index in order {
            space(pretty)
            if attributesPrinted >= options.maximumAttributes {
                appendElided(order.count - printed, "attribute", "attributes")
                break
            }
            let symbol = Symbol(rawValue: set.shape.symbols[Int(index)])
            out.appendIdentifier(machine.evaluator.symbols.bytes(of: symbol))
            append(" = ")
            try print(Value(bits: set.attributeValues[Int(index)]), depth: depth + 1)
            append(";")
            attributesPrinted += 1
            printed += 1
        }
        indent -= options.indentation
        space(pretty)
        append("}")
    }

    private func isImportant(_ shape: Shape, _ index: Int32) -> Bool {
        let name = machine.evaluator.symbols.bytes(of: Symbol(rawValue: shape.symbols[Int(index)]))
        return name.elementsEqual("type".utf8) || name.elementsEqual("_type".utf8)
    }

    /// Whether something is printed over several lines: more than one entry, or one that is itself nested.
    private func isPretty(_ values: some Collection<Value>) throws(EvaluationError) -> Bool {
        guard options.indentation > 0, let first = values.first else { return false }
        if values.count > 1 { return true }
        let value = try machine.force(first)
        return value.isList || value.isAttributes
    }

    private mutating func printDerivation(_ set: Value) throws(EvaluationError) {
        let index = set.shape.index(of: machine.known.drvPath.rawValue)
        guard index >= 0 else { return append("«derivation»", in: .place) }
        let position = set.shape.positions[index]
        let words = "while evaluating the drvPath of a derivation"
        let text = try machine.coerceToString(
            Value(bits: set.attributeValues[index]), position, words, copiesToStore: false)
        guard (try? machine.evaluator.host.storeDirectory.parse(ByteString(text.bytes))) != nil else {
            throw EvaluationError(.other, "path '\(text.text)' is not in the Nix store").adding(words, position)
        }
        begin(.place)
        append("«derivation ")
        out.append(contentsOf: text.bytes)
        append("»")
        end()
    }

    private mutating func printList(_ list: Value, _ depth: Int) throws(EvaluationError) {
        if options.tracksRepeated, list.listCount > 0, depth > 0, !seen.insert(list.bits).inserted {
            return append("«repeated»", in: .text)
        }
        guard depth < options.maximumDepth else { return append("[ ... ]") }
        indent += options.indentation
        append("[")
        let count = list.listCount
        let pretty = try isPretty((0..<min(count, 2)).map { Value(bits: list.elements[$0]) })
        for index in 0..<count {
            space(pretty)
            if itemsPrinted >= options.maximumItems {
                appendElided(count - index, "item", "items")
                break
            }
            try print(Value(bits: list.elements[index]), depth: depth + 1)
            itemsPrinted += 1
        }
        indent -= options.indentation
        space(pretty)
        append("]")
    }
}

extension Machine {
    /// `«lambda f @ file:1:2»`, `«primop map»`, `«partially applied primop map»`.
    func functionText(_ value: Value) -> String {
        switch value.boxKind {
        case .builtin: return "«primop \(builtinName(value))»"
        case .partialBuiltin: return "«partially applied primop \(builtinName(value))»"
        default: break
        }
        let lambda = value.isLambda ? value : Value(bits: value.object[1])
        let code = lambda.lambdaCode.pointee
        let name = code.name < 0 ? "" : " \(evaluator.printed(Symbol(rawValue: code.name)))"
        return "«lambda\(name) @ \(evaluator.describe(position(ofFunction: value)))»"
    }
}
