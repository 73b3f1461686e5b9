/// What stands for a derivation where another derivation that depends on it is hashed.
///
/// A fixed output counts by its content and path, not by how it is fetched; everything else by the hash of its own
/// file with input derivations replaced likewise. So changing a URL does not change the paths of what depends on it.
package enum HashModulo: Hashable, Sendable {
    /// An input-addressed derivation.
    case derivation(NixHash)
    /// A fixed-output derivation: a hash per output.
    case fixedOutputs(SortedMap<ByteString, NixHash>)
    /// Not known before something has been built: floating, impure, or depending on such.
    case deferred
}

/// Computes hashes modulo fixed outputs, and remembers them by derivation path.
///
/// The caller owns it: one for each evaluation or store. Source: "Derivation output paths" in the Nix manual.
package struct DerivationHasher {
    package let store: StoreDirectory
    /// What is known; a derivation path determines its hash modulo for ever.
    package private(set) var memo: [StorePath: HashModulo] = [:]

    /// Reads the derivation file at a store path.
    package typealias Load = (StorePath) throws(FormatError) -> Derivation

    package init(store: StoreDirectory) {
        self.store = store
    }

    /// What stands for the derivation at `path` in those that depend on it.
    ///
    /// `load` is asked for those not in the memo.
    ///
    /// Works without recursion: dependencies may be nested as deep as memory allows.
    package mutating func hashModulo(of path: StorePath, load: Load) throws(FormatError) -> HashModulo {
        if let known = memo[path] { return known }
        try resolve(path, load: load)
        return memo[path] ?? .deferred
    }

    /// Remembers the hash of `derivation`, whose outputs are final, under its own path, so that `load` need not be asked.
    @discardableResult
    package mutating func record(
        _ derivation: Derivation, at path: StorePath, load: Load
    ) throws(FormatError) -> HashModulo {
        if let known = memo[path] { return known }
        for input in derivation.inputDerivations { _ = try hashModulo(of: input.key, load: load) }
        let hash = try hashFromMemo(of: derivation)
        memo[path] = hash
        return hash
    }

    /// Fills in outputs: deferred ones whose path can now be computed become input-addressed, and the environment
    /// variable of each output whose path is known is set if it is missing or empty.
    ///
    /// Throws if the derivation mixes kinds of outputs as Nix does not allow, or if names are not valid.
    package mutating func fillInOutputPaths(
        of derivation: inout Derivation, load: Load
    ) throws(FormatError) {
        try DerivationValidation.checkOutputs(derivation)
        var hash: NixHash?
        if derivation.outputs.contains(where: { $0.value == .deferred }) {
            hash = try outputHash(of: derivation, load: load)
        }
        let name = derivation.name
        for output in derivation.outputs {
            var path: StorePath?
            if output.value == .deferred, let hash {
                let computed = try store.outputPath(output: output.key, hash: hash, derivationName: name)
                derivation.outputs[output.key] = .inputAddressed(computed)
                path = computed
            } else {
                path = try output.value.path(output: output.key, derivationName: name, in: store)
            }
            if let path, derivation.environment[output.key]?.isEmpty ?? true {
                derivation.environment[output.key] = store.print(path)
            }
        }
    }

    /// The hash that the paths of input-addressed outputs follow from, with those paths themselves left out; nil if
    /// it depends on what is not built yet.
    package mutating func outputHash(of derivation: Derivation, load: Load) throws(FormatError) -> NixHash? {
        for input in derivation.inputDerivations { _ = try hashModulo(of: input.key, load: load) }
        return try hash(derivation, maskingOutputs: true)
    }

    /// Depth first with a stack of our own; a path met again while it is being worked on can only be a cycle.
    private mutating func resolve(_ path: StorePath, load: Load) throws(FormatError) {
        var stack: [(path: StorePath, derivation: Derivation, next: Int)] = []
        var active: Set<StorePath> = [path]
        stack.append((path, try load(path), 0))
        while let top = stack.last {
            if top.next < top.derivation.inputDerivations.count {
                stack[stack.count - 1].next += 1
                let input = top.derivation.inputDerivations[top.next].key
                if memo[input] != nil { continue }
                guard active.insert(input).inserted else {
                    throw FormatError(.derivation, "derivation '\(store.print(input))' depends on itself")
                }
                stack.append((input, try load(input), 0))
            } else {
                memo[top.path] = try hashFromMemo(of: top.derivation)
                active.remove(top.path)
                stack.removeLast()
            }
        }
    }

    /// The hash modulo of a derivation all of whose inputs are in the memo.
    private func hashFromMemo(of derivation: Derivation) throws(FormatError) -> HashModulo {
        if let address = derivation.fixedOutput { return .fixedOutputs(["out": try hash(of: address, derivation)]) }
        for output in derivation.outputs {
            guard case .inputAddressed = output.value else { return .deferred }
        }
        guard let hash = try hash(derivation, maskingOutputs: false) else { return .deferred }
        return .derivation(hash)
    }

    /// The SHA-256 of `fixed:out:<method><algorithm>:<hex>:<path>`.
    private func hash(of address: ContentAddress, _ derivation: Derivation) throws(FormatError) -> NixHash {
        var text: [UInt8] = []
        text.append("fixed:out:")
        text.append(address.method.prefix)
        address.hash.append(.base16, withAlgorithm: true, to: &text)
        text.append(":")
        store.append(try store.fixedOutputPath(name: derivation.name.bytes, address: address), to: &text)
        return Digester.sha256(text)
    }

    private func hash(_ derivation: Derivation, maskingOutputs: Bool) throws(FormatError) -> NixHash? {
        var inputs = SortedMap<ByteString, SortedSet<ByteString>>()
        for input in derivation.inputDerivations {
            switch memo[input.key] {
            case .derivation(let hash):
                var outputs = inputs[hash.base16] ?? []
                outputs.formUnion(input.value)
                inputs[hash.base16] = outputs
            case .fixedOutputs(let hashes):
                for output in input.value {
                    guard let hash = hashes[output] else {
                        throw FormatError(
                            .derivation, "no hash for output '\(output)' of derivation '\(derivation.name)'")
                    }
                    inputs[hash.base16] = ["out"]
                }
            case .deferred, nil: return nil
            }
        }
        return Digester.sha256(
            try ATermWriter.writeModulo(derivation, inputs: inputs, maskingOutputs: maskingOutputs, store: store))
    }
}
