import NixEval
package import NixFormats
import NixStore

/// What came of one derivation: the outputs that were asked for, by name.
package struct BuildResult: Sendable {
    package let derivation: StorePath
    package let outputs: [(name: ByteString, path: StorePath)]

    init(derivation: StorePath, outputs: [(name: ByteString, path: StorePath)]) {
        self.derivation = derivation
        self.outputs = outputs
    }

    /// Of an object that was asked for itself.
    init(object: StorePath) {
        derivation = object
        outputs = [("out", object)]
    }

    /// Whether this is an object itself; no derivation is its own output.
    package var isObject: Bool { outputs.first?.path == derivation }
}

extension Session {
    /// A store path with the logical store folder.
    package func printed(_ path: StorePath) -> ByteString { host.storeDirectory.print(path) }

    /// Writes computed store objects and what they refer to.
    package func write(_ paths: [StorePath]) throws(SessionError) {
        do throws(HostError) {
            try host.write(paths)
        } catch {
            throw .host(error)
        }
    }

    /// Writes those store objects that the evaluation computed, and what they refer to; a dummy store takes none.
    package func writeComputed(_ paths: [StorePath]) throws(SessionError) {
        if access.isDummy { return }
        try write(paths.filter { host.pending.contains($0) })
    }

    /// Writes everything that the evaluation computed.
    package func writeAll() throws(SessionError) { try write(host.pending.paths) }

    /// What building would build and fetch.
    ///
    /// - Parameter objects: asked for by their own paths.
    package func plan(
        _ derivations: [SelectedDerivation], objects: [StorePath] = []
    ) throws(SessionError) -> PlannedWork {
        try write(derivations.map(\.path))
        do {
            return try host.realiser().announcement(requests(derivations), objects: objects)
        } catch let error as HostError {
            throw .host(error)
        } catch {
            throw .project(ProjectError((error as? BuildFailure)?.message ?? "\(error)"))
        }
    }

    /// Makes the outputs of all derivations valid.
    ///
    /// - Parameters:
    ///   - objects: asked for by their own paths.
    ///   - withoutPlaceholders: leave out packages that nobody has built.
    ///   - rebuilds: build what is there already again, and compare.
    package func build(
        _ derivations: [SelectedDerivation], objects: [StorePath] = [], withoutPlaceholders: Bool = false,
        rebuilds: Bool = false
    ) throws(SessionError) {
        try write(derivations.map(\.path))
        let realiser: Realiser
        do throws(HostError) {
            realiser = try host.realiser(skipsPlaceholders: withoutPlaceholders, rebuilds: rebuilds)
        } catch {
            throw .host(error)
        }
        do throws(RealisationError) {
            try realiser.realise(requests(derivations), objects: objects)
        } catch {
            throw .realisation(error)
        }
    }

    /// The outputs of derivations, built or not.
    package func results(_ derivations: [SelectedDerivation]) throws(SessionError) -> [BuildResult] {
        do {
            return try derivations.map { selected in
                let derivation = try host.readDerivation(selected.path)
                var outputs: [(name: ByteString, path: StorePath)] = []
                for name in selected.outputs.sorted() {
                    if let path = try derivation.outputPath(name, in: host.storeDirectory) {
                        outputs.append((name, path))
                    }
                }
                return BuildResult(derivation: selected.path, outputs: outputs)
            }
        } catch {
            throw .project(ProjectError((error as? HostError)?.message ?? "\(error)"))
        }
    }

    private func requests(_ derivations: [SelectedDerivation]) -> [BuildRequest] {
        derivations.map { BuildRequest(derivation: $0.path, outputs: SortedSet($0.outputs)) }
    }
}
