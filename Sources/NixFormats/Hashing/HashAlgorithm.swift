/// The hash functions that Nix knows and this program computes.
///
/// BLAKE3, which Nix has behind an experimental feature, is refused by name.
package enum HashAlgorithm: UInt8, Hashable, Sendable, CaseIterable {
    case md5, sha1, sha256, sha512

    /// As written in hashes and derivations.
    package var name: StaticString {
        switch self {
        case .md5: "md5"
        case .sha1: "sha1"
        case .sha256: "sha256"
        case .sha512: "sha512"
        }
    }

    /// Bytes in a digest.
    package var digestSize: Int {
        switch self {
        case .md5: 16
        case .sha1: 20
        case .sha256: 32
        case .sha512: 64
        }
    }

    /// The algorithm called `name`, if it is one of ours.
    package init?(named name: some Collection<UInt8>) {
        for algorithm in Self.allCases where name.elementsEqual(algorithm.name.bytes) {
            self = algorithm
            return
        }
        return nil
    }

    /// The algorithm called `name`; an unknown one is an error in Nix's words.
    package init(parsing name: some Collection<UInt8>) throws(FormatError) {
        if let algorithm = HashAlgorithm(named: name) {
            self = algorithm
        } else if name.elementsEqual("blake3".utf8) {
            throw FormatError(
                .hash,
                "experimental Nix feature 'blake3-hashes' is disabled; add '--extra-experimental-features blake3-hashes' to enable it"
            )
        } else {
            throw FormatError(
                .hash,
                "unknown hash algorithm '\(ByteString(name))', expect 'blake3', 'md5', 'sha1', 'sha256', or 'sha512'",
                isUsage: true)
        }
    }
}

extension HashAlgorithm: CustomStringConvertible {
    package var description: String { name.description }
}

extension StaticString {
    /// The UTF-8 bytes; the literal must not be a single scalar.
    var bytes: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
    }
}
