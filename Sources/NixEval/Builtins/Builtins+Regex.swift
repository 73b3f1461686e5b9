import NixFormats
import NixSyntax

/// Regular expressions: POSIX extended ones, over bytes.
extension Builtins {
    static let regexes: [Builtin] = [
        Builtin("match", 2, strict: 3) { (machine, pattern, text, _, _) throws(EvaluationError) in
            let source = try machine.stringWithoutContext(
                pattern, 0, "while evaluating the first argument passed to builtins.match")
            let regex = try machine.regex(source)
            let string = try machine.forceString(
                text, 0, "while evaluating the second argument passed to builtins.match")
            let found: Regex.Matches
            do throws(RegexError) { found = try regex.match(string.bytes) } catch {
                throw EvaluationError(error, source)
            }
            if found.count == 0 { return .null }
            return try machine.groups(found, 0, regex.groupCount, of: string)
        },
        Builtin("split", 2, strict: 3) { (machine, pattern, text, _, _) throws(EvaluationError) in
            let source = try machine.stringWithoutContext(
                pattern, 0, "while evaluating the first argument passed to builtins.split")
            let regex = try machine.regex(source)
            let string = try machine.forceString(
                text, 0, "while evaluating the second argument passed to builtins.split")
            let found: Regex.Matches
            do throws(RegexError) { found = try regex.matches(string.bytes) } catch {
                throw EvaluationError(error, source)
            }
            let result = try machine.emptyElements(2 * found.count + 1)
            if found.count == 0 {
                result.elements[0] = string.bits
                return result
            }
            var from = 0
            for index in 0..<found.count {
                let range = found.range(index)
                result.elements[2 * index] = try machine.part(from..<range.lowerBound, of: string).bits
                result.elements[2 * index + 1] = try machine.groups(found, index, regex.groupCount, of: string).bits
                from = range.upperBound
            }
            result.elements[2 * found.count] = try machine.part(from..<string.bytes.count, of: string).bits
            return result
        },
    ]
}

extension EvaluationError {
    convenience init(_ error: RegexError, _ pattern: Value) {
        switch error {
        case .invalid: self.init(.other, "invalid regular expression '\(pattern.text)'")
        case .tooLarge: self.init(.other, "memory limit exceeded by regular expression '\(pattern.text)'")
        case .interrupted: self.init(.interrupted, "interrupted by the user")
        }
    }
}

extension Machine {
    /// The regular expression of a pattern, compiled once.
    fileprivate func regex(_ pattern: Value) throws(EvaluationError) -> Regex {
        do throws(RegexError) {
            return try evaluator.regexes.regex(Array(pattern.bytes), interruptFlag: state.pointee.interruptFlag)
        } catch { throw EvaluationError(error, pattern) }
    }

    /// A part of a string, without its context.
    fileprivate func part(_ range: Range<Int>, of string: Value) throws(EvaluationError) -> Value {
        try self.string(UnsafeBufferPointer(rebasing: string.bytes[range]))
    }

    /// The groups of one match: strings, or null for those that took no part.
    fileprivate func groups(
        _ matches: Regex.Matches, _ match: Int, _ count: Int, of string: Value
    ) throws(EvaluationError) -> Value {
        let result = try emptyElements(count)
        for index in 0..<count {
            let group = matches.group(match, index + 1)
            result.elements[index] =
                try group.map { (range) throws(EvaluationError) in try part(range, of: string).bits } ?? Value.null.bits
        }
        return result
    }
}
