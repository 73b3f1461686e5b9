import NixFormats
import NixSyntax

/// Strings and what reads them.
extension Builtins {
    static let strings: [Builtin] = [
        Builtin("toString", 1, strict: 1, isGlobal: true) { (machine, value, _, _, _) throws(EvaluationError) in
            try machine.coerceToString(
                value, 0, "while evaluating the first argument passed to builtins.toString", coercesMore: true,
                copiesToStore: false)
        },
        Builtin("stringLength", 1, strict: 1) { (machine, value, _, _, _) throws(EvaluationError) in
            Value(
                smallInteger: try machine.coerceToString(
                    value, 0, "while evaluating the argument passed to builtins.stringLength"
                ).bytes.count)
        },
        Builtin("substring", 3, function: substring),
        Builtin("concatStringsSep", 2, strict: 3, function: concatenateStrings),
        Builtin("replaceStrings", 3, function: replaceStrings),
        Builtin("parseDrvName", 1, strict: 1) { (machine, name, _, _, _) throws(EvaluationError) in
            let text = try machine.stringWithoutContext(
                name, 0, "while evaluating the first argument passed to builtins.parseDrvName")
            let parsed = PackageName(parsing: ByteString(text.bytes))
            let nameValue = try machine.string(parsed.name.bytes)
            let version = try machine.string(parsed.version.bytes)
            return try machine.attributes((machine.known.name, nameValue), (machine.known.version, version))
        },
        Builtin("compareVersions", 2, strict: 3) { (machine, left, right, _, _) throws(EvaluationError) in
            let a = try machine.stringWithoutContext(
                left, 0, "while evaluating the first argument passed to builtins.compareVersions")
            let b = try machine.stringWithoutContext(
                right, 0, "while evaluating the second argument passed to builtins.compareVersions")
            return Value(smallInteger: VersionComparison.compare(ByteString(a.bytes), ByteString(b.bytes)))
        },
        Builtin("splitVersion", 1, strict: 1) { (machine, version, _, _, _) throws(EvaluationError) in
            let text = try machine.stringWithoutContext(
                version, 0, "while evaluating the first argument passed to builtins.splitVersion")
            var result = try ValueBuffer(machine)
            for component in VersionComparison.split(ByteString(text.bytes)) {
                try result.append(try machine.string(component.bytes), machine)
            }
            return try result.list(machine)
        },
    ]

    private static func substring(
        _ machine: Machine, _ start: Value, _ length: Value, _ string: Value, _: UInt32
    ) throws(EvaluationError) -> Value {
        let from = try machine.forceInteger(
            start, 0, "while evaluating the first argument (the start offset) passed to builtins.substring")
        guard from >= 0 else { throw EvaluationError(.other, "negative start position in 'substring'") }
        let count = try machine.forceInteger(
            length, 0, "while evaluating the second argument (the substring length) passed to builtins.substring")
        // With a length of 0 only the context counts, and a string need not be coerced for it.
        if count == 0 {
            let forced = try machine.force(string)
            if forced.isString {
                return forced.contextIndex == 0
                    ? machine.state.pointee.emptyString
                    : try machine.string([UInt8](), context: forced.contextIndex)
            }
        }
        let text = try machine.coerceToString(
            string, 0, "while evaluating the third argument (the string) passed to builtins.substring")
        let bytes = text.bytes
        let first = min(from, bytes.count)
        let end = count < 0 ? bytes.count : first + min(count, bytes.count - first)
        if first == 0, end == bytes.count { return text }
        return try machine.string(UnsafeBufferPointer(rebasing: bytes[first..<end]), context: text.contextIndex)
    }

    private static func concatenateStrings(
        _ machine: Machine, _ separator: Value, _ list: Value, _: Value, _: UInt32
    ) throws(EvaluationError) -> Value {
        let glue = try machine.forceString(
            separator, 0,
            "while evaluating the first argument (the separator string) passed to builtins.concatStringsSep")
        let values = try machine.forceList(
            list, 0,
            "while evaluating the second argument (the list of strings to concat) passed to builtins.concatStringsSep")
        let count = values.listCount
        if count == 0, glue.contextIndex == 0 { return machine.state.pointee.emptyString }
        let parts = try machine.emptyElements(count)
        var contexts = ContextUnion()
        contexts.add(glue.contextIndex)
        let (glueBytes, overflow) = max(count - 1, 0).multipliedReportingOverflow(by: glue.bytes.count)
        guard !overflow else { throw EvaluationError(.other, "out of memory") }
        var bytes = glueBytes
        for index in 0..<count {
            let part = try machine.coerceToString(
                Value(bits: values.elements[index]), 0,
                "while evaluating one element of the list of strings to concat passed to builtins.concatStringsSep")
            parts.elements[index] = part.bits
            bytes += part.bytes.count
            contexts.add(part.contextIndex)
        }
        let result = try machine.string(count: bytes, context: machine.evaluator.contexts.union(contexts))
        var target = UnsafeMutableRawPointer(result.object + 1)
        for index in 0..<count {
            if index > 0, let start = glue.bytes.baseAddress {
                target.copyMemory(from: start, byteCount: glue.bytes.count)
                target += glue.bytes.count
            }
            let part = Value(bits: parts.elements[index]).bytes
            if let start = part.baseAddress { target.copyMemory(from: start, byteCount: part.count) }
            target += part.count
        }
        return result
    }

    private static func replaceStrings(
        _ machine: Machine, _ from: Value, _ to: Value, _ string: Value, _: UInt32
    ) throws(EvaluationError) -> Value {
        let patterns = try machine.forceList(
            from, 0, "while evaluating the first argument passed to builtins.replaceStrings")
        let replacements = try machine.forceList(
            to, 0, "while evaluating the second argument passed to builtins.replaceStrings")
        guard patterns.listCount == replacements.listCount else {
            throw EvaluationError(
                .other, "'from' and 'to' arguments passed to builtins.replaceStrings have different lengths")
        }
        let forced = try machine.emptyElements(patterns.listCount)
        for index in 0..<patterns.listCount {
            let pattern = try machine.forceString(
                Value(bits: patterns.elements[index]), 0,
                "while evaluating one of the strings to replace passed to builtins.replaceStrings")
            forced.elements[index] = pattern.bits
        }
        let table = PatternTable(forced)
        let text = try machine.forceString(
            string, 0, "while evaluating the third argument passed to builtins.replaceStrings")
        let bytes = text.bytes
        guard table.emptyPattern != nil || bytes.contains(where: { table.starts(with: $0) }) else { return text }
        var context = text.contextIndex

        func replacement(_ index: Int) throws(EvaluationError) -> Value {
            let value = try machine.forceString(
                Value(bits: replacements.elements[index]), 0,
                "while evaluating one of the replacement strings passed to builtins.replaceStrings")
            if value.contextIndex != 0 {
                context = machine.evaluator.contexts.union(context, value.contextIndex)
            }
            return value
        }

        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            try machine.makeRoom(for: 1, in: &out)
            guard let match = table.match(UnsafeBufferPointer(rebasing: bytes[position...])) else {
                out.append(byte)
                position += 1
                continue
            }
            let put = try replacement(match).bytes
            try machine.makeRoom(for: put.count + 1, in: &out)
            out.append(contentsOf: put)
            let length = Value(bits: forced.elements[match]).bytes.count
            if length == 0 {
                out.append(byte)
                position += 1
            } else {
                position += length
            }
        }
        // An empty pattern matches once more behind the last byte.
        if let emptyPattern = table.emptyPattern {
            let put = try replacement(emptyPattern).bytes
            try machine.makeRoom(for: put.count, in: &out)
            out.append(contentsOf: put)
        }
        if out.isEmpty, context == 0 { return machine.state.pointee.emptyString }
        return try machine.string(out, context: context)
    }
}

/// The patterns of `replaceStrings` by their first bytes: of those that match, the first one counts.
private struct PatternTable {
    /// A list of strings, whose owner keeps it alive.
    private let patterns: Value
    /// The first pattern that is empty, and so matches everywhere.
    private(set) var emptyPattern: Int?
    /// By byte, the first pattern that begins with it, or −1; then by pattern, the next one that begins as it does.
    private var chains: [Int32]

    init(_ patterns: Value) {
        self.patterns = patterns
        let count = patterns.listCount
        chains = [Int32](repeating: -1, count: 256 + count)
        emptyPattern = (0..<count).first { Value(bits: patterns.elements[$0]).bytes.isEmpty }
        // What stands behind an empty one never matches.
        for index in (0..<(emptyPattern ?? count)).reversed() {
            let byte = Int(Value(bits: patterns.elements[index]).bytes[0])
            chains[256 + index] = chains[byte]
            chains[byte] = Int32(truncatingIfNeeded: index)
        }
    }

    func starts(with byte: UInt8) -> Bool { chains[Int(byte)] >= 0 }

    /// The first pattern that `rest`, of at least one byte, begins with.
    func match(_ rest: UnsafeBufferPointer<UInt8>) -> Int? {
        var candidate = Int(chains[Int(rest[0])])
        while candidate >= 0 {
            let pattern = Value(bits: patterns.elements[candidate]).bytes
            if pattern.count <= rest.count,
                compareBytes(pattern, UnsafeBufferPointer(rebasing: rest[..<pattern.count])) == 0
            {
                return candidate
            }
            candidate = Int(chains[256 + candidate])
        }
        return emptyPattern
    }
}
