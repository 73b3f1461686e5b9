import NixFormats

/// The file that stands for a large one in a Git repository.
///
/// https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
package struct LFSPointer: Sendable, Equatable {
    /// The content's SHA-256.
    let hash: NixHash
    /// The content's bytes.
    let size: Int64
    /// Programs that changed the content on its way in, by name, and would have to change it back (`ext-0-name`).
    let extensions: [String]

    /// A larger blob is no pointer.
    static let longest = 1024

    private static let versions: Set<String> = [
        "https://git-lfs.github.com/spec/v1", "https://hawser.github.com/spec/v1", "http://git-media.io/v/2",
    ]

    /// Reads a pointer; nil for any other content.
    package init?(parsing bytes: [UInt8]) {
        guard bytes.count < Self.longest, let text = String(validating: bytes, as: UTF8.self) else { return nil }
        var hash: NixHash?
        var size: Int64?
        var extensions: [String] = []
        for (index, line) in text.trimmingBlanks().split(separator: "\n", omittingEmptySubsequences: false).enumerated()
        {
            let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { return nil }
            let value = parts[1].hasSuffix("\r") ? parts[1].dropLast() : parts[1]
            if index == 0 {
                guard parts[0] == "version", Self.versions.contains(String(value)) else { return nil }
                continue
            }
            switch parts[0] {
            case "oid":
                let prefix = "sha256:"
                guard hash == nil, value.hasPrefix(prefix), value.utf8.count == 64 + prefix.utf8.count,
                    let digest = Base16.decode(value.dropFirst(prefix.count).utf8)
                else { return nil }
                hash = NixHash(.sha256, digest)
            case "size":
                guard size == nil, value.utf8.allSatisfy(\.isDigit), let number = Int64(value)
                else { return nil }
                size = number
            default:
                guard parts[0].hasPrefix("ext-") else { return nil }
                extensions.append(String(parts[0].split(separator: "-", maxSplits: 2).last ?? ""))
            }
        }
        guard let hash, let size else { return nil }
        self.hash = hash
        self.size = size
        self.extensions = extensions
    }

    /// The object's name at the server.
    var identifier: String { "\(hash.base16)" }
}
