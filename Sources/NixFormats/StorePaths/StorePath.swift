/// The name of a store object: 32 base-32 characters of hash, a dash, a name.
///
/// The store directory is not part of it.
///
/// Ordered bytewise, as derivations and fingerprints list references.
package struct StorePath: Hashable, Sendable {
    /// `<hash part>-<name>`, which is also the file name in the store directory.
    package let baseName: ByteString

    /// Characters of the hash part, 20 bytes in base 32.
    package static let hashPartCount = 32

    /// Parses a base name.
    package init(baseName: ByteString) throws(FormatError) {
        try self.init(baseName: baseName.bytes[...])
    }

    package init(baseName: ArraySlice<UInt8>) throws(FormatError) {
        var text: ByteString { ByteString(baseName) }
        guard baseName.count > Self.hashPartCount else {
            throw FormatError(.storePath, "'\(text)' is too short to be a valid store path")
        }
        guard baseName[baseName.startIndex + Self.hashPartCount] == UInt8(ascii: "-") else {
            throw FormatError(
                .storePath, "'\(text)' can't name a store path because the hash part is not followed by a '-'")
        }
        for character in baseName.prefix(Self.hashPartCount) where !NixBase32.isDigit(character) {
            throw FormatError(
                .storePath,
                "store path '\(text)' contains illegal base-32 character '\(ByteString([character]))'")
        }
        try Self.validate(name: baseName.dropFirst(Self.hashPartCount + 1), of: baseName)
        self.baseName = ByteString(baseName)
    }

    /// The path with `hash`, of 20 bytes, as its hash part.
    package init(hash: NixHash, name: [UInt8]) throws(FormatError) {
        precondition(hash.bytes.count == 20, "a store path's hash part has 20 bytes")
        var baseName: [UInt8] = []
        baseName.reserveCapacity(Self.hashPartCount + 1 + name.count)
        hash.append(.nix32, withAlgorithm: false, to: &baseName)
        baseName.append(UInt8(ascii: "-"))
        baseName.append(contentsOf: name)
        try Self.validate(name: name[...], of: baseName[...])
        self.baseName = ByteString(baseName)
    }

    /// The 32 characters before the dash.
    package var hashPart: ArraySlice<UInt8> { baseName.bytes.prefix(Self.hashPartCount) }

    /// What follows the dash.
    package var name: ArraySlice<UInt8> { baseName.bytes.dropFirst(Self.hashPartCount + 1) }

    /// Whether the name ends in `.drv`.
    package var isDerivation: Bool { baseName.hasSuffix(".drv") }

    private static func validate(
        name: ArraySlice<UInt8>, of baseName: ArraySlice<UInt8>
    ) throws(FormatError) {
        if let problem = StorePathName.problem(in: name) {
            throw FormatError(.storePath, "path '\(ByteString(baseName))' is not a valid store path: \(problem)")
        }
    }
}

extension StorePath {
    /// The first eight bytes as a number, the first of them the highest: paths whose numbers differ are in the order of the numbers.
    package var sortKey: UInt64 {
        UInt64(bigEndian: baseName.bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) })
    }

    /// Half of the hash part is as good as the whole name.
    package func hash(into hasher: inout Hasher) {
        baseName.bytes.withUnsafeBytes { bytes in
            hasher.combine(bytes.loadUnaligned(as: UInt64.self))
            hasher.combine(bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
    }
}

extension StorePath: Comparable {
    package static func < (left: StorePath, right: StorePath) -> Bool {
        left.baseName < right.baseName
    }
}

extension StorePath: CustomStringConvertible {
    package var description: String { baseName.description }
}
