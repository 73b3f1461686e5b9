/// What names and combinations of outputs a derivation may have.
package enum DerivationValidation {
    /// Checks a derivation's `name` attribute, with Nix's message.
    package static func checkName(_ name: ByteString) throws(FormatError) {
        if let problem = StorePathName.problem(in: name.bytes) {
            throw FormatError(
                .derivation, "invalid derivation name: \(problem). Please pass a different 'name'.")
        }
        guard !name.hasSuffix(".drv") else {
            throw FormatError(.derivation, "derivation names are not allowed to end in '.drv'")
        }
    }

    /// Checks that outputs are all of one kind, and a fixed one alone and called `out`.
    package static func checkOutputs(_ derivation: Derivation) throws(FormatError) {
        guard let first = derivation.outputs.first?.value else {
            throw FormatError(.derivation, "must have at least one output")
        }
        for output in derivation.outputs {
            switch (first, output.value) {
            case (.inputAddressed, .inputAddressed), (.deferred, .deferred), (.impure, .impure): continue
            case (.fixed, .fixed):
                guard output.key == "out" else {
                    throw FormatError(.derivation, "single fixed output must be named \"out\"")
                }
                guard derivation.outputs.count == 1 else {
                    throw FormatError(.derivation, "only one fixed output is allowed for now")
                }
            case (.floating(_, let algorithm), .floating(_, let other)):
                guard algorithm == other else {
                    throw FormatError(.derivation, "all floating outputs must use the same hash algorithm")
                }
            default: throw FormatError(.derivation, "can't mix derivation output types")
            }
        }
    }
}
