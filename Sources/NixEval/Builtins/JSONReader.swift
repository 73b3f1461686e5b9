import NixSyntax

/// Reads JSON into values.
///
/// Source: RFC 8259, with Nix's limits on numbers.
///
/// Works on the text of a Nix string, which the caller keeps alive.
struct JSONReader {
    private let machine: Machine
    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0

    static func read(_ text: Value, _ machine: Machine) throws(EvaluationError) -> Value {
        var reader = JSONReader(machine: machine, bytes: text.bytes)
        if reader.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { reader.index = 3 }
        reader.skipSpace()
        let value = try reader.readValue()
        reader.skipSpace()
        guard reader.index == reader.bytes.count else { throw reader.malformed }
        machine.keepAlive(text.object)
        return value
    }

    private init(machine: Machine, bytes: UnsafeBufferPointer<UInt8>) {
        self.machine = machine
        self.bytes = bytes
    }

    /// The error of a text that is not JSON, wherever reading it stopped.
    private var malformed: EvaluationError {
        EvaluationError(.other, JSONDiagnosis.message(for: bytes) ?? "the text is not JSON")
            .adding("while decoding a JSON string", 0)
    }

    private func outOfRange(_ message: String) -> EvaluationError {
        EvaluationError(.other, message).adding("while decoding a JSON string", 0)
    }

    private mutating func skipSpace() {
        while index < bytes.count, bytes[index] <= 0x20, " \t\n\r".utf8.contains(bytes[index]) { index += 1 }
    }

    private mutating func readValue() throws(EvaluationError) -> Value {
        guard index < bytes.count else { throw malformed }
        switch bytes[index] {
        case UInt8(ascii: "{"): return try readSet()
        case UInt8(ascii: "["): return try readList()
        case UInt8(ascii: "\""):
            if let plain = try readPlainText() { return try machine.string(plain) }
            return try machine.string(try readText())
        case UInt8(ascii: "t"): return try readWord("true", .true)
        case UInt8(ascii: "f"): return try readWord("false", .false)
        case UInt8(ascii: "n"): return try readWord("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try readNumber()
        default: throw malformed
        }
    }

    private mutating func readWord(_ word: StaticString, _ value: Value) throws(EvaluationError) -> Value {
        let expected = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard bytes[index...].starts(with: expected) else {
            throw malformed
        }
        index += expected.count
        return value
    }

    private mutating func readList() throws(EvaluationError) -> Value {
        try machine.checkStack()
        index += 1
        skipSpace()
        var elements = try ValueBuffer(machine)
        if index < bytes.count, bytes[index] == UInt8(ascii: "]") {
            index += 1
            return machine.state.pointee.emptyList
        }
        while true {
            try elements.append(try readValue(), machine)
            skipSpace()
            guard index < bytes.count else { throw malformed }
            if bytes[index] == UInt8(ascii: "]") {
                index += 1
                return try elements.list(machine)
            }
            guard bytes[index] == UInt8(ascii: ",") else { throw malformed }
            index += 1
            skipSpace()
        }
    }

    private mutating func readSet() throws(EvaluationError) -> Value {
        try machine.checkStack()
        index += 1
        skipSpace()
        var values = try ValueBuffer(machine)
        var entries: [AttributeEntry] = []
        if index < bytes.count, bytes[index] == UInt8(ascii: "}") {
            index += 1
            return machine.state.pointee.emptyAttributes
        }
        while true {
            guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
                throw malformed
            }
            let symbol: Symbol
            if let plain = try readPlainText() {
                symbol = machine.evaluator.symbols.intern(plain)
            } else {
                symbol = try readText().withUnsafeBufferPointer { machine.evaluator.symbols.intern($0) }
            }
            skipSpace()
            guard index < bytes.count, bytes[index] == UInt8(ascii: ":") else {
                throw malformed
            }
            index += 1
            skipSpace()
            let value = try readValue()
            try values.append(value, machine)
            entries.append(AttributeEntry(symbol: symbol, value: value.bits, position: 0))
            skipSpace()
            guard index < bytes.count else { throw malformed }
            if bytes[index] == UInt8(ascii: "}") {
                index += 1
                // Of equal names the last one counts.
                entries.reverse()
                let set = try machine.attributes(&entries)
                machine.keepAlive(values.words)
                return set
            }
            guard bytes[index] == UInt8(ascii: ",") else { throw malformed }
            index += 1
            skipSpace()
        }
    }

    private mutating func readNumber() throws(EvaluationError) -> Value {
        let start = index
        var isFloat = false
        if bytes[index] == UInt8(ascii: "-") { index += 1 }
        let digits = index
        skipDigits()
        guard index > digits, bytes[digits] != UInt8(ascii: "0") || index == digits + 1 else {
            throw malformed
        }
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            isFloat = true
            index += 1
            let fraction = index
            skipDigits()
            guard index > fraction else { throw malformed }
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            isFloat = true
            index += 1
            if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") {
                index += 1
            }
            let exponent = index
            skipDigits()
            guard index > exponent else {
                throw malformed
            }
        }
        if !isFloat, index - start < 18 {
            var value = 0
            for digit in bytes[digits..<index] { value = value * 10 + Int(digit & 15) }
            return try machine.integer(digits == start ? value : -value)
        }
        if isFloat, let exact = exactFloat(bytes[start..<index]) { return try machine.float(exact) }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if !isFloat {
            if let integer = Int(text) { return try machine.integer(integer) }
            if UInt64(text) != nil {
                throw EvaluationError(.other, "unsigned json number \(text) outside of Nix integer range")
            }
        }
        guard let float = Double(text), float.isFinite else {
            throw outOfRange("[json.exception.out_of_range.406] number overflow parsing '\(text)'")
        }
        return try machine.float(float)
    }

    /// A float of few digits and no exponent: both its digits and the power of ten are exact in a float, so one division
    /// rounds correctly.
    private func exactFloat(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Double? {
        guard text.count <= 16 else { return nil }
        var digits = 0
        var scale = 1.0
        var isFraction = false
        for byte in text {
            switch byte {
            case UInt8(ascii: "-"): continue
            case UInt8(ascii: "."): isFraction = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits = digits * 10 + Int(byte & 15)
                if isFraction { scale *= 10 }
            default: return nil
            }
        }
        let value = Double(digits) / scale
        return text.first == UInt8(ascii: "-") ? -value : value
    }

    private mutating func skipDigits() {
        while index < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) { index += 1 }
    }

    /// A string without escapes, where it is; nil, and nothing read, where it is not that simple.
    private mutating func readPlainText() throws(EvaluationError) -> UnsafeBufferPointer<UInt8>? {
        var end = index + 1
        var all: UInt8 = 0
        while end < bytes.count, bytes[end] != UInt8(ascii: "\"") {
            if bytes[end] == UInt8(ascii: "\\") || bytes[end] < 0x20 { return nil }
            all |= bytes[end]
            end += 1
        }
        guard end < bytes.count else { return nil }
        let text = UnsafeBufferPointer(rebasing: bytes[(index + 1)..<end])
        if all >= 0x80, String(validating: text, as: UTF8.self) == nil { throw malformed }
        index = end + 1
        return text
    }

    private mutating func readText() throws(EvaluationError) -> [UInt8] {
        index += 1
        var text: [UInt8] = []
        var hasNull = false
        while true {
            guard index < bytes.count else { throw malformed }
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                guard let valid = String(validating: text, as: UTF8.self) else { throw malformed }
                if hasNull { throw EvaluationError(nullByteIn: valid) }
                return text
            case UInt8(ascii: "\\"):
                index += 1
                try readEscape(&text)
                if text.last == 0 { hasNull = true }
            case 0..<0x20: throw malformed
            default:
                text.append(byte)
                index += 1
            }
        }
    }

    private mutating func readEscape(_ text: inout [UInt8]) throws(EvaluationError) {
        guard index < bytes.count else { throw malformed }
        let byte = bytes[index]
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): try readUnicode(&text)
        default: throw malformed
        }
    }

    private mutating func readUnicode(_ text: inout [UInt8]) throws(EvaluationError) {
        var code = try readHex()
        if (0xD800...0xDBFF).contains(code) {
            guard index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
            else { throw malformed }
            index += 2
            let low = try readHex()
            guard (0xDC00...0xDFFF).contains(low) else { throw malformed }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw malformed }
        text.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
    }

    private mutating func readHex() throws(EvaluationError) -> UInt32 {
        guard index + 4 <= bytes.count else { throw malformed }
        var code: UInt32 = 0
        for byte in bytes[index..<index + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw malformed }
            code = code << 4 | UInt32(digit)
        }
        index += 4
        return code
    }
}

extension EvaluationError {
    /// A string that a Nix string cannot hold; what is shown for a NUL is U+2400.
    convenience init(nullByteIn text: String) {
        let shown = text.unicodeScalars.map { $0 == "\0" ? "\u{2400}" : String($0) }.joined()
        self.init(
            .other, "input string '\(shown)' cannot be represented as Nix string because it contains null bytes")
    }
}
