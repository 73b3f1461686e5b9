/// The bytes of one source text and what it is called in messages.
///
/// Immutable. The bytes are owned here and stay at one address for the life of the object.
package final class SourceFile: @unchecked Sendable {
    /// Where the text comes from, which is also how Nix words positions in it.
    package enum Origin: Equatable, Sendable {
        /// An absolute path, printed as it is.
        case file(String)
        /// `-E` and friends: printed `«string»`.
        case string
        /// `-`: printed `«stdin»`.
        case standardInput
        /// Text that belongs to the program, printed `«nix-internal»/name`.
        case bundled(String)
    }
    package let origin: Origin
    /// Absolute path of the folder that relative paths in the text start from.
    package let directory: String
    package let text: UnsafeBufferPointer<UInt8>

    /// What `text` points into: an array that nobody changes stays where it is.
    private let bytes: [UInt8]

    package init(origin: Origin, directory: String, bytes: some Collection<UInt8>) {
        self.origin = origin
        self.directory = directory
        self.bytes = Array(bytes)
        text = self.bytes.withUnsafeBufferPointer { $0 }
    }

    /// How messages call this text.
    package var displayName: String {
        switch origin {
        case .file(let path): path
        case .string: "«string»"
        case .standardInput: "«stdin»"
        case .bundled(let name): "«nix-internal»/\(name)"
        }
    }
}
