/// The hash functions that Nix knows.
package enum HashAlgorithm: UInt8, Hashable, Sendable, CaseIterable {
    case md5, sha1, sha256, sha512
    /// Behind the experimental feature `blake3-hashes` where people name it.
    case blake3

    /// The experimental features that algorithms belong to: for what Nix itself wrote.
    package static let everyFeature: Set<String> = ["blake3-hashes"]

    /// As written in hashes and derivations.
    package var name: StaticString {
        switch self {
        case .md5: "md5"
        case .sha1: "sha1"
        case .sha256: "sha256"
        case .sha512: "sha512"
        case .blake3: "blake3"
        }
    }

    /// Bytes in a digest.
    package var digestSize: Int {
        switch self {
        case .md5: 16
        case .sha1: 20
        case .sha256: 32
        case .sha512: 64
        case .blake3: 32
        }
    }

    /// The algorithm called `name`, if it is one of ours, whatever feature it belongs to.
    private init?(named name: some Collection<UInt8>) {
        switch ByteString(name) {
        case "blake3": self = .blake3
        case "md5": self = .md5
        case "sha1": self = .sha1
        case "sha256": self = .sha256
        case "sha512": self = .sha512
        default: return nil
        }
    }

    /// The algorithm called `name`, nil where there is none; one whose feature is not on is an error in Nix's words.
    ///
    /// - Parameter features: the experimental features that are on.
    package static func named(
        _ name: some Collection<UInt8>, features: Set<String>
    ) throws(FormatError) -> HashAlgorithm? {
        guard let algorithm = HashAlgorithm(named: name) else { return nil }
        guard algorithm != .blake3 || features.contains("blake3-hashes") else {
            throw FormatError(
                .hash,
                "experimental Nix feature 'blake3-hashes' is disabled; add '--extra-experimental-features blake3-hashes' to enable it"
            )
        }
        return algorithm
    }

    /// The algorithm called `name`; an unknown one is an error in Nix's words.
    ///
    /// - Parameter features: the experimental features that are on.
    package init(parsing name: some Collection<UInt8>, features: Set<String> = []) throws(FormatError) {
        guard let algorithm = try Self.named(name, features: features) else {
            throw FormatError(
                .hash,
                "unknown hash algorithm '\(ByteString(name))', expect 'blake3', 'md5', 'sha1', 'sha256', or 'sha512'",
                isUsage: true)
        }
        self = algorithm
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
