/// Why one request failed.
package struct TransferError: Error, Sendable {
    /// What kind of failure; decides about retrying.
    enum Code: Sendable, Equatable {
        /// libcurl's result code.
        case curl(Int32)
        /// An answer outside 200–299.
        case status(Int)
        /// libcurl is missing or broken.
        case library
        /// A redirect that is not followed.
        case redirect
        /// The URL is not accepted.
        case url
        /// A body longer than the known size, or than the limit of an answer held in memory.
        case tooLong
        /// A body that ended before the known size.
        case tooShort
        /// Another version of the file than the one begun.
        case changed
        /// The file is restarted by another of its transfers.
        case superseded
        /// A range that is not the one asked for, or encoded where it must not be.
        case badRange
        /// Content that cannot be what was asked for, and how one can tell.
        case damaged(String)
        /// Writing failed with this errno.
        case write(Int32)
        /// The server asks for a longer pause than is acceptable.
        case pauseTooLong
        case cancelled
    }

    var code: Code
    /// The URL asked, without secrets.
    var url: String
    /// What happened: libcurl's or the server's words.
    var reason: String
    /// The answer, when there was one.
    var head: ResponseHead?
    /// The beginning of an error answer's body (at most 64 KiB).
    var body: [UInt8] = []
    /// How many redirects had been followed.
    var hops = 0

    /// That the fetch was ended; `url` is one for messages.
    static func interrupted(_ url: String) -> TransferError {
        TransferError(code: .cancelled, url: url, reason: "interrupted")
    }

    /// An answer that cannot be what was asked for.
    static func damaged(_ reason: String, from url: URLReference) -> TransferError {
        TransferError(code: .damaged(reason), url: url.redacted, reason: reason)
    }

    /// Whether a further try may help (Nix's rules for HTTP, libcurl's codes for the network).
    var isRetryable: Bool {
        switch code {
        case .curl(let code): !Self.permanentCurlCodes.contains(code)
        case .status(let status):
            status == 408 || status == 429 || (status >= 500 && status != 501 && status != 505 && status != 511)
                || S3ErrorAnswer(body)?.isTransient == true
        case .tooShort, .badRange, .damaged: true
        case .library, .redirect, .url, .tooLong, .changed, .superseded, .write, .pauseTooLong, .cancelled: false
        }
    }

    /// Whether another server may do better.
    var mayPassElsewhere: Bool {
        switch code {
        case .cancelled, .write, .library: false
        default: true
        }
    }

    /// Whether the server asks for fewer requests.
    var isOverload: Bool { code == .status(429) || code == .status(503) }

    /// Unsupported protocol, malformed URL, out of memory, write error, bad content encoding, TLS setup or
    /// verification, unreadable CA file.
    private static let permanentCurlCodes: Set<Int32> = [1, 3, 4, 23, 27, 53, 54, 58, 59, 60, 61, 66, 77, 83, 90, 91]

    /// The failure in words, with the URL.
    var description: String {
        switch code {
        case .status(let status):
            let identifier = head?.requestIdentifier.map { " (request \($0.printable))" } ?? ""
            return "server answered \(status)\(reason.isEmpty ? "" : ": \(reason)") for '\(url)'\(identifier)"
        default: return "\(reason) while fetching '\(url)'"
        }
    }

    /// The failure for callers outside the transfer layer.
    var fetchError: FetchError {
        switch code {
        case .cancelled: return FetchError(.cancelled, "interrupted while fetching '\(url)'")
        case .write(let number): return FetchError(.file(number), description)
        case .url: return FetchError(.badRequest, description)
        case .tooLong, .tooShort, .changed, .damaged: return FetchError(.verification, description)
        case .status(401), .status(403), .status(407):
            return FetchError(
                .unauthorized, description,
                hint: "the server wants other credentials; set them in 'auth' or in ~/.netrc")
        case .status(404), .status(410): return FetchError(.notFound, description)
        case .curl(6): return FetchError(.transfer, description, hint: "check the host name and the network connection")
        case .curl(60):
            return FetchError(.transfer, description, hint: "NIX_SSL_CERT_FILE names the trusted certificates")
        default: return FetchError(.transfer, description)
        }
    }
}
