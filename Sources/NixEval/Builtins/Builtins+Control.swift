import NixFormats
import NixSyntax

/// Types, errors, strictness, tracing, and the constants of `builtins`.
extension Builtins {
    static let control: [Builtin] = [
        Builtin("typeOf", 1, strict: 1) { (machine, value, _, _, _) throws(EvaluationError) in
            try machine.string(typeWord(try machine.force(value)))
        },
        Builtin("isNull", 1, strict: 1, isGlobal: true) { (machine, value, _, _, _) throws(EvaluationError) in
            Value(try machine.force(value).isNull)
        },
        Builtin("isFunction", 1, strict: 1) { (machine, value, _, _, _) throws(EvaluationError) in
            Value(try machine.force(value).isFunction)
        },
        Builtin("isInt", 1, strict: 1) { (machine, value, _, _, _) throws(EvaluationError) in
            Value(try machine.force(value).integer != nil)
        },
        Builtin("isFloat", 1, strict: 1) { (machine, value, _, _, _) throws(EvaluationError) in
            Value(try machine.force(value).float != nil)
        },
        Builtin("isString", 1, strict: 1) { (machine, value, _, _, _) throws(EvaluationError) in
            Value(try machine.force(value).isString)
        },
        Builtin("isBool", 1, strict: 1) { (machine, value, _, _, _) throws(EvaluationError) in
            Value(try machine.force(value).isBool)
        },
        Builtin("isPath", 1, strict: 1) { (machine, value, _, _, _) throws(EvaluationError) in
            Value(try machine.force(value).isPath)
        },
        Builtin("isAttrs", 1, strict: 1) { (machine, value, _, _, _) throws(EvaluationError) in
            Value(try machine.force(value).isAttributes)
        },
        Builtin("isList", 1, strict: 1) { (machine, value, _, _, _) throws(EvaluationError) in
            Value(try machine.force(value).isList)
        },
        Builtin("abort", 1, isGlobal: true) { (machine, value, _, _, _) throws(EvaluationError) in
            let text = try machine.coerceToString(
                value, 0, "while evaluating the error message passed to builtins.abort")
            throw EvaluationError(
                .abort,
                Array("evaluation aborted with the following error message: '".utf8) + text.bytes + [UInt8(ascii: "'")])
        },
        Builtin("throw", 1, isGlobal: true) { (machine, value, _, _, _) throws(EvaluationError) in
            let text = try machine.coerceToString(
                value, 0, "while evaluating the error message passed to builtin.throw")
            throw EvaluationError(.thrown, Array(text.bytes))
        },
        Builtin("addErrorContext", 2, addsTrace: false) { (machine, text, value, _, _) throws(EvaluationError) in
            do throws(EvaluationError) { return try machine.force(value) } catch {
                let message = try machine.coerceToString(
                    text, 0, "while evaluating the error message passed to builtins.addErrorContext",
                    copiesToStore: false)
                throw error.adding(message.text, 0, isAlwaysShown: true)
            }
        },
        Builtin("tryEval", 1, function: tryEval),
        Builtin("seq", 2, strict: 1) { (machine, first, second, _, _) throws(EvaluationError) in
            _ = try machine.force(first)
            return try machine.force(second)
        },
        Builtin("deepSeq", 2) { (machine, first, second, _, _) throws(EvaluationError) in
            try machine.forceDeeply(first)
            return try machine.force(second)
        },
        Builtin("trace", 2, strict: 1) { (machine, message, value, _, _) throws(EvaluationError) in
            try trace(machine, message)
            return try machine.force(value)
        },
        Builtin("traceVerbose", 2) { (machine, message, value, _, _) throws(EvaluationError) in
            if machine.evaluator.options.tracesVerbosely { try trace(machine, message) }
            return try machine.force(value)
        },
        Builtin("warn", 2) { (machine, message, value, _, _) throws(EvaluationError) in
            let text = try machine.forceString(
                message, 0, "while evaluating the first argument; the message passed to builtins.warn")
            let isEmpty = text.bytes.allSatisfy { " \n\r\t".utf8.contains($0) }
            machine.evaluator.host.report(
                isEmpty ? [] : DiagnosticRenderer.indented(text.bytes, prefix: "evaluation warning: "))
            if machine.evaluator.options.abortsOnWarning {
                throw EvaluationError(.other, "aborting to reveal stack trace of warning, as abort-on-warn is set")
            }
            return try machine.force(value)
        },
        Builtin("break", 1, addsTrace: false) { (machine, value, _, _, _) throws(EvaluationError) in
            try machine.force(value)
        },
        Builtin("genericClosure", 1, strict: 1, function: genericClosure),
        Builtin("functionArgs", 1, strict: 1, function: functionArguments),
        Builtin("getEnv", 1, strict: 1) { (machine, name, _, _, _) throws(EvaluationError) in
            let text = try machine.stringWithoutContext(
                name, 0, "while evaluating the first argument passed to builtins.getEnv")
            let evaluator = machine.evaluator
            if evaluator.options.isPure || evaluator.options.isRestricted { return machine.state.pointee.emptyString }
            return try machine.string(evaluator.host.environmentVariable(Array(text.bytes)) ?? [])
        },
    ]

    static func typeWord(_ value: Value) -> String {
        if value.integer != nil { return "int" }
        if value.isBool { return "bool" }
        if value.isString { return "string" }
        if value.isPath { return "path" }
        if value.isNull { return "null" }
        if value.isAttributes { return "set" }
        if value.isList { return "list" }
        return value.float != nil ? "float" : "lambda"
    }

    private static func tryEval(
        _ machine: Machine, _ value: Value, _: Value, _: Value, _: UInt32
    ) throws(EvaluationError) -> Value {
        let known = machine.known
        let depth = machine.state.pointee.callDepth
        do throws(EvaluationError) {
            let result = try machine.force(value)
            return try machine.attributes((known.success, .true), (known.value, result))
        } catch {
            guard error.isTryable else { throw error }
            machine.state.pointee.callDepth = depth
            return try machine.attributes((known.success, .false), (known.value, .false))
        }
    }

    private static func trace(_ machine: Machine, _ message: Value) throws(EvaluationError) {
        let value = try machine.force(message)
        let text = value.isString ? Array(value.bytes) : try ValuePrinter.print(value, machine, .init())
        machine.evaluator.host.report(Array("trace: ".utf8) + text)
    }

    private static func functionArguments(
        _ machine: Machine, _ value: Value, _: Value, _: Value, _: UInt32
    ) throws(EvaluationError) -> Value {
        let function = try machine.force(value)
        if case .builtin? = function.boxKind { return machine.state.pointee.emptyAttributes }
        if case .partialBuiltin? = function.boxKind { return machine.state.pointee.emptyAttributes }
        if case .partialLambda? = function.boxKind { return machine.state.pointee.emptyAttributes }
        guard function.isLambda else { throw EvaluationError(.type, "'functionArgs' requires a function") }
        let code = function.lambdaCode.pointee
        guard let pattern = UnsafeMutablePointer<PatternCode>(bitPattern: code.pattern)?.pointee else {
            return machine.state.pointee.emptyAttributes
        }
        var entries = (0..<Int(pattern.count)).map { index in
            let formal = pattern.formals[index]
            return AttributeEntry(
                symbol: Symbol(rawValue: formal.symbol), value: Value(formal.defaultNode != 0).bits,
                position: formal.position)
        }
        return try machine.attributes(&entries)
    }

    // MARK: genericClosure

    private static func genericClosure(
        _ machine: Machine, _ value: Value, _: Value, _: Value, _: UInt32
    ) throws(EvaluationError) -> Value {
        let known = machine.known
        let set = try machine.forceAttributes(
            value, 0, "while evaluating the first argument passed to builtins.genericClosure")
        let start = try machine.forceList(
            try machine.required(
                known.startSet, in: set, "in the attrset passed as argument to builtins.genericClosure"),
            0, "while evaluating the 'startSet' attribute passed as argument to builtins.genericClosure")
        if start.listCount == 0 { return start }
        let step = try machine.forceFunction(
            try machine.required(
                known.operator, in: set, "in the attrset passed as argument to builtins.genericClosure"),
            0, "while evaluating the 'operator' attribute passed as argument to builtins.genericClosure")
        var queue = try ValueBuffer(machine, capacity: start.listCount * 2)
        for index in 0..<start.listCount { try queue.append(Value(bits: start.elements[index]), machine) }
        var result = try ValueBuffer(machine)
        var keys = try OrderedKeys(machine)
        var next = 0
        while next < queue.count {
            let element = queue[next]
            next += 1
            let set: Value
            let delayedKey: Value
            do throws(EvaluationError) {
                set = try machine.forceAttributes(element, 0, "")
                delayedKey = try machine.required(known.key, in: set, "")
            } catch { throw error.adding("in genericClosure element \(machine.summary(element))", 0) }
            let key = try machine.force(delayedKey)
            do throws(EvaluationError) {
                guard try keys.insert(key, machine) else { continue }
            } catch { throw closureFrames(machine, error, set, key, result) }
            try result.append(set, machine)
            do throws(EvaluationError) {
                let new = try machine.forceList(
                    try machine.call(step, set), 0,
                    "while evaluating the return value of the `operator` passed to builtins.genericClosure")
                for index in 0..<new.listCount {
                    try queue.append(try machine.force(Value(bits: new.elements[index])), machine)
                }
            } catch {
                throw error.adding("while calling operator on genericClosure element \(machine.summary(set))", 0)
            }
        }
        return try result.list(machine)
    }

    /// Says which two elements have keys that cannot be compared.
    private static func closureFrames(
        _ machine: Machine, _ error: EvaluationError, _ set: Value, _ key: Value, _ earlier: ValueBuffer
    ) -> EvaluationError {
        for index in 0..<earlier.count {
            let other = earlier[index]
            do throws(EvaluationError) {
                let otherKey = try machine.force(try machine.required(machine.known.key, in: other, ""))
                _ = try machine.isLess(key, otherKey, 0, "")
            } catch {
                return error.adding("with element \(machine.summary(other))", 0)
                    .adding("while comparing element \(machine.summary(set))", 0)
            }
        }
        return error.adding("while checking key of element \(machine.summary(set))", 0)
    }

    /// Keys in Nix's order, in heap memory: a sorted array for search by halving.
    private struct OrderedKeys {
        private var keys: ValueBuffer

        init(_ machine: Machine) throws(EvaluationError) { keys = try ValueBuffer(machine) }

        /// False when an equal key is there.
        mutating func insert(_ key: Value, _ machine: Machine) throws(EvaluationError) -> Bool {
            var low = 0
            var high = keys.count
            while low < high {
                let middle = (low + high) / 2
                if try machine.isLess(key, keys[middle], 0, "") { high = middle } else { low = middle + 1 }
            }
            if low > 0, try !machine.isLess(keys[low - 1], key, 0, "") { return false }
            try keys.append(key, machine)
            let words = keys.words
            var index = keys.count - 1
            while index > low {
                words[index] = words[index - 1]
                index -= 1
            }
            words[low] = key.bits
            return true
        }
    }

    // MARK: Constants

    /// Values of `builtins` that are not functions.
    static func constants(_ evaluator: Evaluator) throws(EvaluationError) -> [(String, Value)] {
        let machine = evaluator.machine
        var result: [(String, Value)] = [
            ("langVersion", Value(smallInteger: 6)),
            ("nixVersion", evaluator.arena.string(Array("2.34.8".utf8))),
            ("storeDir", evaluator.arena.string(evaluator.host.storeDirectory.path.bytes)),
        ]
        if !evaluator.options.isPure {
            result.append(("currentSystem", evaluator.arena.string(Array(evaluator.host.currentSystem.utf8))))
            result.append(("currentTime", try machine.integer(Int(evaluator.host.currentTime))))
        }
        var entries = try ValueBuffer(machine)
        for entry in evaluator.options.searchPath {
            let prefix = evaluator.arena.string(Array(entry.prefix.utf8))
            let path = evaluator.arena.string(Array(entry.path.utf8))
            try entries.append(
                try machine.attributes((machine.known.path, path), (machine.known.prefix, prefix)), machine)
        }
        let list = try entries.list(machine)
        evaluator.roots.add(list.bits)
        result.append(("nixPath", list))
        return result
    }

    /// `derivation`: the lazy set around `derivationStrict`.
    ///
    /// Its outputs are sets that differ in `outPath` and
    /// `outputName` and know all the others.
    ///
    /// Messages show the lines around two of its expressions with their numbers, so these stand where Nix's own file
    /// has them.
    static let derivationSource = SourceFile(
        origin: .bundled("derivation-internal.nix"), directory: "/",
        bytes: (String(repeating: "\n", count: 33) + derivationText).utf8)

    private static let derivationText = """
        drvAttrs@{ outputs ? [ "out" ], ... }:
        let

          strict = derivationStrict drvAttrs;

          commonAttrs = drvAttrs // builtins.listToAttrs all // {
            all = map (output: output.value) all;
            inherit drvAttrs;
          };

          # One set for each output.


          all = map (outputName: {
            name = outputName;
            value = commonAttrs // {
              outPath = builtins.getAttr outputName strict;
              drvPath = strict.drvPath;
              type = "derivation";
              inherit outputName;
            };
          }) outputs;
        in
        (builtins.head all).value
        """
}

extension Machine {
    /// The value under a name that must be there.
    func required(_ symbol: Symbol, in set: Value, _ context: String) throws(EvaluationError) -> Value {
        let (holder, index) = try place(of: symbol, in: set)
        if index >= 0 { return Value(bits: holder.attributeValues[index]) }
        if set.shape.isOpen {
            let answer = try fallback(set, symbol)
            if !answer.isAbsent { return answer }
        }
        throw EvaluationError(.missingAttribute, "attribute '\(evaluator.printed(symbol))' missing")
            .adding(context, 0)
    }

    /// Evaluates a value and everything in it.
    func forceDeeply(_ value: Value) throws(EvaluationError) {
        var seen: Set<UInt> = []
        try forceDeeply(value, &seen)
    }

    /// Like `force`, but where a delayed call of a lambda has no place, that of the lambda stands for it.
    private func forceLocated(_ value: Value) throws(EvaluationError) -> Value {
        guard value.isThunk else { return value }
        let cell = value.object
        let code = cell[0]
        let nodes = state.pointee.applyNodes
        let isSingle = code == UInt(bitPattern: nodes.0)
        guard isSingle || code == UInt(bitPattern: nodes.1), let operands = Words(bitPattern: cell[1]) else {
            return try force(value)
        }
        let callee = Value(bits: operands[0])
        let position = position(ofFunction: callee)
        // Of the delayed calls with two arguments, only those of `zipAttrsWith`, whose second one is a list.
        guard position != 0, isSingle || Value(bits: operands[2]).isList else { return try force(value) }
        cell[0] = code | ThunkState.blackhole
        do throws(EvaluationError) {
            let result =
                isSingle
                ? try call(callee, Value(bits: operands[1]), position)
                : try call(try call(callee, Value(bits: operands[1])), Value(bits: operands[2]), position)
            cell[0] = ThunkState.evaluated
            cell[1] = result.bits
            keepAlive(operands)
            return result
        } catch {
            fail(cell, code, error)
            throw error
        }
    }

    private func forceDeeply(_ original: Value, _ seen: inout Set<UInt>) throws(EvaluationError) {
        try enterLevel()
        defer { leaveLevel() }
        let value = try forceLocated(original)
        guard value.isAttributes || value.isList else { return }
        guard seen.insert(value.bits).inserted else { return }
        if value.isList {
            for index in 0..<value.listCount {
                do throws(EvaluationError) { try forceDeeply(Value(bits: value.elements[index]), &seen) } catch {
                    throw error.adding("while evaluating list element at index \(index)", 0)
                }
            }
            return
        }
        let set = try flat(value)
        let shape = set.shape
        for index in 0..<shape.count {
            do throws(EvaluationError) { try forceDeeply(Value(bits: set.attributeValues[index]), &seen) } catch {
                let name = evaluator.printed(Symbol(rawValue: shape.symbols[index]))
                throw error.adding("while evaluating the attribute '\(name)'", shape.positions[index])
            }
        }
    }
}
