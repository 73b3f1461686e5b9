/// Bytes that are not what a format allows, or values that a format cannot express.
package struct FormatError: Error, Hashable, Sendable {
    /// Which format refused.
    package enum Kind: Hashable, Sendable {
        case hash, storePath, contentAddress, derivation, nar, narInfo, signature, json, compression
    }

    package let kind: Kind
    /// Nix's words where Nix has any: lower case, no full stop, may span lines.
    package let message: String
    /// Whether Nix counts it as a misuse of the program, after which it points to `--help`.
    package let isUsage: Bool

    package init(_ kind: Kind, _ message: String, isUsage: Bool = false) {
        self.kind = kind
        self.message = message
        self.isUsage = isUsage
    }
}

extension FormatError: CustomStringConvertible {
    package var description: String { message }
}
