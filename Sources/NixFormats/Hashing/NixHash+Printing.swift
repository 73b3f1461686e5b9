/// How the bytes of a hash are spelled.
package enum HashFormat: Hashable, Sendable, CaseIterable {
    case base16, nix32, base64
    /// Subresource integrity, `sha256-<base 64>`: always with the algorithm.
    case sri

    /// The name in `--to-format`, `convertHash` and messages.
    package var name: StaticString {
        switch self {
        case .base16: "base16"
        case .nix32: "nix32"
        case .base64: "base64"
        case .sri: "sri"
        }
    }

    /// The format called `name`; `base32`, which Nix warns about, is the old name of `nix32`.
    package init(parsing name: some Collection<UInt8>) throws(FormatError) {
        for format in Self.allCases where name.elementsEqual(format.name.bytes) {
            self = format
            return
        }
        guard name.elementsEqual("base32".utf8) else {
            throw FormatError(
                .hash,
                "unknown hash format '\(ByteString(name))', expect 'base16', 'base32', 'base64', or 'sri'",
                isUsage: true)
        }
        self = .nix32
    }
}

extension NixHash: CustomStringConvertible {
    /// Appends the hash as `format` spells it, `algorithm:` in front if asked for (SRI always has its own prefix).
    package func append(_ format: HashFormat, withAlgorithm: Bool, to output: inout [UInt8]) {
        if format == .sri {
            output.append(algorithm.name)
            output.append(UInt8(ascii: "-"))
        } else if withAlgorithm {
            output.append(algorithm.name)
            output.append(UInt8(ascii: ":"))
        }
        bytes.withUnsafeBytes { bytes in
            switch format {
            case .base16: Base16.append(bytes, to: &output)
            case .nix32: NixBase32.append(bytes, to: &output)
            case .base64, .sri: Base64.append(bytes, to: &output)
            }
        }
    }

    package func printed(_ format: HashFormat, withAlgorithm: Bool) -> ByteString {
        var output: [UInt8] = []
        output.reserveCapacity(8 + bytes.count * 2)
        append(format, withAlgorithm: withAlgorithm, to: &output)
        return ByteString(output)
    }

    /// `sha256-<base 64>`.
    package var sri: ByteString { printed(.sri, withAlgorithm: true) }

    /// Hexadecimal without algorithm.
    package var base16: ByteString { printed(.base16, withAlgorithm: false) }

    /// Nix's base 32 without algorithm.
    package var nix32: ByteString { printed(.nix32, withAlgorithm: false) }

    package var description: String { sri.description }
}
