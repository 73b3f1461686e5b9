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

    /// What stands in other derivations for an output of the derivation at `path` whose own path is not known yet.
    ///
    /// `/` and the base 32 of the SHA-256 of `nix-upstream-output:<hash part>:<name of the output's path>`.
    package static func downstream(of path: StorePath, output: ByteString) -> ByteString {
        var text: [UInt8] = []
        text.append("nix-upstream-output:")
        text.append(contentsOf: path.hashPart)
        text.append(":")
        let name = ByteString(path.name.dropLast(path.isDerivation ? 4 : 0))
        text.append(contentsOf: StoreDirectory.outputName(output, derivationName: name).bytes)
        return ByteString([UInt8(ascii: "/")] + Digester.sha256(text).nix32.bytes)
    }
}
