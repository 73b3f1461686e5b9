/// Why a fetch failed: what kind of failure, in words that name who said so, and what to do about it.
///
/// Messages never hold credentials: URLs in them went through `URLReference.redacted`.
package struct FetchError: Error, Equatable, CustomStringConvertible {
    /// What a caller may want to tell apart.
    package enum Kind: Equatable, Sendable {
        /// The description of the model (source, auth, network) is malformed.
        case badRequest
        /// A known source type that this version cannot fetch.
        case unsupportedSource
        /// Repository, revision, file, bucket or URL does not exist (or is hidden from this user).
        case notFound
        /// Credentials are missing, wrong or lack a permission.
        case unauthorized
        /// The server or the network failed, after all retries.
        case transfer
        /// The bytes that arrived are not those that were promised (size or digest).
        case verification
        /// A pattern in `files` matched nothing.
        case noMatchingFiles
        /// An archive is malformed, hostile or of an unknown kind.
        case unpack
        /// The file system refused (errno).
        case file(Int32)
        /// The caller's task was cancelled.
        case cancelled
    }

    package var kind: Kind
    /// One or more lines, lower case, no full stop.
    package var message: String
    /// What the user can do, printed as `hint: …` after a blank line.
    package var hint: String?

    /// A failure in words.
    package init(_ kind: Kind, _ message: String, hint: String? = nil) {
        self.kind = kind
        self.message = message
        self.hint = hint
    }

    /// That the fetch was ended.
    static let interrupted = FetchError(.cancelled, "interrupted")

    /// The same with a model's own words about what to do.
    func adding(help: String?) -> FetchError {
        guard let help, !help.trimmingBlanks().isEmpty else { return self }
        let lines = help.split(separator: "\n", omittingEmptySubsequences: false).map { String($0).printable }
        var error = self
        error.hint = (hint.map { "\($0)\n" } ?? "") + lines.joined(separator: "\n").trimmingBlanks()
        return error
    }

    package var description: String {
        guard let hint else { return message }
        return "\(message)\n\nhint: \(hint)"
    }
}
