import NixSyntax
import TOMLKit

/// TOML 1.0.
extension Builtins {
    static let toml: [Builtin] = [
        Builtin("fromTOML", 1, strict: 1, isGlobal: true) { (machine, value, _, _, _) throws(EvaluationError) in
            let text = try machine.stringWithoutContext(
                value, 0, "while evaluating the argument passed to builtins.fromTOML")
            return try TOMLReader(machine: machine).read(text.bytes)
        }
    ]
}

/// Turns TOML into values.
///
/// All that depends on the TOML library is here.
private struct TOMLReader {
    let machine: Machine

    func read(_ bytes: UnsafeBufferPointer<UInt8>) throws(EvaluationError) -> Value {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw error("[error] the text is not UTF-8")
        }
        if let offset = TOMLGuard.malformedTime(in: bytes) {
            let before = bytes[..<offset]
            let line = before.count { $0 == UInt8(ascii: "\n") } + 1
            let column = offset - (before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0) + 1
            var words = TOMLWords("bad time: must be HH:MM:SS.subsec")
            words.mark = "expected digit [0-9]"
            words.hint = """
                Hint: valid  : 1979-05-27T07:32:00, 1979-05-27 07:32:00.999999
                Hint: invalid: 1979-05-27T7:32:00, 1979-05-27 17:32

                """
            throw error(layout(words, text, line: line, column: column))
        }
        let table: TOMLTable
        do { table = try TOMLTable(string: NullMarker.marking(text)) } catch {
            guard let problem = error as? TOMLParseError else { throw self.error("[error] \(error)") }
            throw self.error(describe(problem, text))
        }
        return try set(table)
    }

    private func error(_ message: String) -> EvaluationError {
        EvaluationError(.other, "while parsing TOML: \(message)")
    }

    /// The message with the line it is about, as toml11 lays it out.
    private func describe(_ problem: TOMLParseError, _ text: String) -> String {
        let line = max(problem.source.begin.line, 1)
        let column = max(problem.source.begin.column, 1)
        let words = TOMLWords(problem.description, Self.line(line, of: text), column)
        return layout(words, text, line: line, column: column)
    }

    private static func line(_ number: Int, of text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return number <= lines.count ? String(lines[number - 1]) : ""
    }

    private func layout(_ words: TOMLWords, _ text: String, line: Int, column: Int) -> String {
        let source = Self.line(line, of: text)
        let margin = String(repeating: " ", count: String(line).count)
        let blanks = String(repeating: " ", count: column - 1)
        // The library that Nix uses ends its text with a line of colour.
        return """
            [error] \(words.message)
             --> fromTOML
            \(margin)  |
             \(line) | \(source)
            \(margin)  | \(blanks)^-- \(words.mark)
            \(words.hint)\u{1B}[0m
            """
    }

    private func value(_ item: any TOMLValueConvertible) throws(EvaluationError) -> Value {
        try machine.checkStack()
        switch item.type {
        case .table: return try item.table.map { (table) throws(EvaluationError) in try set(table) } ?? .null
        case .array: return try item.array.map { (array) throws(EvaluationError) in try list(array) } ?? .null
        case .string: return try machine.string(try text(item.string ?? ""))
        case .int: return try machine.integer(item.int ?? 0)
        case .double: return try machine.float(item.double ?? 0)
        case .bool: return Value(item.bool ?? false)
        case .date, .time, .dateTime: return try timestamp(item)
        }
    }

    /// A date or time as a set, where those are switched on.
    private func timestamp(_ item: any TOMLValueConvertible) throws(EvaluationError) -> Value {
        let evaluator = machine.evaluator
        guard evaluator.options.experimentalFeatures.contains("parse-toml-timestamps") else {
            throw error("Dates and times are not supported")
        }
        var text = ""
        if let both = item.dateTime {
            text = Self.text(of: both.date) + "T" + Self.text(of: both.time)
            if let offset = both.offset?.offset {
                let minutes = abs(offset)
                text +=
                    offset == 0
                    ? "Z"
                    : (offset < 0 ? "-" : "+") + Self.padded(minutes / 60, 2) + ":" + Self.padded(minutes % 60, 2)
            }
        } else if let date = item.date {
            text = Self.text(of: date)
        } else if let time = item.time {
            text = Self.text(of: time)
        }
        let kind = try machine.string("timestamp")
        let value = try machine.string(text)
        return try machine.attributes((evaluator.symbols.intern("_type"), kind), (machine.known.value, value))
    }

    private static func text(of date: TOMLDate) -> String {
        padded(date.year, 4) + "-" + padded(date.month, 2) + "-" + padded(date.day, 2)
    }

    /// Hours, minutes and seconds, with as many groups of three digits as the fraction needs.
    private static func text(of time: TOMLTime) -> String {
        var text = padded(time.hour, 2) + ":" + padded(time.minute, 2) + ":" + padded(time.second, 2)
        guard time.nanoSecond > 0 else { return text }
        text += "." + padded(time.nanoSecond, 9)
        while text.hasSuffix("000") { text.removeLast(3) }
        return text
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// A string or name as it was written, which must not have a NUL.
    private func text(_ marked: String) throws(EvaluationError) -> String {
        guard let shown = NullMarker.showing(marked) else { return NullMarker.removing(marked) }
        throw error(
            "error: input string '\(shown)' cannot be represented as Nix string because it contains null bytes")
    }

    private func list(_ array: TOMLArray) throws(EvaluationError) -> Value {
        var elements = try ValueBuffer(machine, capacity: array.count)
        for index in 0..<array.count { try elements.append(try value(array[index]), machine) }
        return try elements.list(machine)
    }

    private func set(_ table: TOMLTable) throws(EvaluationError) -> Value {
        var values = try ValueBuffer(machine, capacity: table.count)
        var entries: [AttributeEntry] = []
        for key in table.keys {
            guard let item = table[key] else { continue }
            let name = try text(key)
            let value = try value(item)
            try values.append(value, machine)
            entries.append(
                AttributeEntry(symbol: machine.evaluator.symbols.intern(name), value: value.bits, position: 0))
        }
        if entries.isEmpty { return machine.state.pointee.emptyAttributes }
        let set = try machine.attributes(&entries)
        machine.keepAlive(values.words)
        return set
    }
}

/// The library's strings end at the first NUL, so an escaped one is another character while the library has the text.
private enum NullMarker {
    /// A code point that is no character and that no text has.
    private static let escape = "\\U0010FFFE"
    private static let scalar = "\u{10FFFE}"
    private static let escapes = ["\\u0000", "\\U00000000"]

    static func marking(_ text: String) -> String {
        // Where it is no escape (in single quotes, or behind a backslash) the length tells which one it was.
        text.replacing(escapes[1], with: escape + escape).replacing(escapes[0], with: escape)
    }

    /// The text with NULs as messages show them, nil where there is none.
    static func showing(_ text: String) -> String? {
        guard text.contains(scalar) else { return nil }
        return removing(text.replacing(scalar + scalar, with: "\u{2400}").replacing(scalar, with: "\u{2400}"))
    }

    static func removing(_ text: String) -> String {
        guard text.contains(escape) else { return text }
        return text.replacing(escape + escape, with: escapes[1]).replacing(escape, with: escapes[0])
    }
}

/// The commonest complaints about a text in the words of the library that Nix reads TOML with.
private struct TOMLWords {
    var message: String
    /// What stands behind the caret.
    var mark = "here"
    /// Another line, complete, or nothing.
    var hint = ""

    /// Words of our own choice.
    init(_ message: String) { self.message = message }

    /// - Parameters:
    ///   - description: what our library says.
    ///   - line: the line that it is about.
    ///   - column: the place in it, counted from 1.
    init(_ description: String, _ line: String, _ column: Int) {
        message = description
        if description.contains("is not representable in 64 bits") {
            message = "toml::parse_dec_integer: too large integer: current max digits = 2^63"
            mark = "must be < 2^63"
        } else if description.hasSuffix("key-value pair: encountered end-of-file") {
            if line.prefix(max(column - 1, 0)).contains("=") {
                message = "bad format: unknown value appeared"
            } else {
                message = "toml::parse_key_value_pair: invalid key value separator `=`"
                mark = "expected ="
            }
        } else if description.contains("expected keys, tables, whitespace or comments") {
            message = #"toml::parse_simple_key: invalid key: key must be "quoted", 'quoted-literal', or bare key."#
            mark = "expected alpha [a-zA-Z], digit [0-9], -, or _"
            hint = "Hint: non-ASCII scripts are allowed in toml v1.1.0, but not in v1.0.0.\n"
        }
    }
}
