import NixSyntax

/// Why `assert a == b` failed: finds the first difference and throws it as an assertion error.
extension Machine {
    /// Returns when the two are equal.
    func assertEqual(_ first: Value, _ second: Value) throws(EvaluationError) {
        let left = try force(first)
        let right = try force(second)
        try enterLevel()
        defer { leaveLevel() }
        let isNumeric = (left.integer != nil || left.float != nil) && (right.integer != nil || right.float != nil)
        if isNumeric {
            if try equalForced(left, right) { return }
            throw difference(
                "\(typeName(left)) with value '\(summary(left))' is not equal to \(typeName(right)) with value '\(summary(right))'"
            )
        }
        if left.isBool, right.isBool {
            if left.bits == right.bits { return }
            throw difference("boolean '\(summary(left))' is not equal to boolean '\(summary(right))'")
        }
        if left.isString, right.isString {
            if sameBytes(left, right) { return }
            throw difference("string '\(summary(left))' is not equal to string '\(summary(right))'")
        }
        if left.isPath, right.isPath {
            if sameBytes(left, right) { return }
            throw difference("path '\(summary(left))' is not equal to path '\(summary(right))'")
        }
        if left.isNull, right.isNull { return }
        if left.isList, right.isList { return try assertEqualLists(left, right) }
        if left.isAttributes, right.isAttributes { return try assertEqualSets(left, right) }
        if left.isFunction, right.isFunction {
            throw difference("distinct functions and immediate comparisons of identical functions compare as unequal")
        }
        throw difference(
            "\(typeName(left)) of value '\(summary(left))' is not equal to \(typeName(right)) of value '\(summary(right))'"
        )
    }

    private func difference(_ message: String) -> EvaluationError { EvaluationError(.assertion, message) }

    private func assertEqualLists(_ left: Value, _ right: Value) throws(EvaluationError) {
        guard left.listCount == right.listCount else {
            throw difference(
                "list of size '\(left.listCount)' is not equal to list of size '\(right.listCount)', "
                    + "left hand side is '\(summary(left))', right hand side is '\(summary(right))'")
        }
        for index in 0..<left.listCount where left.elements[index] != right.elements[index] {
            do throws(EvaluationError) {
                try assertEqual(Value(bits: left.elements[index]), Value(bits: right.elements[index]))
            } catch { throw error.adding("while comparing list element \(index)", 0) }
        }
    }

    private func assertEqualSets(_ left: Value, _ right: Value) throws(EvaluationError) {
        if try isDerivation(left), try isDerivation(right) {
            let a = left.attribute(known.outPath)
            let b = right.attribute(known.outPath)
            if !a.isAbsent, !b.isAbsent {
                do throws(EvaluationError) { return try assertEqual(a, b) } catch {
                    throw error.adding("while comparing a derivation by its 'outPath' attribute", 0)
                }
            }
        }
        let left = try flat(left)
        let right = try flat(right)
        let shape = left.shape
        let other = right.shape
        guard shape.count == other.count else {
            throw difference(
                "attribute names of attribute set '\(summary(left))' differs from attribute set '\(summary(right))'")
        }
        for index in 0..<shape.count {
            let name = evaluator.printed(Symbol(rawValue: shape.symbols[index]))
            guard shape.symbols[index] == other.symbols[index] else {
                if other.index(of: shape.symbols[index]) < 0 {
                    throw difference(
                        "attribute name '\(name)' is contained in '\(summary(left))', but not in '\(summary(right))'")
                }
                let missing = evaluator.printed(Symbol(rawValue: other.symbols[index]))
                throw difference(
                    "attribute name '\(missing)' is missing in '\(summary(left))', but is contained in '\(summary(right))'"
                )
            }
            if left.attributeValues[index] == right.attributeValues[index] { continue }
            do throws(EvaluationError) {
                try assertEqual(
                    Value(bits: left.attributeValues[index]), Value(bits: right.attributeValues[index]))
            } catch {
                var framed = error
                if other.positions[index] != 0 {
                    framed = framed.adding("where right hand side is", other.positions[index])
                }
                if shape.positions[index] != 0 {
                    framed = framed.adding("where left hand side is", shape.positions[index])
                }
                throw framed.adding("while comparing attribute '\(name)'", 0)
            }
        }
    }
}
