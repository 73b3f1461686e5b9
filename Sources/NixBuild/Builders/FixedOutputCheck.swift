import NixFetch
import NixFormats
import NixStore

/// The last step of a fixed-output derivation: what was got enters the store under its own hash, and is compared with what was
/// specified.
///
/// That the wrong output is registered too is what makes a corrected hash cost nothing (the Nix manual, "Fixed-output
/// derivations", does not say so; Nix does it).
struct FixedOutputCheck {
    let store: LocalStore
    let step: BuildPlan.Step
    let specified: ContentAddress
    let output: (name: ByteString, path: StorePath)

    /// - Throws: `BuildFailure` of kind `miscellaneous` where the derivation has no fixed output.
    init(_ step: BuildPlan.Step, in store: LocalStore) throws(BuildFailure) {
        guard let specified = step.derivation.fixedOutput, let output = step.outputs.first else {
            let builder = step.derivation.builder
            throw BuildFailure(.permanent, "'\(builder)' must be a fixed-output or impure derivation")
        }
        self.store = store
        self.step = step
        self.specified = specified
        self.output = output
    }

    /// Registers the tree at `path`, in a staging folder, and compares.
    ///
    /// - Parameters:
    ///   - candidates: paths that the tree must not mention.
    ///   - known: the tree's digests, where the fetch computed them on the way.
    ///   - hint: a further line for the report of a mismatch.
    func accept(
        _ path: RealPath, candidates: [StorePath] = [], known: TreeDigests? = nil, hint: String? = nil
    ) throws(BuildFailure) {
        let staged = try BuildFailure.ofStore { () throws(StoreError) in
            try store.examine(
                path, method: specified.method, algorithm: specified.hash.algorithm, candidates: candidates,
                known: known)
        }
        guard staged.references.isEmpty else {
            throw BuildFailure(
                .miscellaneous,
                lines: [
                    "fixed output derivation '\(step.derivation.name)' is not allowed to refer to other store paths.",
                    "You may need to use the 'unsafeDiscardReferences' derivation attribute, see the manual for more details.",
                ])
        }
        try accept(staged, hint: hint)
    }

    /// The digests that the store needs, from those of a fetch: the NAR's, and for a flat hash that of the file.
    ///
    /// Nil where the fetch did not compute the one that is asked for.
    func digests(nar: NARSummary, file: FetchedFile? = nil) -> TreeDigests? {
        let candidates = specified.method == .nar ? [nar.hash] : [file?.sha256, file?.hash].compactMap { $0 }
        guard let content = candidates.first(where: { $0.algorithm == specified.hash.algorithm }) else { return nil }
        return TreeDigests(nar: PathDigest(hash: nar.hash, size: nar.size), content: content)
    }

    /// The same for a tree that was examined already.
    func accept(_ staged: StagedTree, hint: String? = nil) throws(BuildFailure) {
        let info = try BuildFailure.ofStore { () throws(StoreError) in
            try store.addFixedOutput(
                staged, name: ByteString(output.path.name), deriver: step.path, locked: [output.path])
        }
        guard info.path == output.path else {
            throw BuildFailure.hashMismatch(
                store.layout.storeDirectory.print(step.path).description, specified: specified.hash,
                got: staged.address.hash, hint: hint)
        }
    }
}
