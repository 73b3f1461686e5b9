import NixFormats

/// What went wrong in the store: a kind that callers can act upon and one message in Nix's words.
///
/// The message has no leading `error: ` and no full stop.
package struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// A store reference (`--store`) that cannot be understood.
        case badReference
        /// A store reference that no store can have, which is a mistake of the command line.
        case misuse
        /// A system call failed with this errno.
        case system(Int32)
        /// A file that the store cannot hold: socket, device, FIFO, foreign owner, hard link, too deep.
        case unsupportedFile
        /// The path is not registered.
        case notValid
        /// Bytes do not have the hash or size they claim.
        case hashMismatch
        /// The path is needed by another path or by a root.
        case inUse
        /// The database failed or holds something that cannot be read.
        case database
        /// The store's schema is older or newer than version 10.
        case schema
        /// A NAR, derivation or name that cannot be parsed.
        case malformed
        /// A binary cache could not give something.
        case download
        /// A binary cache does not have an archive any more that it still describes.
        case gone
        /// Nothing vouches for what a binary cache says of a path.
        case untrusted
        /// The store can only be read.
        case readOnly
        /// The caller's filter asked to stop.
        case interrupted
    }

    package let kind: Kind
    package let message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    package var description: String { message }
}

extension StoreError {
    /// An error of a layer below, as one of the store.
    package init(wrapping error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case let error as FormatError: self.init(.malformed, error.message)
        default: self.init(.malformed, "\(error)")
        }
    }
}
