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
        // The library's strings end at the first NUL, so what would have one is refused before.
        if text.utf8.firstRange(of: "\\u0000".utf8) != nil || text.utf8.firstRange(of: "\\U00000000".utf8) != nil {
            throw error("error: input string cannot be represented as Nix string because it contains null bytes")
        }
        let table: TOMLTable
        do { table = try TOMLTable(string: text) } catch {
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
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let source = line <= lines.count ? String(lines[line - 1]) : ""
        let margin = String(repeating: " ", count: String(line).count)
        let blanks = String(repeating: " ", count: column - 1)
        return """
            [error] \(problem.description)
             --> fromTOML
            \(margin)  |
             \(line) | \(source)
            \(margin)  | \(blanks)^-- here

            """
    }

    private func value(_ item: any TOMLValueConvertible) throws(EvaluationError) -> Value {
        try machine.checkStack()
        switch item.type {
        case .table: return try item.table.map { (table) throws(EvaluationError) in try set(table) } ?? .null
        case .array: return try item.array.map { (array) throws(EvaluationError) in try list(array) } ?? .null
        case .string: return try machine.string(item.string ?? "")
        case .int: return try machine.integer(item.int ?? 0)
        case .double: return try machine.float(item.double ?? 0)
        case .bool: return Value(item.bool ?? false)
        case .date, .time, .dateTime: throw error("Dates and times are not supported")
        }
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
            let value = try value(item)
            try values.append(value, machine)
            entries.append(
                AttributeEntry(symbol: machine.evaluator.symbols.intern(key), value: value.bits, position: 0))
        }
        if entries.isEmpty { return machine.state.pointee.emptyAttributes }
        let set = try machine.attributes(&entries)
        machine.keepAlive(values.words)
        return set
    }
}
