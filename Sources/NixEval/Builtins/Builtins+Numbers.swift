#if canImport(Glibc)
    import Glibc
#endif

/// Numbers and their order.
extension Builtins {
    static let numbers: [Builtin] = [
        Builtin("add", 2, strict: 3) { (machine, left, right, _, _) throws(EvaluationError) in
            try machine.addNumbers(try machine.force(left), try machine.force(right), 0)
        },
        Builtin("sub", 2, strict: 3) { (machine, left, right, _, _) throws(EvaluationError) in
            try machine.subtract(try machine.force(left), try machine.force(right), 0)
        },
        Builtin("mul", 2, strict: 3) { (machine, left, right, _, _) throws(EvaluationError) in
            try machine.multiply(try machine.force(left), try machine.force(right), 0)
        },
        Builtin("div", 2, strict: 3) { (machine, left, right, _, _) throws(EvaluationError) in
            try machine.divide(try machine.force(left), try machine.force(right), 0)
        },
        Builtin("lessThan", 2, strict: 3) { (machine, left, right, _, _) throws(EvaluationError) in
            Value(try machine.isLess(try machine.force(left), try machine.force(right), 0, ""))
        },
        Builtin("bitAnd", 2, strict: 3) { (machine, left, right, _, _) throws(EvaluationError) in
            try bitwise(machine, left, right, "bitAnd") { $0 & $1 }
        },
        Builtin("bitOr", 2, strict: 3) { (machine, left, right, _, _) throws(EvaluationError) in
            try bitwise(machine, left, right, "bitOr") { $0 | $1 }
        },
        Builtin("bitXor", 2, strict: 3) { (machine, left, right, _, _) throws(EvaluationError) in
            try bitwise(machine, left, right, "bitXor") { $0 ^ $1 }
        },
        Builtin("ceil", 1, strict: 1) { (machine, value, _, _, _) throws(EvaluationError) in
            try rounded(machine, value, "ceil", .up)
        },
        Builtin("floor", 1, strict: 1) { (machine, value, _, _, _) throws(EvaluationError) in
            try rounded(machine, value, "floor", .down)
        },
    ]

    private static func bitwise(
        _ machine: Machine, _ left: Value, _ right: Value, _ name: String, _ operation: (Int, Int) -> Int
    ) throws(EvaluationError) -> Value {
        let a = try machine.forceInteger(left, 0, "while evaluating the first argument passed to builtins.\(name)")
        let b = try machine.forceInteger(right, 0, "while evaluating the second argument passed to builtins.\(name)")
        return try machine.integer(operation(a, b))
    }

    private static func rounded(
        _ machine: Machine, _ value: Value, _ name: String, _ rule: FloatingPointRoundingRule
    ) throws(EvaluationError) -> Value {
        let float = try machine.forceFloat(
            value, 0, "while evaluating the first argument passed to builtins.\(name)")
        let forced = try machine.force(value)
        let result = float.rounded(rule)
        if let integer = forced.integer {
            // Through a float as in Nix, which refuses what a float cannot hold exactly.
            let held = Int(exactly: result)
            if held == integer { return forced }
            let problem =
                held.map {
                    "a loss of precision occurred in previous Nix versions because the NixInt argument \(integer) was rounded to \($0)."
                } ?? "the NixInt argument \(integer) caused undefined behavior in previous Nix versions."
            throw EvaluationError(
                .other,
                "Due to a bug (see https://github.com/NixOS/nix/issues/12899) \(problem)\n\tFuture Nix versions might implement the correct behavior."
            )
        }
        guard let integer = Int(exactly: result) else {
            throw EvaluationError(
                .other, "NixFloat argument \(FloatFormat.general(float)) is not in the range of NixInt")
        }
        return try machine.integer(integer)
    }
}
