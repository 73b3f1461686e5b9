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
        text(of: downstreamHash(of: path, output: output))
    }

    /// The same for an output that is reached by a way: `[a, b]` is output `b` of the derivation that output `a` holds.
    ///
    /// `/` and the base 32 of the SHA-256 of `nix-computed-output:<hash of the way so far, folded to 20 bytes>:<output>`. The
    /// way is not empty.
    package static func downstream(of path: StorePath, way: [ByteString]) -> ByteString {
        var hash = downstreamHash(of: path, output: way[0])
        for output in way.dropFirst() {
            var text: [UInt8] = []
            text.append("nix-computed-output:")
            text.append(contentsOf: hash.compressed(to: 20).nix32.bytes)
            text.append(":")
            text.append(contentsOf: output.bytes)
            hash = Digester.sha256(text)
        }
        return text(of: hash)
    }

    private static func text(of hash: NixHash) -> ByteString {
        ByteString([UInt8(ascii: "/")] + hash.nix32.bytes)
    }

    private static func downstreamHash(of path: StorePath, output: ByteString) -> NixHash {
        var text: [UInt8] = []
        text.append("nix-upstream-output:")
        text.append(contentsOf: path.hashPart)
        text.append(":")
        let name = ByteString(path.name.dropLast(path.isDerivation ? 4 : 0))
        text.append(contentsOf: StoreDirectory.outputName(output, derivationName: name).bytes)
        return Digester.sha256(text)
    }
}
