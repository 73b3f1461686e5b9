package import NixSyntax

/// How to evaluate.
///
/// Fixed when the evaluator is made.
package struct EvaluationOptions: Sendable {
    /// Experimental parts of the language.
    package var features = ParseOptions.Features()
    package var lints = ParseOptions.Lints()
    /// Names of the experimental features that are on, as `--extra-experimental-features` spells them.
    package var experimentalFeatures: Set<String> = ["flakes", "fetch-tree"]
    /// No environment, no absolute paths, no clock (`--pure-eval`).
    package var isPure = false
    /// Only what the search path and `allowedURIs` reach (`--restrict-eval`).
    package var isRestricted = false
    package var allowedURIs: [String] = []
    /// Whether files may be fetched or built while evaluating (`allow-import-from-derivation`).
    package var allowsImportFromDerivation = true
    /// Function calls are traced, and errors printed with all their frames (`--show-trace`).
    package var showsTrace = false
    /// `traceVerbose` prints (`--trace-verbose`).
    package var tracesVerbosely = false
    /// `abort` on `builtins.warn` (`--option abort-on-warn true`).
    package var abortsOnWarning = false
    /// Makes a thunk wherever Nix does, for printing values that are not fully evaluated.
    package var isExactlyLazy = false
    package var maximumCallDepth = 10_000
    /// The first depth that a call may not begin at.
    var refusedCallDepth: Int { maximumCallDepth < .max ? maximumCallDepth + 1 : .max }
    /// Search path entries: (prefix, value), as in `NIX_PATH` and `-I`.
    package var searchPath: [(prefix: String, path: String)] = []
    /// Bytes of heap before the first collection.
    package var heapThreshold = 384 << 20
    /// Bytes of heap above which memory is said to be exhausted.
    package var maximumHeap = Int.max
    /// A collection every so many allocations, with poisoning; 0 is off.
    ///
    /// For tests.
    package var collectorStress = 0

    package init() {}
}
