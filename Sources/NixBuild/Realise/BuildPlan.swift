package import NixFormats
package import NixStore

/// A derivation and which of its outputs are wanted; no names stand for all.
package struct BuildRequest: Hashable, Sendable {
    package var derivation: StorePath
    package var outputs: SortedSet<ByteString>

    package init(derivation: StorePath, outputs: SortedSet<ByteString> = []) {
        self.derivation = derivation
        self.outputs = outputs
    }
}

/// What has to be built so that requests are fulfilled.
package struct BuildPlan: Sendable {
    /// One derivation that has an output to build.
    package struct Step: Sendable {
        package let path: StorePath
        package let derivation: Derivation
        /// All outputs with their paths, in the order of their names.
        package let outputs: [(name: ByteString, path: StorePath)]
        /// The steps it needs first.
        package fileprivate(set) var dependencies: [StorePath]
    }

    package private(set) var steps: [StorePath: Step] = [:]
    /// The steps, dependencies first, otherwise by path: the order in which Nix lists them.
    package private(set) var order: [StorePath] = []

    /// Finds what is missing in `store`.
    ///
    /// - Throws: `BuildFailure` for a derivation that is not there, and for outputs that it does not have.
    package init(
        _ requests: [BuildRequest], in store: LocalStore, options: BuildOptions = BuildOptions()
    ) throws(BuildFailure) {
        let rebuilds = options.rebuilds
        var seen: Set<StorePath> = []
        var pending = requests.map { ($0, rebuilds) }
        while let (request, isForced) = pending.popLast() {
            guard steps[request.derivation] == nil else { continue }
            let derivation = try Self.read(request.derivation, store)
            if options.skipsPlaceholders, derivation.builder == "builtin:nixlite-placeholder" { continue }
            let outputs = try Self.outputs(request.derivation, derivation, store.layout.storeDirectory)
            for name in request.outputs where !outputs.contains(where: { $0.name == name }) {
                throw BuildFailure(
                    .miscellaneous,
                    "derivation '\(store.layout.storeDirectory.print(request.derivation))' does not have wanted outputs '\(name)'"
                )
            }
            let wanted = outputs.filter { request.outputs.isEmpty || request.outputs.contains($0.name) }
            var isMissing = isForced
            for output in wanted {
                let isValid = try BuildFailure.ofStore { () throws(StoreError) in try store.protectIfValid(output.path)
                }
                if !isValid { isMissing = true }
            }
            guard isMissing else { continue }
            let inputs = derivation.inputDerivations.map { BuildRequest(derivation: $0.key, outputs: $0.value) }
            steps[request.derivation] = Step(
                path: request.derivation, derivation: derivation, outputs: outputs,
                dependencies: inputs.map(\.derivation))
            for input in inputs where seen.insert(input.derivation).inserted || steps[input.derivation] == nil {
                pending.append((input, false))
            }
        }
        let missing = Set(steps.keys)
        for path in missing { steps[path]?.dependencies.removeAll { !missing.contains($0) } }
        sortSteps()
    }

    /// The derivation at `path`, which must be in the store.
    private static func read(_ path: StorePath, _ store: LocalStore) throws(BuildFailure) -> Derivation {
        do {
            guard try store.protectIfValid(path) else {
                throw BuildFailure(
                    .miscellaneous, "path '\(store.layout.storeDirectory.print(path))' is not valid")
            }
            return try store.readDerivation(path)
        } catch let failure as BuildFailure {
            throw failure
        } catch {
            throw BuildFailure(.miscellaneous, "\(error)")
        }
    }

    private static func outputs(
        _ path: StorePath, _ derivation: Derivation, _ storeDirectory: StoreDirectory
    ) throws(BuildFailure) -> [(name: ByteString, path: StorePath)] {
        var outputs: [(name: ByteString, path: StorePath)] = []
        for output in derivation.outputs {
            let outputPath: StorePath?
            do {
                outputPath = try derivation.outputPath(output.key, in: storeDirectory)
            } catch {
                throw BuildFailure(.miscellaneous, "\(error)")
            }
            guard let outputPath else {
                throw BuildFailure(
                    .miscellaneous,
                    "cannot build '\(storeDirectory.print(path))': its output '\(output.key)' is known only after building, which nixlite does not do yet"
                )
            }
            outputs.append((output.key, outputPath))
        }
        return outputs
    }

    /// Post-order from each step in the order of paths, without recursion.
    private mutating func sortSteps() {
        var visited: Set<StorePath> = []
        for start in steps.keys.sorted() where visited.insert(start).inserted {
            var open = [(path: start, rest: steps[start]?.dependencies.sorted(by: >) ?? [])]
            while let last = open.indices.last {
                if let next = open[last].rest.popLast() {
                    if visited.insert(next).inserted {
                        open.append((next, steps[next]?.dependencies.sorted(by: >) ?? []))
                    }
                } else {
                    order.append(open.removeLast().path)
                }
            }
        }
    }
}
