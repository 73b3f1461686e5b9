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
            let found: Regex.Match?
            do throws(RegexError) { found = try regex.match(string.bytes) } catch {
                throw EvaluationError(error, source)
            }
            guard let found else { return .null }
            return try machine.groups(found, regex.groupCount, of: string)
        },
        Builtin("split", 2, strict: 3) { (machine, pattern, text, _, _) throws(EvaluationError) in
            let source = try machine.stringWithoutContext(
                pattern, 0, "while evaluating the first argument passed to builtins.split")
            let regex = try machine.regex(source)
            let string = try machine.forceString(
                text, 0, "while evaluating the second argument passed to builtins.split")
            let found: [Regex.Match]
            do throws(RegexError) { found = try regex.matches(string.bytes) } catch {
                throw EvaluationError(error, source)
            }
            let result = try machine.emptyElements(2 * found.count + 1)
            if found.isEmpty {
                result.elements[0] = string.bits
                return result
            }
            var from = 0
            for (index, match) in found.enumerated() {
                result.elements[2 * index] = try machine.part(from..<match.range.lowerBound, of: string).bits
                result.elements[2 * index + 1] = try machine.groups(match, regex.groupCount, of: string).bits
                from = match.range.upperBound
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
        let key = Array(pattern.bytes)
        if let known = evaluator.regexes[ByteString(key)] { return known }
        do throws(RegexError) {
            let regex = try Regex(key, interruptFlag: state.pointee.interruptFlag)
            evaluator.regexes[ByteString(key)] = regex
            return regex
        } catch { throw EvaluationError(error, pattern) }
    }

    /// A part of a string, without its context.
    fileprivate func part(_ range: Range<Int>, of string: Value) throws(EvaluationError) -> Value {
        try self.string(UnsafeBufferPointer(rebasing: string.bytes[range]))
    }

    /// The groups of a match: strings, or null for those that took no part.
    fileprivate func groups(_ match: Regex.Match, _ count: Int, of string: Value) throws(EvaluationError) -> Value {
        let result = try emptyElements(count)
        for index in 0..<count {
            let group = match.group(index + 1)
            result.elements[index] =
                try group.map { (range) throws(EvaluationError) in try part(range, of: string).bits } ?? Value.null.bits
        }
        return result
    }
}
