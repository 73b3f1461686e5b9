import NixSyntax

/// Dates and times.
extension TOMLReader {
    private static let timeHint =
        "Hint: valid  : 1979-05-27T07:32:00, 1979-05-27 07:32:00.999999\nHint: invalid: 1979-05-27T7:32:00, 1979-05-27 17:32\n"

    /// A date, a time, or both with or without an offset; nil where there is none.
    ///
    /// It is written as Nix does: a `T` between date and time, and as many groups of three digits as the fraction needs.
    mutating func readTimestamp() throws(EvaluationError) -> TOMLDocument.Node? {
        let start = document.made.count
        let end: Int
        if isDate(index) {
            end = try readDate()
        } else if let timeEnd = timeEnd(index) {
            try appendTime(index)
            end = timeEnd
        } else {
            return nil
        }
        var node = node(.timestamp, start, to: end)
        node.count = document.made.count - start
        return node
    }

    /// A date and what follows; gives where it ends.
    private mutating func readDate() throws(EvaluationError) -> Int {
        let dateEnd = index + 10
        let delimiter = byte(dateEnd)
        let isLetter = delimiter | 0x20 == UInt8(ascii: "t")
        guard isLetter || delimiter == UInt8(ascii: " "), let timeEnd = timeEnd(dateEnd + 1) else {
            if isLetter || (delimiter == UInt8(ascii: " ") && Self.isDigit(byte(dateEnd + 1))) {
                let (place, expected) = failure(dateEnd + 1, "00:00:00")
                throw problem("bad time: must be HH:MM:SS.subsec", expected, at: place, hint: Self.timeHint)
            }
            guard !Self.isDigit(delimiter) else {
                throw problem(
                    "bad datetime: missing T or space", "expected T, t, or 0x20(SPACE)", at: dateEnd,
                    hint: Self.timeHint)
            }
            try appendDate()
            return dateEnd
        }
        var end = timeEnd
        let zone = byte(timeEnd)
        let hasSign = zone == UInt8(ascii: "+") || zone == UInt8(ascii: "-")
        let isUniversal = zone | 0x20 == UInt8(ascii: "z")
        if hasSign, !matches(timeEnd + 1, "00:00") {
            let (place, expected) = failure(timeEnd + 1, "00:00")
            throw problem(
                "bad offset: must be [+-]HH:MM or Z", expected.replacing("expected ", with: "expected z or Z or "),
                at: place, hint: "Hint: valid  : +09:00, -05:30\nHint: invalid: +9:00,  -5:30\n")
        }
        try appendDate()
        document.made.append(UInt8(ascii: "T"))
        try appendTime(dateEnd + 1)
        if isUniversal {
            end = timeEnd + 1
            document.made.append(UInt8(ascii: "Z"))
        } else if hasSign {
            end = timeEnd + 6
            let (hours, minutes) = (number(timeEnd + 1), number(timeEnd + 4))
            guard hours <= 24, minutes <= 60 else {
                throw problem(
                    "toml::parse_offset_datetime: too large offset: |hour| <= 24, |minute| <= 60", "here",
                    over: TOMLRegion(start: index, end: end))
            }
            appendOffset(hours * 60 + minutes, sign: zone)
        }
        return end
    }

    // MARK: Syntax

    /// Whether digits stand where a pattern has zeros, and what else it has.
    private func matches(_ start: Int, _ pattern: StaticString) -> Bool {
        for offset in 0..<pattern.utf8CodeUnitCount {
            let expected = pattern.utf8Start[offset]
            let byte = byte(start + offset)
            if expected == UInt8(ascii: "0") ? !Self.isDigit(byte) : byte != expected { return false }
        }
        return true
    }

    /// Where a pattern is not matched, and what it has there.
    private func failure(_ start: Int, _ pattern: StaticString) -> (place: Int, expected: String) {
        for offset in 0..<pattern.utf8CodeUnitCount {
            let expected = pattern.utf8Start[offset]
            let byte = byte(start + offset)
            if expected == UInt8(ascii: "0") {
                if !Self.isDigit(byte) { return (start + offset, "expected digit [0-9]") }
            } else if byte != expected {
                return (start + offset, "expected \(UnicodeScalar(expected))")
            }
        }
        return (start + pattern.utf8CodeUnitCount, "")
    }

    private func isDate(_ start: Int) -> Bool { matches(start, "0000-00-00") }

    private func timeEnd(_ start: Int) -> Int? {
        guard matches(start, "00:00:00") else { return nil }
        guard byte(start + 8) == UInt8(ascii: "."), Self.isDigit(byte(start + 9)) else { return start + 8 }
        var end = start + 10
        while Self.isDigit(byte(end)) { end += 1 }
        return end
    }

    /// A number of two digits.
    private func number(_ start: Int) -> Int { Int(byte(start) & 15) * 10 + Int(byte(start + 1) & 15) }

    // MARK: Text

    private mutating func appendDate() throws(EvaluationError) {
        let year = number(index) * 100 + number(index + 2)
        let (month, day) = (number(index + 5), number(index + 8))
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
        guard (1...12).contains(month), (1...days).contains(day) else {
            throw problem(
                "toml::parse_local_date: invalid date.",
                "month must be 01-12, day must be any of 01-28,29,30,31 depending on the month/year.", at: index)
        }
        document.made.append(contentsOf: text[index..<index + 10])
    }

    /// The time that begins at a place.
    private mutating func appendTime(_ start: Int) throws(EvaluationError) {
        guard number(start) < 24, number(start + 3) < 60 else {
            throw problem(
                "toml::parse_local_time: invalid time.", "hour must be 00-23, minute must be 00-59.", at: start)
        }
        guard number(start + 6) <= 60 else {
            throw problem("toml::parse_local_time: invalid time.", "second must be 00-60.", at: start)
        }
        document.made.append(contentsOf: text[start..<start + 8])
        guard let end = timeEnd(start), end > start + 8 else { return }
        // Nanoseconds count, and what is smaller does not.
        var fraction = Array(text[start + 9..<min(end, start + 18)])
        fraction.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 9 - fraction.count))
        while !fraction.isEmpty, fraction.suffix(3).allSatisfy({ $0 == UInt8(ascii: "0") }) { fraction.removeLast(3) }
        guard !fraction.isEmpty else { return }
        document.made.append(UInt8(ascii: "."))
        document.made.append(contentsOf: fraction)
    }

    private mutating func appendOffset(_ minutes: Int, sign: UInt8) {
        guard minutes > 0 else {
            document.made.append(UInt8(ascii: "Z"))
            return
        }
        func padded(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
        document.made.append(sign)
        document.made.append(contentsOf: "\(padded(minutes / 60)):\(padded(minutes % 60))".utf8)
    }
}
