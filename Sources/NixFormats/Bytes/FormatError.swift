/// Bytes that are not what a format allows, or values that a format cannot express.
package struct FormatError: Error, Hashable, Sendable {
    /// Which format refused.
    package enum Kind: Hashable, Sendable {
        case hash, storePath, contentAddress, derivation, nar, narInfo, signature, json
    }

    package let kind: Kind
    /// Nix's words where Nix has any: lower case, no full stop, may span lines.
    package let message: String
    /// What was being done, innermost first (`while decoding …`).
    package let trace: [String]

    package init(_ kind: Kind, _ message: String, trace: [String] = []) {
        self.kind = kind
        self.message = message
        self.trace = trace
    }

    /// The same error with one more frame of what was being done.
    package func adding(trace frame: String) -> FormatError {
        FormatError(kind, message, trace: trace + [frame])
    }
}

extension FormatError: CustomStringConvertible {
    package var description: String { message }
}
