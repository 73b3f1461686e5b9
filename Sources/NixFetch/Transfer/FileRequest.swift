import NixFormats

/// Where a file is, and who asks for it there.
struct FileAddress: Sendable {
    let url: URLReference
    let authorizer: any RequestAuthorizer
    /// Whether the credentials belong to the address.
    var isAuthorized = true
    /// Counts the addresses of a file whose permissions end.
    var round = 0
}

/// A file to download.
struct FileRequest: Sendable {
    /// What the content must be.
    enum Expectation: Sendable, Equatable {
        case unknown
        /// A hash that helps to trust partial files; another content is delivered all the same.
        case preferred(NixHash)
        /// Anything else is an error.
        case required(NixHash)
        /// The SHA-1 name git gives a blob of this content and size.
        case gitBlob(NixHash, size: Int64)
    }

    var url: URLReference
    /// Other places of the same file, tried in turn when the one before fails.
    var mirrors: [URLReference] = []
    /// What messages and progress call it.
    var label: String
    var headers: [String] = []
    var authorizer: any RequestAuthorizer = AnonymousAuthorizer()
    /// Bytes, when someone other than the file's server told.
    var size: Int64?
    /// More bytes than this are an error, where the size is not known.
    var largestSize = Int64.max
    var expected = Expectation.unknown
    /// What the partial file is named by; different contents need different identities.
    var identity: String?
    var decodesContent = true
    /// Where the content is to be had in chunks, which is tried first.
    var xet: XetFile?
    /// Asks for another address of the file when one was refused; nil when there is none.
    var renewal: (@Sendable (FileAddress) async -> FileAddress?)?

    init(url: URLReference, label: String) {
        self.url = url
        self.label = label
    }

    var isDigestKnown: Bool { expected != .unknown }

    /// Whether content of another hash is delivered all the same: the caller compares and keeps it under its own.
    var acceptsOtherContent: Bool {
        if case .preferred = expected { true } else { false }
    }

    /// Whether SHA-256 is the only digest of the content that is asked for.
    var needsOnlySHA256: Bool {
        switch expected {
        case .unknown: true
        case .preferred(let hash), .required(let hash): hash.algorithm == .sha256
        case .gitBlob: false
        }
    }

    /// The partial file's name: a digest of the identity.
    var key: String {
        let identity =
            switch expected {
            case .required(let hash), .preferred(let hash): "hash \(hash.sri)"
            case .gitBlob(let hash, let size): "git \(hash.sri) \(size)"
            case .unknown: "url \(url.text)"
            }
        return "\(Digester.sha256(Array((self.identity ?? identity).utf8)).nix32)"
    }
}
