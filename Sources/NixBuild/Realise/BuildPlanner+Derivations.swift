import NixFormats
import NixStore

/// What derivations say of a plan.
extension BuildPlanner {
    /// A request's derivation and which of the outputs that it wants are missing; nil where nothing is to be done.
    mutating func step(
        for request: BuildRequest, isForced: Bool
    ) throws(BuildFailure) -> (BuildPlan.Step, missing: [StorePath])? {
        let derivation = try derivation(request.derivation)
        if options.skipsPlaceholders, derivation.builder == "builtin:nixlite-placeholder" { return nil }
        let outputs = try outputs(request.derivation, derivation)
        for name in request.outputs where !outputs.contains(where: { $0.name == name }) {
            throw BuildFailure(
                .miscellaneous,
                "derivation '\(directory.print(request.derivation))' does not have wanted outputs '\(name)'")
        }
        var missing: [StorePath] = []
        for output in outputs where request.outputs.isEmpty || request.outputs.contains(output.name) {
            if try !isValid(output.path) { missing.append(output.path) }
        }
        guard isForced || !missing.isEmpty else { return nil }
        let step = BuildPlan.Step(
            path: request.derivation, derivation: derivation, outputs: outputs,
            dependencies: derivation.inputDerivations.map(\.key))
        return (step, missing)
    }

    /// The derivation at `path`, which must be in the store.
    private mutating func derivation(_ path: StorePath) throws(BuildFailure) -> Derivation {
        if let known = derivations[path] { return known }
        guard try isValid(path) else {
            throw BuildFailure(.miscellaneous, "path '\(directory.print(path))' is not valid")
        }
        let derivation = try BuildFailure.ofStore { [store] () throws(StoreError) in try store.readDerivation(path) }
        derivations[path] = derivation
        return derivation
    }

    private func outputs(
        _ path: StorePath, _ derivation: Derivation
    ) throws(BuildFailure) -> [(name: ByteString, path: StorePath)] {
        var outputs: [(name: ByteString, path: StorePath)] = []
        for output in derivation.outputs {
            let outputPath: StorePath?
            do {
                outputPath = try derivation.outputPath(output.key, in: directory)
            } catch {
                throw BuildFailure(.miscellaneous, "\(error)")
            }
            guard let outputPath else {
                throw BuildFailure(
                    .miscellaneous,
                    "cannot build '\(directory.print(path))': its output '\(output.key)' is known only after building, which nixlite does not do yet"
                )
            }
            outputs.append((output.key, outputPath))
        }
        return outputs
    }
}
