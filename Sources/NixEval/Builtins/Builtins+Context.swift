import NixFormats
import NixSyntax

/// String contexts. Source: "String context" in the Nix manual.
extension Builtins {
    static let contexts: [Builtin] = [
        Builtin("hasContext", 1, strict: 1) { (machine, value, _, _, _) throws(EvaluationError) in
            Value(
                try machine.forceString(
                    value, 0, "while evaluating the argument passed to builtins.hasContext"
                ).contextIndex != 0)
        },
        Builtin("unsafeDiscardStringContext", 1, strict: 1) { (machine, value, _, _, _) throws(EvaluationError) in
            let text = try machine.coerceToString(
                value, 0, "while evaluating the argument passed to builtins.unsafeDiscardStringContext")
            return text.contextIndex == 0 ? text : try machine.string(text.bytes)
        },
        Builtin("unsafeDiscardOutputDependency", 1, strict: 1) { (machine, value, _, _, _) throws(EvaluationError) in
            let text = try machine.coerceToString(
                value, 0, "while evaluating the argument passed to builtins.unsafeDiscardOutputDependency")
            let table = machine.evaluator.contexts
            let elements = table.elements(of: text.contextIndex).map { element in
                if case .derivationDeep(let path) = element { return ContextElement.path(path) }
                return element
            }
            return try machine.string(text.bytes, context: table.index(of: elements))
        },
        Builtin("addDrvOutputDependencies", 1, strict: 1, function: addOutputDependencies),
        Builtin("outputOf", 2, strict: 1, feature: "dynamic-derivations", function: outputOf),
        Builtin("getContext", 1, strict: 1, function: getContext),
        Builtin("appendContext", 2, strict: 3, function: appendContext),
        Builtin("placeholder", 1, strict: 1, isGlobal: true) { (machine, value, _, _, _) throws(EvaluationError) in
            let name = try machine.stringWithoutContext(
                value, 0, "while evaluating the first argument passed to builtins.placeholder")
            return try machine.string(OutputPlaceholder.make(output: ByteString(name.bytes)).bytes)
        },
    ]

    private static func addOutputDependencies(
        _ machine: Machine, _ value: Value, _: Value, _: Value, _: UInt32
    ) throws(EvaluationError) -> Value {
        let text = try machine.coerceToString(
            value, 0, "while evaluating the argument passed to builtins.addDrvOutputDependencies")
        let table = machine.evaluator.contexts
        let elements = table.elements(of: text.contextIndex)
        guard elements.count == 1 else {
            throw EvaluationError(
                .other,
                "context of string '\(text.text)' must have exactly one element, but has \(elements.count)")
        }
        switch elements[0] {
        case .path(let path):
            guard path.isDerivation else {
                throw EvaluationError(
                    .other,
                    "path '\(machine.evaluator.host.storeDirectory.print(path))' is not a derivation")
            }
            return try machine.string(text.bytes, context: table.index(of: .derivationDeep(path)))
        case .output(_, let name): throw refusalOfOutput(name)
        case .nested(let output): throw refusalOfOutput(output.way[output.way.count - 1])
        case .derivationDeep: return text
        }
    }

    private static func refusalOfOutput(_ name: ByteString) -> EvaluationError {
        EvaluationError(
            .other,
            "`addDrvOutputDependencies` can only act on derivations, not on a derivation output such as '\(name)'")
    }

    /// The path of the derivation that an output is one of, where the paths of all outputs on the way to it are known.
    private static func holder(of output: NestedOutput, _ evaluator: Evaluator) throws(EvaluationError) -> StorePath {
        var path = output.derivation
        for name in output.way.dropLast() {
            let derivation: Derivation
            do throws(HostError) {
                guard try evaluator.host.isValid(path) else {
                    throw HostError("path '\(evaluator.host.storeDirectory.print(path))' is not valid")
                }
                derivation = try evaluator.host.readDerivation(path)
            } catch { throw EvaluationError(error) }
            let place: StorePath?
            do throws(FormatError) { place = try derivation.outputPath(name, in: evaluator.host.storeDirectory) } catch
            {
                throw EvaluationError(error)
            }
            guard let place else {
                throw EvaluationError(
                    .other,
                    "cannot operate on output '\(name)' of the unbuilt derivation '\(evaluator.host.storeDirectory.print(path))'"
                )
            }
            path = place
        }
        return path
    }

    /// An output of the derivation at a path, or of one that an output will hold.
    private static func outputOf(
        _ machine: Machine, _ reference: Value, _ name: Value, _: Value, _: UInt32
    ) throws(EvaluationError) -> Value {
        let context = "while evaluating the first argument to builtins.outputOf"
        let evaluator = machine.evaluator
        let text = try machine.forceString(reference, 0, context)
        let elements = evaluator.contexts.elements(of: text.contextIndex)
        func refusal(_ message: String) -> EvaluationError { EvaluationError(.other, message).adding(context, 0) }
        guard elements.count == 1 else {
            throw refusal(
                "string '\(text.text)' has \(elements.count) entries in its context. It should only have exactly one entry"
            )
        }
        let path: StorePath
        var way: [ByteString] = []
        switch elements[0] {
        case .derivationDeep:
            throw refusal(
                "string '\(text.text)' has a context which refers to a complete source and binary closure. This is not supported at this time"
            )
        case .output(let derivation, let name): (path, way) = (derivation, [name])
        case .nested(let output): (path, way) = (output.derivation, output.way)
        case .path(let object): path = object
        }
        if let last = way.last {
            let expected = try outputText(way, of: path, evaluator)
            guard expected == ByteString(text.bytes) else {
                let holder = way.dropLast().reduce("\(evaluator.host.storeDirectory.print(path))") { "\($0)^\($1)" }
                throw refusal(
                    "string '\(text.text)' has context with the output '\(last)' from derivation '\(holder)', but the string is not the right placeholder for this derivation output. It should be '\(expected)'"
                )
            }
        } else {
            let printed = evaluator.host.storeDirectory.print(path)
            guard printed == ByteString(text.bytes) else {
                throw refusal("path string '\(text.text)' has context with the different path '\(printed)'")
            }
        }
        let output = try machine.stringWithoutContext(
            name, 0, "while evaluating the second argument to builtins.outputOf")
        way.append(ByteString(output.bytes))
        let element: ContextElement =
            way.count == 1
            ? .output(derivation: path, name: way[0]) : .nested(NestedOutput(derivation: path, way: way))
        return try machine.string(
            try outputText(way, of: path, evaluator).bytes, context: evaluator.contexts.index(of: element))
    }

    /// The path of an output, or what stands for it until it is known.
    private static func outputText(
        _ way: [ByteString], of path: StorePath, _ evaluator: Evaluator
    ) throws(EvaluationError) -> ByteString {
        guard way.count == 1 else { return OutputPlaceholder.downstream(of: path, way: way) }
        let store = evaluator.host.storeDirectory
        let derivation: Derivation
        do throws(HostError) {
            guard try evaluator.host.isValid(path) else {
                throw HostError("path '\(store.print(path))' is not a valid store path")
            }
            derivation = try evaluator.host.readDerivation(path)
        } catch { throw EvaluationError(error) }
        guard derivation.outputs[way[0]] != nil else {
            throw EvaluationError(.other, "derivation '\(store.print(path))' does not have output '\(way[0])'")
        }
        do throws(FormatError) {
            return try derivation.outputPath(way[0], in: store).map { store.print($0) }
                ?? OutputPlaceholder.downstream(of: path, output: way[0])
        } catch { throw EvaluationError(error) }
    }

    private static func getContext(
        _ machine: Machine, _ value: Value, _: Value, _: Value, _: UInt32
    ) throws(EvaluationError) -> Value {
        let text = try machine.forceString(value, 0, "while evaluating the argument passed to builtins.getContext")
        let evaluator = machine.evaluator
        struct Entry {
            var isPath = false
            var isDeep = false
            var outputs: [ByteString] = []
        }
        var byPath: [StorePath: Entry] = [:]
        for element in evaluator.contexts.elements(of: text.contextIndex) {
            switch element {
            case .path(let path): byPath[path, default: Entry()].isPath = true
            case .derivationDeep(let path): byPath[path, default: Entry()].isDeep = true
            case .output(let path, let name): byPath[path, default: Entry()].outputs.append(name)
            case .nested(let output):
                byPath[try holder(of: output, evaluator), default: Entry()].outputs.append(
                    output.way[output.way.count - 1])
            }
        }
        let keep = try machine.allocate(max(byPath.count, 1))
        for index in 0..<byPath.count { keep[index] = 0 }
        var entries: [AttributeEntry] = []
        for (path, entry) in byPath {
            var fields = try ValueBuffer(machine)
            var pairs: [AttributeEntry] = []
            func add(_ name: String, _ value: Value) throws(EvaluationError) {
                try fields.append(value, machine)
                pairs.append(AttributeEntry(symbol: evaluator.symbols.intern(name), value: value.bits, position: 0))
            }
            if entry.isPath { try add("path", .true) }
            if entry.isDeep { try add("allOutputs", .true) }
            if !entry.outputs.isEmpty {
                var names = try ValueBuffer(machine)
                for name in entry.outputs.sorted() { try names.append(try machine.string(name.bytes), machine) }
                try add("outputs", try names.list(machine))
            }
            let set = try machine.attributes(&pairs)
            keep[entries.count] = set.bits
            let name = evaluator.host.storeDirectory.print(path)
            entries.append(
                AttributeEntry(
                    symbol: name.bytes.withUnsafeBufferPointer { evaluator.symbols.intern($0) }, value: set.bits,
                    position: 0))
        }
        let result = try machine.attributes(&entries)
        machine.keepAlive(keep)
        return result
    }

    private static func appendContext(
        _ machine: Machine, _ value: Value, _ context: Value, _: Value, _: UInt32
    ) throws(EvaluationError) -> Value {
        let evaluator = machine.evaluator
        let text = try machine.forceString(
            value, 0, "while evaluating the first argument passed to builtins.appendContext")
        let set = try machine.forceAttributes(
            context, 0, "while evaluating the second argument passed to builtins.appendContext")
        var elements = evaluator.contexts.elements(of: text.contextIndex)
        let known = machine.known
        for index in 0..<set.shape.count {
            let position = set.shape.positions[index]
            let symbol = Symbol(rawValue: set.shape.symbols[index])
            let name = Array(evaluator.symbols.bytes(of: symbol))
            guard let path = try? evaluator.host.storeDirectory.parse(ByteString(name)) else {
                throw EvaluationError(
                    .other, "context key '\(evaluator.printed(symbol))' is not a store path",
                    at: position)
            }
            do { try evaluator.host.ensureValid(path) } catch { throw EvaluationError(error) }
            let entry = try machine.forceAttributes(
                Value(bits: set.attributeValues[index]), position,
                "while evaluating the value of a string context")
            func place(_ symbol: Symbol) -> UInt32 {
                let index = entry.shape.index(of: symbol.rawValue)
                return index < 0 ? 0 : entry.shape.positions[index]
            }
            let isPath = entry.attribute(known.path)
            if !isPath.isAbsent,
                try machine.forceBoolean(
                    isPath, place(known.path), "while evaluating the `path` attribute of a string context")
            {
                elements.append(.path(path))
            }
            let isDeep = entry.attribute(known.allOutputs)
            if !isDeep.isAbsent,
                try machine.forceBoolean(
                    isDeep, place(known.allOutputs), "while evaluating the `allOutputs` attribute of a string context")
            {
                guard path.isDerivation else {
                    throw EvaluationError(
                        .other,
                        "tried to add all-outputs context of \(evaluator.printed(symbol)), which is not a derivation, to a string",
                        at: position)
                }
                elements.append(.derivationDeep(path))
            }
            let outputs = entry.attribute(known.outputs)
            guard !outputs.isAbsent else { continue }
            let list = try machine.forceList(
                outputs, place(known.outputs), "while evaluating the `outputs` attribute of a string context")
            if list.listCount > 0, !path.isDerivation {
                throw EvaluationError(
                    .other,
                    "tried to add derivation output context of \(evaluator.printed(symbol)), which is not a derivation, to a string",
                    at: position)
            }
            for output in 0..<list.listCount {
                let outputName = try machine.stringWithoutContext(
                    Value(bits: list.elements[output]), place(known.outputs),
                    "while evaluating an output name within a string context")
                elements.append(.output(derivation: path, name: ByteString(outputName.bytes)))
            }
        }
        return try machine.string(text.bytes, context: evaluator.contexts.index(of: elements))
    }
}
