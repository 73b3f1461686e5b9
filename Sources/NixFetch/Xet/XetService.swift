import NixFormats

/// The store of a repository's large files by their chunks: whom to ask, and with which token.
///
/// The hub gives the address and a token for it, which ends after some minutes and is then asked for again. That token
/// goes to that address only.
actor XetService {
    private struct Connection: Sendable {
        let base: URLReference
        let authorizer: StaticAuthorizer
        /// When to ask for another one, in seconds since 1970.
        let renewal: Int64
        /// Tells it from those before.
        let number: Int
    }

    /// Where the hub gives tokens, and with which credentials.
    private let tokenURL: URLReference
    private let authorizer: any RequestAuthorizer
    private let context: FetchContext
    private var connection: Connection?
    private var pending: Task<Result<Connection, TransferError>, Never>?
    /// The version of the protocol that the service speaks.
    private var version = 2
    private var hasFailed = false
    private var connectionCount = 0

    init(tokenURL: URLReference, authorizer: any RequestAuthorizer, context: FetchContext) {
        self.tokenURL = tokenURL
        self.authorizer = authorizer
        self.context = context
    }

    /// Whether this is the first time that somebody says so.
    func fails() -> Bool {
        defer { hasFailed = true }
        return !hasFailed
    }

    /// What `range` of a file is made of.
    ///
    /// - Throws: code `.damaged` for an answer that makes no sense, after retries where the network fails.
    func reconstruction(
        of file: XetHash, _ range: Range<Int64>, total: Int64, label: String
    ) async throws(TransferError) -> XetReconstruction {
        var hasRenewed = false
        while true {
            let connection = try await connected(label)
            let version = version
            let url = try Self.url(connection.base, "/v\(version)/reconstructions/\(file.text)")
            var exchange = context.exchange(url, connection.authorizer, headers: ["Accept: application/json"])
            exchange.headers.append("Range: bytes=\(range.lowerBound)-\(range.upperBound - 1)")
            do throws(TransferError) {
                let body = try await context.bytes(exchange, label: label).body
                return try XetReconstruction(try Self.json(body, url), from: url, wanted: range, total: total)
            } catch {
                switch error.code {
                case .status(401) where !hasRenewed:
                    hasRenewed = true
                    if self.connection?.number == connection.number { self.connection = nil }
                case .status(404) where version == 2, .status(501) where version == 2: self.version = 1
                default: throw error
                }
            }
        }
    }

    private func connected(_ label: String) async throws(TransferError) -> Connection {
        if let connection, HTTPDate.now() < connection.renewal { return connection }
        let task = pending ?? Task { await renew(label) }
        pending = task
        return try await task.valueOrCancel().get()
    }

    /// Asks for a token, once for all who wait for it.
    private func renew(_ label: String) async -> Result<Connection, TransferError> {
        defer { pending = nil }
        do throws(TransferError) {
            let found = try await connect(label)
            connection = found
            return .success(found)
        } catch {
            return .failure(error)
        }
    }

    private func connect(_ label: String) async throws(TransferError) -> Connection {
        let exchange = context.exchange(tokenURL, authorizer, headers: ["Accept: application/json"])
        let (head, body) = try await context.bytes(exchange, label: label, limit: 1 << 20)
        // Fields of the answer's head say the same.
        let answer = try? Self.json(body, tokenURL)
        guard let token = answer?["accessToken"]?.text ?? head["x-xet-access-token"], !token.isEmpty,
            let address = answer?["casUrl"]?.text ?? head["x-xet-cas-url"],
            let end = answer?["exp"]?.integer ?? head["x-xet-token-expiration"].flatMap({ Int64($0) })
        else { throw TransferError.damaged("the hub gives no token for Xet", from: tokenURL) }
        let base: URLReference
        do {
            base = try URLReference(address)
        } catch {
            throw TransferError.damaged("the hub gives an unusable address for Xet: \(error)", from: tokenURL)
        }
        guard base.isAsSafe(as: tokenURL) else {
            throw TransferError.damaged("the hub gives an address for Xet that is not https", from: tokenURL)
        }
        // A clock that is wrong must not make every request ask for a token.
        let renewal = max(end.addingClamped(-30), HTTPDate.now() + 30)
        connectionCount += 1
        return Connection(
            base: base, authorizer: StaticAuthorizer(bearer: token), renewal: renewal, number: connectionCount)
    }

    private static func url(_ base: URLReference, _ path: String) throws(TransferError) -> URLReference {
        do { return try URLReference(base.text.withoutFinalSlashes + path) } catch {
            throw TransferError.damaged("\(error)", from: base)
        }
    }

    private static func json(_ body: [UInt8], _ url: URLReference) throws(TransferError) -> JSONValue {
        // The error's words could quote what is signed.
        do { return try JSONValue(parsing: body) } catch {
            throw TransferError.damaged("the answer is no JSON", from: url)
        }
    }
}

/// Where Xet has a file's content.
struct XetFile: Sendable {
    let id: XetHash
    let service: XetService
}
