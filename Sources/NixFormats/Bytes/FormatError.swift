/// Bytes that are not what a format allows, or values that a format cannot express.
package struct FormatError: Error, Hashable, Sendable {
    /// Which format refused.
    package enum Kind: Hashable, Sendable {
        case hash, storePath, contentAddress, derivation, nar, narInfo, signature, json
    }

    package let kind: Kind
    /// Nix's words where Nix has any: lower case, no full stop, may span lines.
    package let message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}

extension FormatError: CustomStringConvertible {
    package var description: String { message }
}
