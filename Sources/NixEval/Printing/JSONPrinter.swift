import NixFormats
import NixSyntax

#if canImport(Glibc)
    import Glibc
#endif

/// Values as JSON, as `builtins.toJSON` and `--json` give them.
package struct JSONPrinter {
    private let machine: Machine
    private let copiesToStore: Bool
    /// Whether what is not evaluated yet is evaluated; otherwise it is an error.
    private let isStrict: Bool
    private var out: [UInt8] = []
    private var contexts = ContextUnion()

    private init(machine: Machine, copiesToStore: Bool, isStrict: Bool) {
        self.machine = machine
        self.copiesToStore = copiesToStore
        self.isStrict = isStrict
    }

    /// - Parameter copiesToStore: a path becomes the path of its copy in the store, else its own text.
    static func print(
        _ value: Value, _ machine: Machine, copiesToStore: Bool, isStrict: Bool = true
    ) throws(EvaluationError) -> (bytes: [UInt8], context: UInt32) {
        var printer = JSONPrinter(machine: machine, copiesToStore: copiesToStore, isStrict: isStrict)
        try printer.print(value, 0)
        return (printer.out, machine.evaluator.contexts.union(printer.contexts))
    }

    /// - Parameter position: where the attribute stands that the value belongs to.
    private mutating func print(_ original: Value, _ position: UInt32) throws(EvaluationError) {
        if !isStrict, original.isThunk, original.object[0] != ThunkState.evaluated {
            throw EvaluationError(.type, "cannot convert a thunk to JSON", at: position)
        }
        try machine.enterLevel(position)
        defer { machine.leaveLevel() }
        let value = try machine.force(original, askedForAt: position)
        try machine.makeRoom(for: 64, in: &out)
        if let integer = value.integer {
            out.appendDecimal(integer)
        } else if value.isString {
            contexts.add(value.contextIndex)
            try appendText(value)
        } else if value.isBool {
            out.append(contentsOf: (value.isTrue ? "true" : "false").utf8)
        } else if value.isNull {
            out.append(contentsOf: "null".utf8)
        } else if value.isPath {
            let text = copiesToStore ? try machine.copyToStore(value) : Value(bits: value.object[1])
            contexts.add(text.contextIndex)
            try appendText(text)
        } else if value.isAttributes {
            try printSet(value, position)
        } else if value.isList {
            out.append(UInt8(ascii: "["))
            for index in 0..<value.listCount {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                do throws(EvaluationError) { try print(Value(bits: value.elements[index]), position) } catch {
                    throw error.adding("while evaluating list element at index \(index)", position)
                }
            }
            out.append(UInt8(ascii: "]"))
        } else if let float = value.float {
            out.appendJSONNumber(float)
        } else {
            throw EvaluationError(
                .type, "cannot convert \(machine.typeName(value)) to JSON", at: machine.position(ofFunction: value))
        }
    }

    private mutating func appendText(_ value: Value) throws(EvaluationError) {
        try machine.makeRoom(for: value.bytes.count + 2, in: &out)
        guard let invalid = out.appendJSONStringChecked(value.bytes) else { return }
        throw EvaluationError(.other, "JSON serialization error: \(invalid)")
    }

    private mutating func printSet(_ layered: Value, _ position: UInt32) throws(EvaluationError) {
        let set = try machine.flat(layered)
        let known = machine.known
        if !set.attribute(known.toStringName).isAbsent {
            let text = try machine.coerceToString(set, position, "", copiesToStore: copiesToStore)
            contexts.add(text.contextIndex)
            return try appendText(text)
        }
        let outPath = set.attribute(known.outPath)
        if !outPath.isAbsent {
            let index = set.shape.index(of: known.outPath.rawValue)
            return try print(outPath, index < 0 ? 0 : set.shape.positions[index])
        }
        out.append(UInt8(ascii: "{"))
        let order = try machine.order(set.shape)
        for place in 0..<set.shape.count {
            let index = Int(order[place])
            if place > 0 { out.append(UInt8(ascii: ",")) }
            let symbol = Symbol(rawValue: set.shape.symbols[index])
            let name = machine.evaluator.symbols.bytes(of: symbol)
            out.appendJSONString(name)
            out.append(UInt8(ascii: ":"))
            let definition = set.shape.positions[index]
            do throws(EvaluationError) { try print(Value(bits: set.attributeValues[index]), definition) } catch {
                throw error.adding("while evaluating attribute '\(machine.evaluator.printed(symbol))'", definition)
            }
        }
        out.append(UInt8(ascii: "}"))
    }
}

extension [UInt8] {
    /// A JSON string; bytes that are not UTF-8 go out as they are.
    mutating func appendJSONString(_ bytes: UnsafeBufferPointer<UInt8>) {
        append(UInt8(ascii: "\""))
        var copied = 0
        for index in bytes.indices {
            let byte = bytes[index]
            if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { continue }
            append(contentsOf: UnsafeBufferPointer(rebasing: bytes[copied..<index]))
            appendJSONEscape(byte)
            copied = index + 1
        }
        append(contentsOf: UnsafeBufferPointer(rebasing: bytes[copied...]))
        append(UInt8(ascii: "\""))
    }

    private mutating func appendJSONEscape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(contentsOf: [UInt8(ascii: "\\"), byte])
        case 0x08: append(contentsOf: "\\b".utf8)
        case 0x09: append(contentsOf: "\\t".utf8)
        case 0x0A: append(contentsOf: "\\n".utf8)
        case 0x0C: append(contentsOf: "\\f".utf8)
        case 0x0D: append(contentsOf: "\\r".utf8)
        default:
            append(contentsOf: "\\u00".utf8)
            append(UInt8(ascii: byte < 0x10 ? "0" : "1"))
            append(Array("0123456789abcdef".utf8)[Int(byte & 15)])
        }
    }

    /// As `appendJSONString`; returns what is wrong with text that is not UTF-8, in the words of Nix's JSON library.
    mutating func appendJSONStringChecked(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        if let index = firstInvalidUTF8(bytes) {
            let hex = String(bytes[index], radix: 16, uppercase: true)
            return
                "[json.exception.type_error.316] invalid UTF-8 byte at index \(index): 0x\(hex.count < 2 ? "0" : "")\(hex)"
        }
        appendJSONString(bytes)
        return nil
    }

    /// An integer in decimal.
    mutating func appendDecimal(_ value: Int) {
        if value < 0 { append(UInt8(ascii: "-")) }
        let start = count
        var rest = value.magnitude
        repeat {
            append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        self[start...].reverse()
    }

    /// The shortest digits that read back as the same float.
    mutating func appendJSONNumber(_ value: Double) {
        guard value.isFinite else { return append(contentsOf: "null".utf8) }
        JSONNumber.append(value, to: &self)
    }
}

/// Index of the first byte that begins no valid UTF-8 sequence.
private func firstInvalidUTF8(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    var index = 0
    while index < bytes.count {
        let byte = bytes[index]
        if byte < 0x80 {
            index += 1
            continue
        }
        let length: Int
        var low: UInt8 = 0x80
        var high: UInt8 = 0xBF
        switch byte {
        case 0xC2...0xDF: length = 2
        case 0xE0:
            length = 3
            low = 0xA0
        case 0xED:
            length = 3
            high = 0x9F
        case 0xE1...0xEF: length = 3
        case 0xF0:
            length = 4
            low = 0x90
        case 0xF4:
            length = 4
            high = 0x8F
        case 0xF1...0xF3: length = 4
        default: return index
        }
        for offset in 1..<length {
            guard index + offset < bytes.count else { return index }
            let next = bytes[index + offset]
            guard offset == 1 ? (low...high).contains(next) : (0x80...0xBF).contains(next) else {
                return index + offset
            }
        }
        index += length
    }
    return nil
}

/// Numbers as Nix's JSON library writes them: shortest form, an exponent below 1e-4 and from 1e15 on.
enum JSONNumber {
    static func append(_ value: Double, to out: inout [UInt8]) {
        if value.sign == .minus { out.append(UInt8(ascii: "-")) }
        if value == 0 { return out.append(contentsOf: "0.0".utf8) }
        let (digits, exponent) = shortestDigits(value.magnitude)
        if exponent > 0, exponent <= 15 {
            out.append(contentsOf: digits.prefix(exponent))
            out.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: max(0, exponent - digits.count)))
            out.append(UInt8(ascii: "."))
            if digits.count <= exponent { return out.append(UInt8(ascii: "0")) }
            return out.append(contentsOf: digits.dropFirst(exponent))
        }
        if exponent <= 0, exponent > -4 {
            out.append(contentsOf: "0.".utf8)
            out.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: -exponent))
            return out.append(contentsOf: digits)
        }
        out.append(digits[0])
        if digits.count > 1 {
            out.append(UInt8(ascii: "."))
            out.append(contentsOf: digits.dropFirst())
        }
        let power = exponent - 1
        out.append(contentsOf: (power < 0 ? "e-" : "e+").utf8)
        if abs(power) < 10 { out.append(UInt8(ascii: "0")) }
        out.append(contentsOf: String(abs(power)).utf8)
    }

    /// The digits without zeros at either end, and how many of them stand before the point.
    private static func shortestDigits(_ value: Double) -> (digits: [UInt8], exponent: Int) {
        // Swift's own description has the shortest digits; only their arrangement differs.
        var digits: [UInt8] = []
        digits.reserveCapacity(20)
        var exponent = 0
        var isFraction = false
        var power = 0
        var isPower = false
        var isNegativePower = false
        for byte in value.description.utf8 {
            switch byte {
            case UInt8(ascii: "."): isFraction = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"): isPower = true
            case UInt8(ascii: "-"): isNegativePower = true
            case UInt8(ascii: "+"): break
            default:
                if isPower {
                    power = power * 10 + Int(byte & 15)
                } else if digits.isEmpty, byte == UInt8(ascii: "0") {
                    if isFraction { exponent -= 1 }
                } else {
                    digits.append(byte)
                    if !isFraction { exponent += 1 }
                }
            }
        }
        while digits.count > 1, digits.last == UInt8(ascii: "0") { digits.removeLast() }
        return (digits, exponent + (isNegativePower ? -power : power))
    }
}
