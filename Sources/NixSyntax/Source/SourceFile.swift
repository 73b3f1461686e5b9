/// The bytes of one source text and what it is called in messages.
///
/// Immutable. The bytes are owned here and stay at one address for the life of the object.
package final class SourceFile: @unchecked Sendable {
    /// Where the text comes from, which is also how Nix words positions in it.
    package enum Origin: Equatable, Sendable {
        /// An absolute path, printed as it is; of the program's own files as the search path names them.
        case file(String)
        /// `-E` and friends: printed `«string»`.
        case string
        /// `-`: printed `«stdin»`.
        case standardInput
        /// Text that belongs to the program, printed `«nix-internal»/name`.
        case bundled(String)

        fileprivate var displayName: String {
            switch self {
            case .file(let path): BundledPath.displayed(path)
            case .string: "«string»"
            case .standardInput: "«stdin»"
            case .bundled(let name): "«nix-internal»/\(name)"
            }
        }
    }
    package let origin: Origin
    /// Absolute path of the folder that relative paths in the text start from.
    package let directory: String
    package let text: UnsafeBufferPointer<UInt8>

    /// What `text` points into: an array that nobody changes stays where it is.
    private let bytes: [UInt8]

    /// How messages call this text.
    package let displayName: String

    /// - Parameter displayName: how messages call a file that is known by another name than its path.
    package init(origin: Origin, directory: String, bytes: some Collection<UInt8>, displayName: String? = nil) {
        self.origin = origin
        self.directory = directory
        self.displayName = displayName ?? origin.displayName
        self.bytes = Array(bytes)
        text = self.bytes.withUnsafeBufferPointer { $0 }
    }
}

/// Where files of the program itself appear to lie, and how messages call them.
package enum BundledPath {
    /// The folder that `<nix>` would be.
    package static let root = "/__corepkgs__"

    private static let prefix = root + "/"

    /// `<nix/fetchurl.nix>` for one of the program's files, any other path as it is.
    package static func displayed(_ path: String) -> String {
        path.hasPrefix(prefix) ? "<nix/\(path.dropFirst(prefix.count))>" : path
    }

    /// The same for bytes.
    package static func displayed(_ path: [UInt8]) -> [UInt8] {
        guard path.starts(with: prefix.utf8) else { return path }
        return Array("<nix/".utf8) + path.dropFirst(prefix.utf8.count) + [UInt8(ascii: ">")]
    }
}
