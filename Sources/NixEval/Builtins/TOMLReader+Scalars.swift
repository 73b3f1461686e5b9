import NixSyntax

/// Numbers and booleans, and what a value can be that begins like one.
extension TOMLReader {
    private static let integerHint =
        "Hint: valid  : -42, 1_000, 1_2_3_4_5, 0xC0FFEE, 0b0010, 0o755\nHint: invalid: _42, 1__000, 0123\n"
    private static let floatHint =
        "Hint: valid  : +1.0, -2e-2, 3.141_592_653_589, inf, nan\nHint: invalid: .0, 1., _1.0, 1.0_, 1_.0, 1.0__0\n"

    mutating func readScalar() throws(EvaluationError) -> TOMLDocument.Node {
        switch byte(index) {
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return try readBoolean()
        case UInt8(ascii: "T"): throw wrongCase("true", "expected true or false")
        case UInt8(ascii: "F"): throw wrongCase("false", "expected true or false")
        case UInt8(ascii: "i") where hasWord("inf", index), UInt8(ascii: "n") where hasWord("nan", index):
            return try readFloat(to: index + 3)
        case UInt8(ascii: "i"), UInt8(ascii: "I"): throw wrongCase("inf", Self.expectedFloat)
        case UInt8(ascii: "n"), UInt8(ascii: "N"): throw wrongCase("nan", Self.expectedFloat)
        default:
            if let timestamp = try readTimestamp() { return timestamp }
            return try readNumber()
        }
    }

    private static let expectedFloat = "expected from `1` to `9` or digit [0-9] or inf or nan"

    private func wrongCase(_ word: String, _ expected: String) -> EvaluationError {
        problem(
            "toml::parse_value: `\(word)` must be in lowercase. A string must be surrounded by quotes.", expected,
            at: index)
    }

    private func hasWord(_ word: StaticString, _ start: Int) -> Bool {
        for offset in 0..<word.utf8CodeUnitCount where byte(start + offset) != word.utf8Start[offset] { return false }
        return true
    }

    private mutating func readBoolean() throws(EvaluationError) -> TOMLDocument.Node {
        let isTrue = hasWord("true", index)
        guard isTrue || hasWord("false", index) else {
            throw problem(
                "toml::parse_boolean: invalid boolean: boolean must be `true` or `false`, in lowercase. "
                    + "string must be surrounded by `\"`", "expected true or false", at: index)
        }
        return node(.boolean, isTrue ? 1 : 0, to: index + (isTrue ? 4 : 5))
    }

    /// A node of the text from here to a place, where reading goes on.
    mutating func node(_ kind: TOMLDocument.Kind, _ payload: Int, to end: Int) -> TOMLDocument.Node {
        var node = TOMLDocument.Node(kind: kind, region: TOMLRegion(start: index, end: end))
        node.payload = payload
        index = end
        return node
    }

    // MARK: Numbers

    private mutating func readNumber() throws(EvaluationError) -> TOMLDocument.Node {
        if let end = floatEnd(index) {
            guard byte(end) != UInt8(ascii: "_") else {
                throw problem(
                    "bad float: `_` must be surrounded by digits", "invalid underscore", at: end, hint: Self.floatHint)
            }
            return try readFloat(to: end)
        }
        if byte(index) == UInt8(ascii: "0"), let (radix, end) = radixEnd() {
            if end > index + 2 { try checkEnd(ofInteger: end) }
            return try readRadix(radix, to: end)
        }
        guard let end = decimalEnd(index) else { throw unknownValue }
        try checkEnd(ofInteger: end)
        if byte(end - 1) == UInt8(ascii: "0"), end - index == 2, isSign(index), let radix = Radix(prefix: byte(end)) {
            throw problem(
                radix.malformed, "expected 0\(UnicodeScalar(byte(end)))", at: index)
        }
        return try readInteger(to: end)
    }

    private var unknownValue: EvaluationError {
        switch byte(index) {
        case UInt8(ascii: "."):
            problem(
                "bad float: integer part is required before decimal point", "missing integer part", at: index,
                hint: Self.floatHint)
        case UInt8(ascii: "_"):
            problem(
                "bad number: `_` must be surrounded by digits", "digits required before `_`", at: index,
                hint: Self.integerHint)
        default: problem("bad format: unknown value appeared", "here", at: index)
        }
    }

    /// What may not follow an integer is mostly part of a number that is not well-formed.
    private func checkEnd(ofInteger end: Int) throws(EvaluationError) {
        switch byte(end) {
        case UInt8(ascii: "_"):
            if byte(end - 1) == UInt8(ascii: "0"), end - index == 1 || (end - index == 2 && !Self.isDigit(byte(index)))
            {
                throw problem(
                    "bad integer: leading zero is not allowed in decimal int", "leading zero", at: end,
                    hint: Self.integerHint)
            }
            throw problem(
                "bad integer: `_` must be surrounded by digits", "invalid underscore", at: end, hint: Self.integerHint)
        case UInt8(ascii: "0"):
            throw problem(
                "bad integer: leading zero", "leading zero is not allowed", at: end - 1, hint: Self.integerHint)
        case UInt8(ascii: "1")...UInt8(ascii: "9"):
            throw problem(
                "bad integer: invalid digit after an integer", "this digit is not allowed", at: end,
                hint: Self.integerHint)
        case UInt8(ascii: ":"), UInt8(ascii: "-"):
            throw problem(
                "bad datetime: invalid format", "here", at: end,
                hint: "Hint: valid  : 1979-05-27T07:32:00-07:00, 1979-05-27 07:32:00.999999Z\n"
                    + "Hint: invalid: 1979-05-27T7:32:00-7:00, 1979-05-27 7:32-00:30")
        case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
            throw problem("bad float: invalid format", "here", at: end, hint: Self.floatHint)
        default: return
        }
    }

    private mutating func readInteger(to end: Int) throws(EvaluationError) -> TOMLDocument.Node {
        let isNegative = byte(index) == UInt8(ascii: "-")
        var number = 0
        for place in index..<end where Self.isDigit(byte(place)) {
            let digit = Int(byte(place) & 15)
            let (product, overflows) = number.multipliedReportingOverflow(by: 10)
            let (sum, alsoOverflows) =
                isNegative
                ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
            guard !overflows, !alsoOverflows else {
                throw problem(
                    "toml::parse_dec_integer: too large integer: current max digits = 2^63", "must be < 2^63", at: end)
            }
            number = sum
        }
        return node(.integer, number, to: end)
    }

    /// What the library says of integers with a prefix.
    private struct Radix {
        var bits: Int
        var function: String
        var malformed: String
        var expected: String

        /// - Parameter prefix: what stands behind the zero.
        init?(prefix: UInt8) {
            let (name, example): (String, String)
            switch prefix {
            case UInt8(ascii: "x"):
                (bits, name, example, expected) = (4, "hex", "0xC0FFEE, 0xdead_beef", "hex [0-9a-fA-F]")
            case UInt8(ascii: "o"): (bits, name, example, expected) = (3, "oct", "0o775, 0o04_44", "from `0` to `7`")
            case UInt8(ascii: "b"): (bits, name, example, expected) = (1, "bin", "0b0101, 0b1111_0000", "0 or 1")
            default: return nil
            }
            function = "toml::parse_\(name)_integer"
            malformed = "\(function): invalid integer: \(name)_int must be like: \(example)"
        }
    }

    /// How an integer with a prefix is written, and where it ends: right behind the prefix if it has no digit.
    private func radixEnd() -> (Radix, Int)? {
        guard let radix = Radix(prefix: byte(index + 1)) else { return nil }
        func isDigit(_ place: Int) -> Bool { (Self.hexadecimal(byte(place)) ?? 16) < 1 << radix.bits }
        var end = index + 2
        guard isDigit(end) else { return (radix, end) }
        while true {
            if isDigit(end) {
                end += 1
            } else if byte(end) == UInt8(ascii: "_"), isDigit(end + 1) {
                end += 2
            } else {
                return (radix, end)
            }
        }
    }

    private mutating func readRadix(_ radix: Radix, to end: Int) throws(EvaluationError) -> TOMLDocument.Node {
        guard end > index + 2 else { throw problem(radix.malformed, "expected \(radix.expected)", at: end) }
        var number = 0
        for place in index + 2..<end where byte(place) != UInt8(ascii: "_") {
            guard number >> (63 - radix.bits) == 0 else {
                throw problem(
                    "\(radix.function): too large integer: current max value = 2^63", "must be < 2^63", at: end)
            }
            number = number << radix.bits | Int(Self.hexadecimal(byte(place)) ?? 0)
        }
        return node(.integer, number, to: end)
    }

    /// A float that ends at a place, `inf` or `nan`.
    private mutating func readFloat(to end: Int) throws(EvaluationError) -> TOMLDocument.Node {
        var digits: [UInt8] = []
        for place in index..<end where byte(place) != UInt8(ascii: "_") { digits.append(byte(place)) }
        let isNegative = digits.first == UInt8(ascii: "-")
        let number: Double
        switch byte(end - 1) {
        case UInt8(ascii: "f"): number = isNegative ? -.infinity : .infinity
        case UInt8(ascii: "n"): number = isNegative ? -.nan : .nan
        default:
            guard let finite = Double(String(decoding: digits, as: UTF8.self)), finite.isFinite else {
                throw problem("toml::parse_floating: failed to read floating point value from stream", "here", at: end)
            }
            number = finite
        }
        return node(.float, Int(bitPattern: UInt(number.bitPattern)), to: end)
    }

    // MARK: Syntax

    /// The end of digits in which single underscores may stand; nil where there is no digit.
    private func digitsEnd(_ start: Int) -> Int? {
        guard Self.isDigit(byte(start)) else { return nil }
        var end = start + 1
        while true {
            if Self.isDigit(byte(end)) {
                end += 1
            } else if byte(end) == UInt8(ascii: "_"), Self.isDigit(byte(end + 1)) {
                end += 2
            } else {
                return end
            }
        }
    }

    private func isSign(_ place: Int) -> Bool { byte(place) == UInt8(ascii: "+") || byte(place) == UInt8(ascii: "-") }

    /// The end of a decimal integer: of a zero, or of digits that begin with another one.
    private func decimalEnd(_ start: Int) -> Int? {
        let first = isSign(start) ? start + 1 : start
        if byte(first) == UInt8(ascii: "0") { return first + 1 }
        return digitsEnd(first)
    }

    private func exponentEnd(_ start: Int) -> Int? {
        guard byte(start) | 0x20 == UInt8(ascii: "e") else { return nil }
        return digitsEnd(isSign(start + 1) ? start + 2 : start + 1)
    }

    private func floatEnd(_ start: Int) -> Int? {
        if let integer = decimalEnd(start) {
            if let end = exponentEnd(integer) { return end }
            guard byte(integer) == UInt8(ascii: "."), let end = digitsEnd(integer + 1) else { return nil }
            return exponentEnd(end) ?? end
        }
        let word = isSign(start) ? start + 1 : start
        return hasWord("inf", word) || hasWord("nan", word) ? word + 3 : nil
    }
}
