/// What stands for a derivation where another derivation that depends on it is hashed.
///
/// A fixed output counts by its content and path, not by how it is fetched; everything else by the hash of its own
/// file with input derivations replaced likewise. So changing a URL does not change the paths of what depends on it.
package enum HashModulo: Hashable, Sendable {
    /// An input-addressed derivation.
    case derivation(NixHash)
    /// A fixed-output derivation, whose only output is `out`.
    case fixedOutput(NixHash)
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

    /// Gives the outputs of a derivation their paths and variables, makes its file, and remembers its hash.
    ///
    /// Outputs that are deferred become input-addressed if what they depend on is known, and the environment variable of each
    /// output whose path is known is set if it is missing or empty.
    ///
    /// Throws if the derivation mixes kinds of outputs as Nix does not allow, or if names are not valid.
    package mutating func finish(
        _ text: DerivationText, load: Load
    ) throws(FormatError) -> DerivationFile {
        try DerivationValidation.checkOutputs(text.outputs.lazy.map { ($0.name, $0.value) })
        var scratch = TextBuffer(capacity: 4096)
        var inputs = TextBuffer()
        var isKnown = false
        let isDeferred = text.outputs.contains { $0.value == .deferred }
        // In an evaluation all inputs are in the memo: they have gone through here.
        if isDeferred { isKnown = try writeInputs(of: text, to: &inputs) }
        if text.isHashedByInputs, !isKnown {
            for input in text.inputDerivations { _ = try hashModulo(of: input.key, load: load) }
            inputs.removeAll()
            if isDeferred { isKnown = try writeInputs(of: text, to: &inputs) }
        }
        if isDeferred {
            if isKnown {
                text.write(.modulo(masksOutputs: true), inputs: inputs, to: &scratch)
                let hash = scratch.sha256()
                for index in text.outputs.indices {
                    let path = try store.outputPath(
                        output: text.outputs[index].name, hash: hash, derivationName: text.name)
                    text.setPath(path, ofOutput: index)
                }
            }
        }
        text.fillInVariables()
        scratch.removeAll()
        text.write(.file, inputs: inputs, to: &scratch)
        let contents = scratch.copy()
        let references = text.references
        let path = try store.textPath(
            name: text.name.bytes + Array(".drv".utf8), hash: scratch.sha256(), references: references)
        if memo[path] == nil {
            if isKnown {
                scratch.removeAll()
                text.write(.modulo(masksOutputs: false), inputs: inputs, to: &scratch)
                memo[path] = .derivation(scratch.sha256())
            } else {
                memo[path] = try hashFromMemo(of: text)
            }
        }
        return DerivationFile(path: path, contents: contents, references: references)
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
                memo[top.path] = try hashFromMemo(of: DerivationText(top.derivation, store: store))
                active.remove(top.path)
                stack.removeLast()
            }
        }
    }

    /// The hash modulo of a derivation all of whose inputs are in the memo.
    private func hashFromMemo(of text: DerivationText) throws(FormatError) -> HashModulo {
        if text.outputs.count == 1, text.outputs[0].name == "out", case .fixed(let address) = text.outputs[0].value {
            return .fixedOutput(hash(of: address, path: text.outputs[0].path))
        }
        for output in text.outputs {
            guard case .inputAddressed = output.value else { return .deferred }
        }
        var inputs = TextBuffer()
        guard try writeInputs(of: text, to: &inputs) else { return .deferred }
        var whole = TextBuffer(capacity: 4096)
        text.write(.modulo(masksOutputs: false), inputs: inputs, to: &whole)
        return .derivation(whole.sha256())
    }

    /// The SHA-256 of `fixed:out:<method><algorithm>:<hex>:<path>`.
    private func hash(of address: ContentAddress, path: StorePath?) -> NixHash {
        var text = TextBuffer(capacity: 256)
        text.append("fixed:out:")
        text.append(address.method.prefix)
        text.append(address.hash.algorithm.name)
        text.append(":")
        text.appendBase16(address.hash.bytes)
        text.append(":")
        if let path { text.append(path, in: store) }
        return text.sha256()
    }

    /// The input derivations by hash, in the order of the hashes, those of one hash made one; false if one is not known yet.
    ///
    /// Dynamic inputs count only by what holds them, as in Nix: whether that is known.
    private func writeInputs(of text: DerivationText, to list: inout TextBuffer) throws(FormatError) -> Bool {
        var inputs: [(hash: NixHash, outputs: SortedSet<ByteString>)] = []
        inputs.reserveCapacity(text.inputDerivations.count)
        let out: SortedSet<ByteString> = ["out"]
        for input in text.inputDerivations {
            switch memo[input.key] {
            case .derivation(let hash): if !input.value.isEmpty { inputs.append((hash, input.value)) }
            case .fixedOutput(let hash):
                for output in input.value where output != "out" {
                    throw FormatError(.derivation, "no hash for output '\(output)' of derivation '\(text.name)'")
                }
                if !input.value.isEmpty { inputs.append((hash, out)) }
            case .deferred, nil: return false
            }
        }
        // Hashes hardly ever begin with the same eight bytes.
        var order = inputs.indices.map { (start: inputs[$0].hash.sortKey, index: $0) }
        order.sort { left, right in
            left.start != right.start
                ? left.start < right.start : inputs[left.index].hash < inputs[right.index].hash
        }
        var index = 0
        while index < inputs.count {
            let (hash, first) = inputs[order[index].index]
            list.append(index == 0 ? "(\"" : ",(\"")
            list.appendBase16(hash.bytes)
            list.append("\",")
            var outputs = first
            index += 1
            while index < inputs.count, inputs[order[index].index].hash == hash {
                outputs.formUnion(inputs[order[index].index].outputs)
                index += 1
            }
            DerivationText.write(outputs, to: &list)
            list.append(")")
        }
        return true
    }
}
