/// What names and combinations of outputs a derivation may have, in Nix's words.
package enum DerivationValidation {
    /// Checks the characters of a derivation's `name` attribute.
    package static func checkName(_ name: ByteString) throws(FormatError) {
        if let problem = StorePathName.problem(in: name.bytes[...]) {
            throw FormatError(
                .derivation, "invalid derivation name: \(problem). Please pass a different 'name'.")
        }
    }

    /// Checks that only a derivation whose single output is a derivation has a name like one.
    package static func checkSuffix(
        _ name: ByteString, method: ContentAddressMethod?, outputs: [ByteString]
    ) throws(FormatError) {
        guard !name.hasSuffix(".drv") || method == .text && outputs == ["out"] else {
            throw FormatError(
                .derivation,
                "derivation names are allowed to end in '.drv' only if they produce a single derivation file")
        }
    }

    /// Checks the `outputs` attribute as it is written, in its order.
    package static func checkOutputNames(_ outputs: [ByteString], isFixed: Bool) throws(FormatError) {
        var seen: Set<ByteString> = []
        for (index, output) in outputs.enumerated() {
            // A table of what was there costs more than looking at a few.
            let isNew = outputs.count <= 16 ? !outputs[..<index].contains(output) : seen.insert(output).inserted
            guard isNew else {
                throw FormatError(.derivation, "duplicate derivation output '\(output)'")
            }
            guard output != "drvPath" else {
                throw FormatError(.derivation, "invalid derivation output name 'drvPath'")
            }
        }
        guard !outputs.isEmpty else {
            throw FormatError(.derivation, "derivation cannot have an empty set of outputs")
        }
        guard !isFixed || outputs == ["out"] else {
            throw FormatError(.derivation, "multiple outputs are not supported in fixed-output derivations")
        }
    }

    /// The method that the `outputHashMode` attribute of the derivation called `name` asks for.
    ///
    /// - Parameter isDynamic: whether the experimental feature `dynamic-derivations` is on.
    package static func method(
        outputHashMode mode: ByteString, derivationName name: ByteString, isDynamic: Bool = false
    ) throws(FormatError) -> ContentAddressMethod {
        switch mode {
        case "flat": return .flat
        case "recursive", "nar": return .nar
        case "text":
            if isDynamic { return .text }
            throw disabled(
                "dynamic-derivations", reason: " (text-hashed derivation '\(name)', outputHashMode = \"text\")")
        case "git": throw disabled("git-hashing", reason: "")
        default:
            throw FormatError(.derivation, "invalid value '\(mode)' for 'outputHashMode' attribute")
        }
    }

    private static func disabled(_ feature: String, reason: String) -> FormatError {
        FormatError(
            .derivation,
            "experimental Nix feature '\(feature)' is disabled\(reason); add '--extra-experimental-features \(feature)' to enable it"
        )
    }

    /// Checks that outputs are all of one kind, and a fixed one alone and called `out`.
    package static func checkOutputs(
        _ outputs: some RandomAccessCollection<(ByteString, DerivationOutput)>
    ) throws(FormatError) {
        guard let first = outputs.first?.1 else {
            throw FormatError(.derivation, "must have at least one output")
        }
        for (name, value) in outputs {
            switch (first, value) {
            case (.inputAddressed, .inputAddressed), (.deferred, .deferred), (.impure, .impure): continue
            case (.fixed, .fixed):
                guard name == "out" else {
                    throw FormatError(.derivation, "single fixed output must be named \"out\"")
                }
                guard outputs.count == 1 else {
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
