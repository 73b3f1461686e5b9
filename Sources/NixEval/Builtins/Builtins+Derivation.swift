import NixFormats
import NixSyntax

/// `derivationStrict`: a set of attributes becomes a `.drv` in the store.
///
/// Source: "Derivations" in the Nix manual; attribute handling as Nix 2.34 does it.
extension Builtins {
    static let derivations: [Builtin] = [
        Builtin("derivationStrict", 1, strict: 1, isGlobal: true) { (machine, value, _, _, _) throws(EvaluationError) in
            let set = try machine.forceAttributes(
                value, 0, "while evaluating the argument passed to builtins.derivationStrict")
            let nameValue = try machine.required(
                machine.known.name, in: set, "in the attrset passed as argument to builtins.derivationStrict")
            let index = set.shape.index(of: machine.known.name.rawValue)
            let namePosition = index < 0 ? 0 : set.shape.positions[index]
            let name: Value
            do throws(EvaluationError) {
                name = try machine.stringWithoutContext(
                    nameValue, 0, "while evaluating the `name` attribute passed to builtins.derivationStrict")
            } catch { throw error.adding("while evaluating the derivation attribute 'name'", namePosition) }
            do throws(EvaluationError) {
                var builder = DerivationBuilder(machine: machine, name: Array(name.bytes))
                return try builder.build(set)
            } catch {
                throw error.adding(
                    "while evaluating derivation '\(name.text)'\n  whose name attribute is located at \(machine.evaluator.describe(namePosition))",
                    0)
            }
        }
    ]
}

/// One derivation while its attributes are read.
///
/// Holds no `Value`.
struct DerivationBuilder {
    let machine: Machine
    let name: [UInt8]
    private let text: DerivationText
    private var contexts = ContextUnion()
    private var isContentAddressed = false
    private var isImpure = false
    private var outputHash: [UInt8]?
    private var outputHashAlgorithm: HashAlgorithm?
    private var method: ContentAddressMethod?
    private var outputs: [ByteString] = ["out"]
    /// Structured attributes as JSON fields, in order of their names.
    private var structured: [UInt8]?
    /// Attributes that say nothing where attributes are structured.
    private static let checks: Set<String> = [
        "allowedReferences", "allowedRequisites", "disallowedReferences", "disallowedRequisites", "maxSize",
        "maxClosureSize",
    ]

    init(machine: Machine, name: [UInt8]) {
        self.machine = machine
        self.name = name
        text = DerivationText(name: ByteString(name), store: machine.evaluator.host.storeDirectory)
    }

    private var evaluator: Evaluator { machine.evaluator }

    mutating func build(_ set: Value) throws(EvaluationError) -> Value {
        do { try DerivationValidation.checkName(text.name) } catch { throw EvaluationError(error) }
        let known = machine.known
        let isStructured = try flag(
            set, known.structuredAttrs,
            "while evaluating the `__structuredAttrs` attribute passed to builtins.derivationStrict")
        let ignoresNulls = try flag(
            set, known.ignoreNulls,
            "while evaluating the `__ignoreNulls` attribute passed to builtins.derivationStrict")
        if isStructured { structured = [] }
        let order = try machine.order(set.shape)
        for position in 0..<set.shape.count {
            let index = Int(order[position])
            let symbol = Symbol(rawValue: set.shape.symbols[index])
            if symbol == known.ignoreNulls { continue }
            do throws(EvaluationError) {
                let value = Value(bits: set.attributeValues[index])
                if ignoresNulls, try machine.force(value).isNull { continue }
                try add(symbol, value)
            } catch {
                let key = evaluator.printed(symbol)
                throw error.adding(
                    "while evaluating attribute '\(key)' of derivation '\(String(decoding: name, as: UTF8.self))'",
                    set.shape.positions[index])
            }
        }
        if var structured {
            structured.append(UInt8(ascii: "}"))
            add(variable: machine.known.json, structured)
        }
        try addContext()
        if text.builder.isEmpty { throw EvaluationError(.other, "required attribute 'builder' missing") }
        if text.system.isEmpty { throw EvaluationError(.other, "required attribute 'system' missing") }
        do { try DerivationValidation.checkSuffix(text.name, method: method, outputs: outputs) } catch {
            throw EvaluationError(error)
        }
        if outputHash != nil {
            try fixOutput()
        } else if isContentAddressed || isImpure {
            try floatOutputs()
        } else {
            try setOutputs { _ in (.deferred, "") }
        }
        return try finish()
    }

    private func flag(_ set: Value, _ symbol: Symbol, _ context: String) throws(EvaluationError) -> Bool {
        let value = set.attribute(symbol)
        return value.isAbsent ? false : try machine.forceBoolean(value, 0, context)
    }

    // MARK: Attributes

    private mutating func add(_ symbol: Symbol, _ value: Value) throws(EvaluationError) {
        let known = machine.known
        if symbol == known.contentAddressed {
            if try machine.forceBoolean(value, 0, "") {
                isContentAddressed = true
                try evaluator.require(feature: "ca-derivations")
            }
            return
        }
        if symbol == known.impure {
            if try machine.forceBoolean(value, 0, "") {
                isImpure = true
                try evaluator.require(feature: "impure-derivations")
            }
            return
        }
        if symbol == known.args {
            let list = try machine.forceList(value, 0, "")
            for index in 0..<list.listCount {
                let argument = try machine.coerceToString(
                    Value(bits: list.elements[index]), 0, "while evaluating an element of the argument list",
                    coercesMore: true)
                contexts.add(argument.contextIndex)
                text.addArgument(argument.bytes)
            }
            return
        }
        if structured != nil { return try addStructured(symbol, value) }
        let string = try machine.coerceToString(value, 0, "", coercesMore: true)
        contexts.add(string.contextIndex)
        if symbol == known.json { return add(variable: symbol, try normalisedJSON(string)) }
        text.addVariable(evaluator.symbols.bytes(of: symbol), string.bytes)
        switch symbol {
        case known.builder: text.builder = ByteString(string.bytes)
        case known.system: text.system = ByteString(string.bytes)
        case known.outputHash: outputHash = Array(string.bytes)
        case known.outputHashAlgo: try setHashAlgorithm(Array(string.bytes))
        case known.outputHashMode: try setMode(Array(string.bytes))
        case known.outputs:
            try setOutputNames(
                string.bytes.split { " \t\n\r".utf8.contains($0) }.map { ByteString($0) })
        default: break
        }
    }

    /// An algorithm that nobody knows counts as none.
    private mutating func setHashAlgorithm(_ name: [UInt8]) throws(EvaluationError) {
        do throws(FormatError) {
            outputHashAlgorithm = try HashAlgorithm.named(name, features: evaluator.options.experimentalFeatures)
        } catch { throw EvaluationError(error) }
    }

    private func add(variable symbol: Symbol, _ value: [UInt8]) {
        value.withUnsafeBufferPointer { text.addVariable(evaluator.symbols.bytes(of: symbol), $0) }
    }

    /// Structured attributes that are given as text, as they are written: names in order, no blanks.
    private func normalisedJSON(_ string: Value) throws(EvaluationError) -> [UInt8] {
        warn(
            "In derivation '\(text.name)': setting structured attributes via '__json' is deprecated, and may be disallowed in future versions of Nix. Set '__structuredAttrs = true' instead."
        )
        let value: Value
        do throws(EvaluationError) { value = try JSONReader.read(string, machine) } catch {
            throw EvaluationError(.other, "cannot process __json attribute: \(error.text)")
        }
        guard value.isAttributes else {
            let kind =
                switch Builtins.typeWord(value) {
                case "list": "array"
                case "bool": "boolean"
                case "int", "float": "number"
                case let word: word
                }
            throw EvaluationError(
                .other,
                "cannot process __json attribute: [json.exception.type_error.302] type must be object, but is \(kind)")
        }
        return try JSONPrinter.print(value, machine, copiesToStore: true).bytes
    }

    private func warn(_ message: String) { evaluator.host.report(Array("warning: \(message)".utf8)) }

    private mutating func addStructured(_ symbol: Symbol, _ value: Value) throws(EvaluationError) {
        let known = machine.known
        if symbol == known.structuredAttrs { return }
        let printed = try JSONPrinter.print(value, machine, copiesToStore: true)
        contexts.add(printed.context)
        var json = structured.take() ?? []
        json.append(UInt8(ascii: json.isEmpty ? "{" : ","))
        json.appendJSONString(evaluator.symbols.bytes(of: symbol))
        json.append(UInt8(ascii: ":"))
        json += printed.bytes
        structured = json
        switch symbol {
        case known.builder:
            let builder = try machine.forceString(value, 0, "")
            contexts.add(builder.contextIndex)
            text.builder = ByteString(builder.bytes)
        case known.system: text.system = try plain(value)
        case known.outputHash: outputHash = try plain(value).bytes
        case known.outputHashAlgo: try setHashAlgorithm(try plain(value).bytes)
        case known.outputHashMode: try setMode(try plain(value).bytes)
        case known.outputs:
            let list = try machine.forceList(value, 0, "")
            var names: [ByteString] = []
            for index in 0..<list.listCount { names.append(try plain(Value(bits: list.elements[index]))) }
            try setOutputNames(names)
        default: break
        }
        let name = evaluator.symbols.string(of: symbol)
        if Self.checks.contains(name) {
            warn(
                "In a derivation named '\(text.name)', 'structuredAttrs' disables the effect of the derivation attribute '\(name)'; use 'outputChecks.<output>.\(name)' instead"
            )
        }
    }

    private func plain(_ value: Value) throws(EvaluationError) -> ByteString {
        ByteString(try machine.stringWithoutContext(value, 0, "").bytes)
    }

    private mutating func setMode(_ mode: [UInt8]) throws(EvaluationError) {
        do {
            method = try DerivationValidation.method(
                outputHashMode: ByteString(mode), derivationName: text.name,
                isDynamic: evaluator.options.experimentalFeatures.contains("dynamic-derivations"))
        } catch { throw EvaluationError(error) }
    }

    private mutating func setOutputNames(_ names: [ByteString]) throws(EvaluationError) {
        do { try DerivationValidation.checkOutputNames(names, isFixed: false) } catch { throw EvaluationError(error) }
        outputs = names.sorted()
    }

    // MARK: Inputs and outputs

    private func addContext() throws(EvaluationError) {
        let contexts = evaluator.contexts
        try contexts.forEach(in: contexts.union(self.contexts)) { (element, names) throws(EvaluationError) in
            switch element {
            case .path(let path): text.inputSources.insert(path)
            case .output(let path, let output):
                text.inputDerivations.update(path, initially: names) { $0.insert(output) }
            case .nested(let output):
                if text.inputDerivations[output.derivation] == nil { text.inputDerivations[output.derivation] = [] }
                var held = text.dynamicInputs[output.derivation] ?? [:]
                held.insert(output.way[...])
                text.dynamicInputs[output.derivation] = held
            case .derivationDeep(let path): try addDeep(path)
            }
        }
    }

    /// A derivation with all that it and its sources refer to: every path becomes a source, every derivation gives all
    /// its outputs.
    private func addDeep(_ start: StorePath) throws(EvaluationError) {
        do throws(HostError) {
            guard try evaluator.host.isValid(start) else {
                throw HostError("path '\(evaluator.host.storeDirectory.print(start))' is not valid")
            }
        } catch { throw EvaluationError(error) }
        var seen: Set<StorePath> = [start]
        var queue = [start]
        while let path = queue.popLast() {
            text.inputSources.insert(path)
            let references: [StorePath]
            if path.isDerivation {
                let input = try readDerivation(path)
                text.inputDerivations[path] = SortedSet(input.outputs.keys)
                references = Array(input.references)
            } else {
                do throws(HostError) { references = try evaluator.host.references(of: path) } catch {
                    throw EvaluationError(error)
                }
            }
            for reference in references where seen.insert(reference).inserted { queue.append(reference) }
        }
    }

    private func readDerivation(_ path: StorePath) throws(EvaluationError) -> Derivation {
        do { return try evaluator.host.readDerivation(path) } catch { throw EvaluationError(error) }
    }

    /// An empty hash stands for the one of all zeros, with a warning.
    private func fixOutput() throws(EvaluationError) {
        do {
            try DerivationValidation.checkOutputNames(outputs, isFixed: true)
            let (hash, wasEmpty) = try NixHash.parseAllowingEmpty(
                ByteString(outputHash ?? []), expected: outputHashAlgorithm,
                features: evaluator.options.experimentalFeatures)
            if wasEmpty { evaluator.host.report(Array("warning: found empty hash, assuming '\(hash.sri)'".utf8)) }
            let address = ContentAddress(method: method ?? .flat, hash: hash)
            try text.addOutput("out", .fixed(address), variable: "")
        } catch { throw EvaluationError(error) }
    }

    /// Outputs whose paths follow from what is built.
    private func floatOutputs() throws(EvaluationError) {
        guard !isContentAddressed || !isImpure else {
            throw EvaluationError(.other, "derivation cannot be both content-addressed and impure")
        }
        let algorithm = outputHashAlgorithm ?? .sha256
        let method = method ?? .nar
        try setOutputs {
            (isImpure ? .impure(method, algorithm) : .floating(method, algorithm), OutputPlaceholder.make(output: $0))
        }
    }

    private func setOutputs(
        _ make: (ByteString) -> (value: DerivationOutput, variable: ByteString)
    ) throws(EvaluationError) {
        do throws(FormatError) {
            for output in outputs {
                let made = make(output)
                try text.addOutput(output, made.value, variable: made.variable)
            }
        } catch { throw EvaluationError(error) }
    }

    private func finish() throws(EvaluationError) -> Value {
        let evaluator = evaluator
        let file: DerivationFile
        do {
            file = try evaluator.derivationHasher.finish(text) { path throws(FormatError) in
                do throws(HostError) { return try evaluator.host.readDerivation(path) } catch {
                    throw FormatError(.derivation, error.message)
                }
            }
        } catch { throw EvaluationError(error) }
        do { try evaluator.host.addDerivation(file) } catch { throw EvaluationError(error) }
        return try result(file.path)
    }

    private func result(_ path: StorePath) throws(EvaluationError) -> Value {
        let keep = try machine.allocate(text.outputs.count + 1)
        for index in 0...text.outputs.count { keep[index] = 0 }
        let drvPath = try machine.string(
            text.store.print(path).bytes, context: evaluator.contexts.index(of: .derivationDeep(path)))
        keep[0] = drvPath.bits
        var entries = [AttributeEntry(symbol: machine.known.drvPath, value: drvPath.bits, position: 0)]
        for output in text.outputs {
            let value = try machine.output(output.name, of: path, at: output.path)
            keep[entries.count] = value.bits
            entries.append(
                AttributeEntry(
                    symbol: output.name.bytes.withUnsafeBufferPointer { evaluator.symbols.intern($0) },
                    value: value.bits, position: 0))
        }
        let set = try machine.attributes(&entries)
        machine.keepAlive(keep)
        return set
    }
}

extension Builtins {
    /// What a `.drv` file becomes when it is imported: the set that `derivation` made, without its attributes.
    static let importedDerivationSource = SourceFile(
        origin: .bundled("imported-drv-to-derivation.nix"), directory: "/",
        bytes: """
            attributes@{ drvPath, name, outputs, ... }:
            let
              common = builtins.listToAttrs named // {
                all = map (entry: entry.value) named;
                inherit drvPath name;
                type = "derivation";
              };
              named = map (outputName: {
                name = outputName;
                value = common // { outPath = builtins.getAttr outputName attributes; inherit outputName; };
              }) outputs;
            in
            (builtins.head named).value
            """.utf8)
}

extension Machine {
    /// The path of an output of the derivation at `derivation`, or what stands for it until it is known, as a string that refers to
    /// the output.
    func output(
        _ name: ByteString, of derivation: StorePath, at path: StorePath?
    ) throws(EvaluationError) -> Value {
        let text =
            path.map { evaluator.host.storeDirectory.print($0) }
            ?? OutputPlaceholder.downstream(of: derivation, output: name)
        return try string(
            text.bytes, context: evaluator.contexts.index(of: .output(derivation: derivation, name: name)))
    }

    /// The same for a derivation that was read from the file `file`.
    func output(_ name: ByteString, of derivation: Derivation, read file: StorePath) throws(EvaluationError) -> Value {
        let path: StorePath?
        do { path = try derivation.outputPath(name, in: evaluator.host.storeDirectory) } catch {
            throw EvaluationError(error)
        }
        return try output(name, of: file, at: path)
    }
}
