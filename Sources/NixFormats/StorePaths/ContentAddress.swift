/// How the content of a store object becomes the bytes that are hashed.
package enum ContentAddressMethod: Hashable, Sendable, CaseIterable {
    /// A file's bytes, with references allowed (derivations, `toFile`).
    case text
    /// A file's bytes, without references.
    case flat
    /// The NAR, called `recursive` or `nar` in derivations.
    case nar

    /// In derivations and path fingerprints: before the algorithm.
    package var prefix: StaticString {
        switch self {
        case .text: "text:"
        case .flat: ""
        case .nar: "r:"
        }
    }

    /// In JSON and in `outputHashMode`.
    package var name: StaticString {
        switch self {
        case .text: "text"
        case .flat: "flat"
        case .nar: "nar"
        }
    }

    /// Removes a method's prefix from the front of `text`; without one it is `flat`.
    package static func removePrefix(from text: inout ArraySlice<UInt8>) -> ContentAddressMethod {
        for method in [ContentAddressMethod.nar, .text] where text.starts(with: method.prefix.bytes) {
            text = text.dropFirst(method.prefix.utf8CodeUnitCount)
            return method
        }
        return .flat
    }
}

/// What the content of a store object must be: the `CA` field of narinfo and database, the output of a
/// fixed-output derivation.
package struct ContentAddress: Hashable, Sendable {
    package let method: ContentAddressMethod
    package let hash: NixHash

    package init(method: ContentAddressMethod, hash: NixHash) {
        self.method = method
        self.hash = hash
    }

    /// Parses `text:sha256:…`, `fixed:sha256:…`, `fixed:r:sha256:…`.
    package init(parsing text: ByteString) throws(FormatError) {
        guard let colon = text.bytes.firstIndex(of: UInt8(ascii: ":")) else {
            throw FormatError(
                .contentAddress,
                "not a content address because it is not in the form '<prefix>:<rest>': \(text)")
        }
        var rest = text.bytes[(colon + 1)...]
        switch ByteString(text.bytes[..<colon]) {
        case "text": method = .text
        case "fixed":
            if rest.starts(with: ContentAddressMethod.nar.prefix.bytes) {
                rest = rest.dropFirst(2)
                method = .nar
            } else {
                method = .flat
            }
        case let prefix:
            throw FormatError(
                .contentAddress,
                "content address prefix '\(prefix)' is unrecognized. Recogonized prefixes are 'text' or 'fixed'")
        }
        guard let end = rest.firstIndex(of: UInt8(ascii: ":")) else {
            throw FormatError(
                .contentAddress, "content address hash must be in form '<algo>:<hash>', but found: \(text)")
        }
        let algorithm = try HashAlgorithm(parsing: rest[..<end], features: HashAlgorithm.everyFeature)
        hash = try NixHash(parsingUnprefixed: rest[(end + 1)...], algorithm)
    }

    /// `fixed:r:sha256:<base 32>` and the like.
    package func printed() -> ByteString {
        var output: [UInt8] = []
        switch method {
        case .text: output.append("text:")
        case .flat: output.append("fixed:")
        case .nar: output.append("fixed:r:")
        }
        hash.append(.nix32, withAlgorithm: true, to: &output)
        return ByteString(output)
    }
}

extension ContentAddress: CustomStringConvertible {
    package var description: String { printed().description }
}
