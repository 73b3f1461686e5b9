extension NixHash {
    /// A hash as people write it: SRI, `algorithm:digits`, or bare digits when `expected` says of what algorithm.
    ///
    /// The digits' encoding follows from their number. When both the text and `expected` name an algorithm they
    /// must agree.
    ///
    /// - Parameter features: the experimental features that are on.
    package init(
        parsing text: ByteString, expected: HashAlgorithm? = nil, features: Set<String> = []
    ) throws(FormatError) {
        self = try Self.parse(text, expected: expected, features: features).hash
    }

    /// As `init(parsing:expected:)`, also giving the spelling that was met.
    package static func parse(
        _ text: ByteString, expected: HashAlgorithm?, features: Set<String> = []
    ) throws(FormatError) -> (hash: NixHash, format: HashFormat) {
        let (named, digits, isSRI) = try splitAlgorithm(text, features)
        let algorithm: HashAlgorithm
        switch (named, expected) {
        case (nil, nil):
            throw FormatError(
                .hash, "hash '\(text)' does not include a type, nor is the type otherwise known from context")
        case (let named?, let expected?) where named != expected:
            throw FormatError(.hash, "hash '\(text)' should have type '\(expected)'")
        case (let named?, _): algorithm = named
        case (nil, let expected?): algorithm = expected
        }
        let format = isSRI ? HashFormat.sri : try Self.format(of: digits, algorithm)
        return (try decode(digits, algorithm, format), format)
    }

    /// A hash that must name its algorithm, as `narinfo` files have it.
    package init(parsingPrefixed text: ByteString) throws(FormatError) {
        let (named, digits, isSRI) = try Self.splitAlgorithm(text, HashAlgorithm.everyFeature)
        guard let named else { throw FormatError(.hash, "hash '\(text)' does not include a type") }
        self = try Self.decode(digits, named, isSRI ? .sri : try Self.format(of: digits, named))
    }

    /// An SRI hash and nothing else.
    package init(parsingSRI text: ByteString) throws(FormatError) {
        guard let dash = text.bytes.firstIndex(of: UInt8(ascii: "-")) else {
            throw FormatError(.hash, "hash '\(text)' is not SRI")
        }
        let algorithm = try HashAlgorithm(parsing: text.bytes[..<dash])
        self = try Self.decode(text.bytes[(dash + 1)...], algorithm, .sri)
    }

    /// Bare digits of a known algorithm, as derivations have them.
    package init(parsingUnprefixed digits: ArraySlice<UInt8>, _ algorithm: HashAlgorithm) throws(FormatError) {
        self = try Self.decode(digits, algorithm, try Self.format(of: digits, algorithm))
    }

    /// `outputHash` and the fetchers' hashes: an empty text is the fake hash, about which the caller should warn
    /// (`found empty hash, assuming '…'`) when `wasEmpty`.
    package static func parseAllowingEmpty(
        _ text: ByteString, expected: HashAlgorithm?, features: Set<String> = []
    ) throws(FormatError) -> (hash: NixHash, wasEmpty: Bool) {
        guard text.isEmpty else { return (try NixHash(parsing: text, expected: expected, features: features), false) }
        guard let expected else { throw FormatError(.hash, "empty hash requires explicit hash algorithm") }
        return (.fake(expected), true)
    }

    /// The algorithm before the first `:`, or without one before the first `-`, and the rest.
    private static func splitAlgorithm(
        _ text: ByteString, _ features: Set<String>
    ) throws(FormatError) -> (HashAlgorithm?, ArraySlice<UInt8>, isSRI: Bool) {
        let bytes = text.bytes
        if let colon = bytes.firstIndex(of: UInt8(ascii: ":")) {
            return (try HashAlgorithm(parsing: bytes[..<colon], features: features), bytes[(colon + 1)...], false)
        }
        if let dash = bytes.firstIndex(of: UInt8(ascii: "-")) {
            return (try HashAlgorithm(parsing: bytes[..<dash], features: features), bytes[(dash + 1)...], true)
        }
        return (nil, bytes[...], false)
    }

    private static func format(
        of digits: ArraySlice<UInt8>, _ algorithm: HashAlgorithm
    ) throws(FormatError) -> HashFormat {
        let size = algorithm.digestSize
        switch digits.count {
        case size * 2: return .base16
        case NixBase32.encodedCount(size): return .nix32
        case Base64.encodedCount(size): return .base64
        default:
            throw FormatError(
                .hash, "hash '\(ByteString(digits))' has wrong length for hash algorithm '\(algorithm)'")
        }
    }

    /// Digits with a character outside the alphabet count as empty, as in Nix's messages.
    private static func decode(
        _ digits: ArraySlice<UInt8>, _ algorithm: HashAlgorithm, _ format: HashFormat
    ) throws(FormatError) -> NixHash {
        let (bytes, encoding) =
            switch format {
            case .base16: (Base16.decode(digits), "base16")
            case .nix32: (NixBase32.decode(digits), "nix32")
            case .base64: (Base64.decode(digits), "Base64")
            case .sri: (Base64.decode(digits), "SRI")
            }
        let size = algorithm.digestSize
        guard let bytes, bytes.count == size else {
            throw FormatError(
                .hash,
                "invalid \(encoding) hash '\(ByteString(digits))', length \(bytes?.count ?? 0) != expected length \(size)"
            )
        }
        return NixHash(algorithm, bytes)
    }
}
