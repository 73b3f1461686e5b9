/// What stands in a derivation for the path of its own output before it is known.
package enum OutputPlaceholder {
    /// `/` and the base 32 of the SHA-256 of `nix-output:<output>`: `builtins.placeholder`.
    package static func make(output: ByteString) -> ByteString {
        var text: [UInt8] = []
        text.append("nix-output:")
        text.append(contentsOf: output.bytes)
        var placeholder = [UInt8(ascii: "/")]
        Digester.sha256(text).append(.nix32, withAlgorithm: false, to: &placeholder)
        return ByteString(placeholder)
    }
}
