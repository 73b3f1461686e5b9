import NixFormats
import NixSyntax

/// Types: checking them, naming them in messages, turning values into strings and paths.
extension Machine {
    // MARK: Names for messages

    /// "a set", "an integer", … as messages name the type of a value.
    func typeName(_ value: Value) -> String {
        if value.integer != nil { return "an integer" }
        if value.isBool { return "a Boolean" }
        if value.isString { return value.contextIndex == 0 ? "a string" : "a string with context" }
        if value.isPath { return "a path" }
        if value.isNull { return "null" }
        if value.isAttributes { return "a set" }
        if value.isList { return "a list" }
        if value.float != nil { return "a float" }
        switch value.boxKind {
        case .builtin: return "the built-in function '\(builtinName(value))'"
        case .partialBuiltin: return "the partially applied built-in function '\(builtinName(value))'"
        default: return value.isThunk ? "a thunk" : "a function"
        }
    }

    /// Where a function written in Nix is, or what remains of one that has some of its arguments; 0 for a builtin.
    func position(ofFunction value: Value) -> UInt32 {
        if value.isLambda { return value.lambdaCode.pointee.position }
        guard value.isBox(.partialLambda) else { return 0 }
        let code = Value(bits: value.object[1]).lambdaCode.pointee
        guard code.pattern == 0 else { return code.position }
        return UnsafePointer<UInt32>(bitPattern: code.positions).unsafelyUnwrapped[value.partialCount]
    }

    func builtinName(_ value: Value) -> String { (state.pointee.builtins + value.builtinIndex).pointee.name }

    /// The value as messages show it: a few levels, a few elements.
    func summary(_ value: Value) -> String { String(decoding: ValuePrinter.summary(value, self), as: UTF8.self) }

    func wrongType(_ value: Value, expected: String, _ position: UInt32) -> EvaluationError {
        EvaluationError(
            .type, "expected \(expected) but found \(typeName(value)): \(summary(value))", at: position)
    }

    // MARK: Forcing to a type
    //
    // What was being done is only put into words when there is an error.

    @inline(__always)
    func forceInteger(_ value: Value, _ position: UInt32, _ context: @autoclosure () -> String) throws(EvaluationError)
        -> Int
    {
        if value.isSmallInteger { return value.smallInteger }
        do throws(EvaluationError) {
            let forced = try force(value)
            guard let integer = forced.integer else { throw wrongType(forced, expected: "an integer", position) }
            return integer
        } catch { throw error.adding(context(), position) }
    }

    func forceFloat(_ value: Value, _ position: UInt32, _ context: @autoclosure () -> String) throws(EvaluationError)
        -> Double
    {
        do throws(EvaluationError) {
            let forced = try force(value)
            if let integer = forced.integer { return Double(integer) }
            guard let float = forced.float else { throw wrongType(forced, expected: "a float", position) }
            return float
        } catch { throw error.adding(context(), position) }
    }

    @inline(__always)
    func forceBoolean(_ value: Value, _ position: UInt32, _ context: @autoclosure () -> String) throws(EvaluationError)
        -> Bool
    {
        if value.bits == Value.true.bits { return true }
        if value.bits == Value.false.bits { return false }
        do throws(EvaluationError) {
            let forced = try force(value)
            guard forced.isBool else { throw wrongType(forced, expected: "a Boolean", position) }
            return forced.isTrue
        } catch { throw error.adding(context(), position) }
    }

    /// Unlike the others, this and `forceList` say what they were doing only where the type is wrong, as Nix does.
    @inline(__always)
    func forceAttributes(_ value: Value, _ position: UInt32, _ context: @autoclosure () -> String)
        throws(EvaluationError) -> Value
    {
        try flat(try forceLayeredAttributes(value, position, context()))
    }

    /// As `forceAttributes`, for those who only look names up: the set may have layers.
    @inline(__always)
    func forceLayeredAttributes(_ value: Value, _ position: UInt32, _ context: @autoclosure () -> String)
        throws(EvaluationError) -> Value
    {
        if value.isAttributes { return value }
        let forced = try force(value)
        guard forced.isAttributes else {
            throw wrongType(forced, expected: "a set", 0).adding(context(), position)
        }
        return forced
    }

    @inline(__always)
    func forceList(_ value: Value, _ position: UInt32, _ context: @autoclosure () -> String) throws(EvaluationError)
        -> Value
    {
        if value.isList { return value }
        let forced = try force(value)
        guard forced.isList else {
            throw wrongType(forced, expected: "a list", 0).adding(context(), position)
        }
        return forced
    }

    @inline(__always)
    func forceString(_ value: Value, _ position: UInt32, _ context: @autoclosure () -> String) throws(EvaluationError)
        -> Value
    {
        if value.isString { return value }
        do throws(EvaluationError) {
            let forced = try force(value)
            guard forced.isString else { throw wrongType(forced, expected: "a string", position) }
            return forced
        } catch { throw error.adding(context(), position) }
    }

    func stringWithoutContext(_ value: Value, _ position: UInt32, _ context: @autoclosure () -> String)
        throws(EvaluationError) -> Value
    {
        let string = try forceString(value, position, context())
        guard string.contextIndex == 0 else {
            let element = evaluator.contexts.elements(of: string.contextIndex)[0]
            throw EvaluationError(
                .type,
                "the string '\(string.text)' is not allowed to refer to a store path (such as '\(evaluator.describe(element))')"
            ).adding(context(), position)
        }
        return string
    }

    @inline(__always)
    func forceFunction(_ value: Value, _ position: UInt32, _ context: @autoclosure () -> String) throws(EvaluationError)
        -> Value
    {
        if value.isLambda { return value }
        do throws(EvaluationError) {
            let forced = try force(value)
            guard
                forced.isFunction || forced.isAttributes && !forced.attribute(known.functor).isAbsent
            else { throw wrongType(forced, expected: "a function", position) }
            return forced
        } catch { throw error.adding(context(), position) }
    }

    // MARK: Strings

    /// The value as a string with its context.
    ///
    /// - Parameters:
    ///   - coercesMore: also numbers, Booleans, null and lists, as `toString` does.
    ///   - copiesToStore: a path becomes the path of its copy in the store, else its own text.
    func coerceToString(
        _ value: Value, _ position: UInt32, _ context: String, coercesMore: Bool = false, copiesToStore: Bool = true
    ) throws(EvaluationError) -> Value {
        let forced = try force(value)
        if forced.isString { return forced }
        try enterLevel(position)
        defer { leaveLevel() }
        if forced.isPath {
            guard copiesToStore else { return Value(bits: forced.object[1]) }
            return try copyToStore(forced)
        }
        if forced.isAttributes { return try coerceSet(forced, position, context, coercesMore, copiesToStore) }
        if coercesMore {
            if let integer = forced.integer { return try string(String(integer)) }
            if forced.bits == Value.true.bits { return Value(bits: state.pointee.byteStrings[Int(UInt8(ascii: "1"))]) }
            if forced.bits == Value.false.bits || forced.isNull { return state.pointee.emptyString }
            if let float = forced.float { return try string(FloatFormat.fixed(float)) }
            if forced.isList { return try coerceList(forced, position, context, copiesToStore) }
        }
        throw EvaluationError(.type, "cannot coerce \(typeName(forced)) to a string: \(summary(forced))")
            .adding(context, position)
    }

    private func coerceSet(
        _ set: Value, _ position: UInt32, _ context: String, _ coercesMore: Bool, _ copiesToStore: Bool
    ) throws(EvaluationError) -> Value {
        let toString = set.attribute(known.toStringName)
        if !toString.isAbsent {
            let text = try call(try force(toString), set, position)
            return try coerceToString(
                text, position, "while evaluating the result of the `__toString` attribute", coercesMore: coercesMore,
                copiesToStore: copiesToStore)
        }
        let outPath = set.attribute(known.outPath)
        if !outPath.isAbsent {
            return try coerceToString(
                outPath, position, context, coercesMore: coercesMore, copiesToStore: copiesToStore)
        }
        throw EvaluationError(.type, "cannot coerce \(typeName(set)) to a string: \(summary(set))")
            .adding(context, position)
    }

    private func coerceList(_ list: Value, _ position: UInt32, _ context: String, _ copiesToStore: Bool)
        throws(EvaluationError) -> Value
    {
        let count = list.listCount
        if count == 0 { return state.pointee.emptyString }
        // The texts are where the collector sees them until all are there.
        let texts = try allocate(count)
        for index in 0..<count { texts[index] = 0 }
        var contexts = ContextUnion()
        var bytes = 0
        for index in 0..<count {
            do throws(EvaluationError) {
                let text = try coerceToString(
                    Value(bits: list.elements[index]), position, "while evaluating one element of the list",
                    coercesMore: true, copiesToStore: copiesToStore)
                texts[index] = text.bits
                contexts.add(text.contextIndex)
                bytes += text.bytes.count + 1
            } catch { throw error.adding(context, position) }
        }
        if count == 1 { return Value(bits: texts[0]) }
        let result = try string(count: bytes, context: evaluator.contexts.union(contexts))
        let start = UnsafeMutableRawPointer(result.object + 1)
        var target = start
        for index in 0..<count {
            let text = Value(bits: texts[index]).bytes
            if let source = text.baseAddress { target.copyMemory(from: source, byteCount: text.count) }
            target += text.count
            // Nix leaves out the blank after an element that is an empty list.
            let element = try force(Value(bits: list.elements[index]))
            if index < count - 1, !element.isList || element.listCount > 0 {
                target.storeBytes(of: UInt8(ascii: " "), as: UInt8.self)
                target += 1
            }
        }
        result.object[0] = UInt(target - start) | (result.object[0] &>> 32) &<< 32
        return result
    }

    /// A path's copy in the store, as a string that refers to it.
    func copyToStore(_ path: Value) throws(EvaluationError) -> Value {
        let bytes = Array(path.bytes)
        if bytes.suffix(4).elementsEqual(".drv".utf8) {
            throw EvaluationError(.other, "file names are not allowed to end in '.drv'")
        }
        let storePath = try evaluator.copyToStore(bytes)
        return try string(
            evaluator.host.storeDirectory.print(storePath).bytes,
            context: evaluator.contexts.index(of: .path(storePath)))
    }

    // MARK: Paths

    /// The value as an absolute path, with the context of the string it came from.
    func coerceToPath(_ value: Value, _ position: UInt32, _ context: String) throws(EvaluationError) -> (
        bytes: [UInt8], context: UInt32
    ) {
        let text: Value
        let forced: Value
        do throws(EvaluationError) { forced = try force(value) } catch { throw error.adding(context, position) }
        text = try coerceToString(forced, position, context, copiesToStore: false)
        let bytes = Array(text.bytes)
        guard bytes.first == UInt8(ascii: "/") else {
            throw EvaluationError(.type, "string '\(text.text)' doesn't represent an absolute path")
                .adding(context, position)
        }
        return (normalized(bytes), text.contextIndex)
    }

    /// The path without `.`, `..` and empty components, as text: links are not followed.
    func normalized(_ path: [UInt8]) -> [UInt8] { normalizedPath(path) }
}

/// An absolute path without `.`, `..` and empty components; `..` at the root stays there.
func normalizedPath(_ path: some Collection<UInt8>) -> [UInt8] { PathLiteral.canonical(Array(path)) }
