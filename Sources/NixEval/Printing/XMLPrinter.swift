import NixSyntax

/// Values as XML, as `builtins.toXML` and `nix-instantiate --eval --xml` give them.
///
/// Source: "builtins.toXML" in the Nix manual.
struct XMLPrinter {
    private let machine: Machine
    /// Evaluates what it meets; otherwise thunks are `<unevaluated />`.
    private let isStrict: Bool
    private let showsLocations: Bool
    private(set) var out = Array("<?xml version='1.0' encoding='utf-8'?>\n".utf8)
    private(set) var context: UInt32 = 0
    private var depth = 0
    /// Derivations printed in full already.
    private var seen: Set<[UInt8]> = []

    init(_ machine: Machine, isStrict: Bool, showsLocations: Bool) {
        self.machine = machine
        self.isStrict = isStrict
        self.showsLocations = showsLocations
    }

    /// The whole document.
    ///
    /// Also when this throws, what is in `out` is well-formed.
    mutating func printDocument(_ value: Value) throws(EvaluationError) {
        try element("expr") { (printer) throws(EvaluationError) in
            try printer.print(value, 0)
        }
    }

    // MARK: Elements

    private typealias Attributes = [(name: String, value: [UInt8])]

    private mutating func append(_ text: String) { out.append(contentsOf: text.utf8) }

    /// `<name a="…"`, at its place.
    private mutating func begin(_ name: String, _ attributes: Attributes) {
        out.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
        append("<\(name)")
        for (name, value) in attributes {
            append(" \(name)=\"")
            for byte in value { appendEscaped(byte) }
            append("\"")
        }
    }

    private mutating func appendEscaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append("&quot;")
        case UInt8(ascii: "<"): append("&lt;")
        case UInt8(ascii: ">"): append("&gt;")
        case UInt8(ascii: "&"): append("&amp;")
        case UInt8(ascii: "\n"): append("&#xA;")
        default: out.append(byte)
        }
    }

    private mutating func empty(_ name: String, _ attributes: Attributes = []) {
        begin(name, attributes)
        append(" />\n")
    }

    private mutating func element(
        _ name: String, _ attributes: Attributes = [], _ body: (inout XMLPrinter) throws(EvaluationError) -> Void
    ) throws(EvaluationError) {
        begin(name, attributes)
        append(">\n")
        depth += 1
        do throws(EvaluationError) { try body(&self) } catch {
            // A document that is too large for memory stays open.
            if (try? machine.makeRoom(for: 2 * depth + 64, in: &out)) != nil { end(name) }
            throw error
        }
        end(name)
    }

    private mutating func end(_ name: String) {
        depth -= 1
        out.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
        append("</\(name)>\n")
    }

    /// `column`, `line` and `path` of a position.
    private func location(_ position: UInt32) -> Attributes {
        guard showsLocations, let location = machine.evaluator.positions.location(position) else { return [] }
        let (line, column) = location.lineAndColumn
        var result: Attributes = [("column", Array(String(column).utf8)), ("line", Array(String(line).utf8))]
        switch location.file.origin {
        case .file(let path): result.append(("path", Array(path.utf8)))
        case .bundled(let name): result.append(("path", Array("/\(name)".utf8)))
        case .string, .standardInput: break
        }
        return result
    }

    // MARK: Values

    /// The value as far as it is evaluated, or forced if that is asked for.
    private func resolve(_ value: Value, _ position: UInt32 = 0) throws(EvaluationError) -> Value {
        if isStrict { return try machine.force(value, askedForAt: position) }
        guard value.isThunk, value.object[0] == ThunkState.evaluated else { return value }
        return Value(bits: value.object[1])
    }

    /// - Parameter position: where the attribute stands that the value belongs to.
    private mutating func print(_ original: Value, _ position: UInt32) throws(EvaluationError) {
        try machine.enterLevel(position)
        defer { machine.leaveLevel() }
        let value = try resolve(original, position)
        try machine.makeRoom(for: value.isString ? value.bytes.count * 6 + 256 : 256 + 8 * depth, in: &out)
        if let integer = value.integer {
            empty("int", [("value", Array(String(integer).utf8))])
        } else if value.isBool {
            empty("bool", [("value", Array((value.isTrue ? "true" : "false").utf8))])
        } else if value.isString {
            context = machine.evaluator.contexts.union(context, value.contextIndex)
            empty("string", [("value", Array(value.bytes))])
        } else if value.isPath {
            empty("path", [("value", machine.evaluator.host.displayed(Array(value.bytes)))])
        } else if value.isNull {
            empty("null")
        } else if value.isAttributes {
            try printSet(value)
        } else if value.isList {
            try element("list") { (printer) throws(EvaluationError) in
                for index in 0..<value.listCount { try printer.print(Value(bits: value.elements[index]), position) }
            }
        } else if let float = value.float {
            empty("float", [("value", Array(FloatFormat.general(float).utf8))])
        } else if value.isLambda || value.isBox(.partialLambda) {
            try printFunction(value)
        } else {
            empty("unevaluated")
        }
    }

    private mutating func printSet(_ layered: Value) throws(EvaluationError) {
        let set = try machine.flat(layered)
        guard try machine.isDerivation(set) else {
            return try element("attrs") { (printer) throws(EvaluationError) in try printer.printAttributes(set) }
        }
        var attributes: Attributes = []
        var path: [UInt8] = []
        for (name, symbol) in [("drvPath", machine.known.drvPath), ("outPath", machine.known.outPath)] {
            let attribute = set.attribute(symbol)
            if attribute.isAbsent { continue }
            let value = try resolve(attribute)
            guard value.isString else { continue }
            attributes.append((name, Array(value.bytes)))
            if name == "drvPath" { path = Array(value.bytes) }
        }
        try element("derivation", attributes) { (printer) throws(EvaluationError) in
            if !path.isEmpty, printer.seen.insert(path).inserted {
                try printer.printAttributes(set)
            } else {
                printer.empty("repeated")
            }
        }
    }

    private mutating func printAttributes(_ set: Value) throws(EvaluationError) {
        let order = try machine.order(set.shape)
        for place in 0..<set.shape.count {
            let index = Int(order[place])
            var attributes = location(set.shape.positions[index])
            let name = machine.evaluator.symbols.bytes(of: Symbol(rawValue: set.shape.symbols[index]))
            // Attributes are in the order of their names: column, line, name, path.
            attributes.insert(("name", Array(name)), at: min(2, attributes.count))
            let value = Value(bits: set.attributeValues[index])
            try element("attr", attributes) { (printer) throws(EvaluationError) in
                try printer.print(value, set.shape.positions[index])
            }
        }
    }

    private mutating func printFunction(_ function: Value) throws(EvaluationError) {
        let symbols = machine.evaluator.symbols
        let given = function.isLambda ? 0 : function.partialCount
        let code = (function.isLambda ? function : Value(bits: function.object[1])).lambdaCode.pointee
        let pattern = UnsafeMutablePointer<PatternCode>(bitPattern: code.pattern)?.pointee
        let position =
            pattern != nil
            ? code.position : UnsafePointer<UInt32>(bitPattern: code.positions).unsafelyUnwrapped[given]
        try element("function", location(position)) { (printer) throws(EvaluationError) in
            guard let pattern else {
                let name =
                    given == 0
                    ? Array(symbols.bytes(of: Symbol(rawValue: code.argumentSymbol))) : printer.identifier(at: position)
                return printer.empty("varpat", [("name", name)])
            }
            var attributes: Attributes = pattern.hasEllipsis ? [("ellipsis", Array("1".utf8))] : []
            if code.argumentSymbol >= 0 {
                attributes.append(("name", Array(symbols.bytes(of: Symbol(rawValue: code.argumentSymbol)))))
            }
            let names = (0..<Int(pattern.count))
                .map { Array(symbols.bytes(of: Symbol(rawValue: pattern.formals[$0].symbol))) }
                .sorted { $0.lexicographicallyPrecedes($1) }
            try printer.element("attrspat", attributes) { (printer) throws(EvaluationError) in
                for name in names { printer.empty("attr", [("name", name)]) }
            }
        }
    }

    /// The name of the argument that stands at `position`, where the lambda of a further argument begins.
    private func identifier(at position: UInt32) -> [UInt8] {
        guard let location = machine.evaluator.positions.location(position) else { return [] }
        let text = location.file.text[Int(location.offset)...]
        return Array(text.prefix { !" \t\r\n:#/".utf8.contains($0) })
    }
}

extension Evaluator {
    /// Appends the value as an XML document.
    ///
    /// When this throws, `out` has got a well-formed document of what came first.
    ///
    /// - Parameters:
    ///   - isStrict: evaluates everything; otherwise what is not evaluated prints as `<unevaluated />`.
    ///   - showsLocations: whether attributes and functions say where they are defined.
    package func printXML(
        _ value: Value, isStrict: Bool, showsLocations: Bool, to out: inout [UInt8]
    ) throws(EvaluationError) {
        var printer = XMLPrinter(machine, isStrict: isStrict, showsLocations: showsLocations)
        defer {
            // What may be most of the memory is not copied.
            if out.isEmpty { out = printer.out } else { out += printer.out }
        }
        try printer.printDocument(value)
    }
}

extension Builtins {
    static let xml: [Builtin] = [
        Builtin("toXML", 1) { (machine, value, _, _, _) throws(EvaluationError) in
            var printer = XMLPrinter(machine, isStrict: true, showsLocations: false)
            try printer.printDocument(value)
            return try machine.string(printer.out, context: printer.context)
        }
    ]
}
