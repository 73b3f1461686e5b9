package import NixFormats
import NixStore

/// Why a derivation could not be built, in Nix's words, and how the older commands' exit codes tell it.
///
/// Messages are those of Nix 2.34 as they are before printing, which indents all lines but the first by the width of `error: `.
package struct BuildFailure: Error, Sendable {
    /// What the exit codes of `nix-build` and `nix-store` tell apart.
    package enum Kind: Sendable, Equatable {
        /// A builder failed.
        case permanent
        /// The builder of a fixed output failed, or an object could not be fetched from a binary cache, which may be the network's
        /// fault.
        case transient
        /// A build took too long.
        case timedOut
        /// A fixed output has another hash.
        case hashMismatch
        /// A second build gave another result.
        case notDeterministic
        /// Anything that is no fault of a build: a store that cannot be written, a missing output.
        case miscellaneous
        /// The user or a failed sibling stopped it.
        case cancelled
    }

    package var kind: Kind
    package var message: String
    /// The hash of what was fetched, where it is another than the one that was specified.
    package var got: NixHash?

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// The same with the message in lines.
    package init(_ kind: Kind, lines: [String]) {
        self.init(kind, lines.joined(separator: "\n"))
    }
}

extension BuildFailure {
    /// Runs what the store does; its errors are no fault of a build.
    static func ofStore<Result>(_ body: () throws(StoreError) -> Result) throws(BuildFailure) -> Result {
        do throws(StoreError) {
            return try body()
        } catch {
            throw BuildFailure(.miscellaneous, error.message)
        }
    }

    /// The user or a failed sibling stopped it.
    static let interrupted = BuildFailure(.cancelled, "interrupted")

    /// `Cannot build '…'.` with a reason, the output paths, and the end of the log where there is one.
    package static func cannotBuild(
        _ derivation: String, reason: [String], outputs: [String], log: [String] = [], kind: Kind = .permanent
    ) -> BuildFailure {
        var lines = ["Cannot build '\(derivation)'."] + reason
        if !outputs.isEmpty { lines += ["Output paths:"] + outputs.map { "  \($0)" } }
        if !log.isEmpty {
            lines.append("Last \(log.count) log lines:")
            lines += log.map { $0.isEmpty ? ">" : "> \($0)" }
            lines += ["For full logs, run:", "  nix log \(derivation)"]
        }
        return BuildFailure(kind, lines: lines)
    }

    /// The failure of what waits for failed derivations.
    package static func dependenciesFailed(_ derivation: String, count: Int, outputs: [String]) -> BuildFailure {
        let reason = count == 1 ? "1 dependency failed." : "\(count) dependencies failed."
        // The exit code tells what became of those that failed first.
        return cannotBuild(
            derivation, reason: ["Reason: \(reason)"], outputs: outputs, kind: .miscellaneous)
    }

    /// No binary cache has an object that nothing else can make.
    static func noSubstituter(_ storeDirectory: StoreDirectory, _ path: StorePath) -> BuildFailure {
        let printed = storeDirectory.print(path)
        return BuildFailure(
            .transient,
            path.isDerivation
                ? "failed to obtain derivation of '\(printed)'"
                : "path '\(printed)' is required, but there is no substituter that can build it")
    }

    /// What an object refers to cannot be had.
    static func referencesMissing(_ storeDirectory: StoreDirectory, _ path: StorePath) -> BuildFailure {
        BuildFailure(
            .transient, "some references of path '\(storeDirectory.print(path))' could not be realised")
    }

    /// The outputs of a derivation could not be fetched, and nobody said to build it then.
    static func substitutesFailed(_ storeDirectory: StoreDirectory, _ path: StorePath) -> BuildFailure {
        BuildFailure(
            .transient,
            "some substitutes for the outputs of derivation '\(storeDirectory.print(path))' failed (usually happens due to networking issues); try '--fallback' to build derivation from source"
        )
    }

    /// The mismatch of a fixed output, to the byte.
    package static func hashMismatch(_ derivation: String, specified: NixHash, got: NixHash, hint: String? = nil)
        -> BuildFailure
    {
        var message =
            "hash mismatch in fixed-output derivation '\(derivation)':\n"
            + "  specified: \(specified.sri)\n     got:    \(got.sri)"
        if let hint { message += "\nhint: \(hint)" }
        var failure = BuildFailure(.hashMismatch, message)
        failure.got = got
        return failure
    }

    /// `builder for '…' failed to produce output path …`.
    package static func missingOutput(_ derivation: String, output: String, path: String) -> BuildFailure {
        BuildFailure(
            .miscellaneous,
            "builder for '\(derivation)' failed to produce output path for output '\(output)' at \"\(path)\"")
    }
}

/// The exit codes of `nix-build` and `nix-store --realise`: 1 for what is no build failure, else bits beside 96.
package enum BuildExitCode {
    /// The exit code of `nix-build` for builds that failed in these ways.
    package static func legacy(_ kinds: some Sequence<BuildFailure.Kind>) -> Int32 {
        var bits: Int32 = 0
        for kind in kinds {
            switch kind {
            case .permanent: bits |= 4
            case .timedOut: bits |= 4 | 1
            case .hashMismatch: bits |= 4 | 2
            case .notDeterministic: bits |= 8
            case .transient, .miscellaneous, .cancelled: break
            }
        }
        return bits == 0 ? 1 : 96 | bits
    }
}
