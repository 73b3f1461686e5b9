import NixFormats

/// A large file of a repository, by its pointer.
struct LFSObject: Sendable, Equatable {
    let pointer: LFSPointer
    /// The first path that has it, for messages.
    let path: String
}

/// Where the content of one object is, until its permission ends.
struct LFSAction: Sendable {
    let url: URLReference
    let authorizer: any RequestAuthorizer
}

/// The batch API of an LFS server: asks where contents are, logging in where the server wants that.
///
/// https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md
struct LFSBatch: Sendable {
    let context: FetchContext
    let helpers: GitCredentialHelpers
    let credentials: URLCredentials
    private(set) var server: LFSServer
    /// `refs/…` of the commit, which servers may ask for.
    let reference: String?

    static let mediaType = "application/vnd.git-lfs+json"
    /// Objects of one request.
    private static let most = 100

    init(
        _ server: LFSServer, reference: String?, helpers: GitCredentialHelpers, credentials: URLCredentials,
        context: FetchContext
    ) {
        self.server = server
        self.reference = reference
        self.helpers = helpers
        self.credentials = credentials
        self.context = context
    }

    /// The actions for all objects, by identifier.
    mutating func actions(for objects: [LFSObject]) async throws(FetchError) -> [String: LFSAction] {
        var actions: [String: LFSAction] = [:]
        var problems: [String] = []
        var open = objects
        var attempt = 0
        while !open.isEmpty {
            var failed: [(object: LFSObject, problem: Problem)] = []
            var index = 0
            while index < open.count {
                let part = Array(open[index..<min(index + Self.most, open.count)])
                index += part.count
                let answers = try await answers(for: part)
                for object in part {
                    let name = object.pointer.identifier
                    switch try action(answers[name], for: object) {
                    case .success(let action): actions[name] = action
                    case .failure(let problem): failed.append((object, problem))
                    }
                }
            }
            open = []
            if let code = failed.lazy.compactMap(\.problem.passing).first {
                let error = TransferError(
                    code: .status(code), url: server.endpoint.redacted, reason: "an object is not to be had now")
                do throws(TransferError) {
                    try await context.pause(after: error, attempt: &attempt, label: server.endpoint.redacted)
                    open = failed.filter { $0.problem.passing != nil }.map(\.object)
                } catch {
                    if error.code == .cancelled { throw error.fetchError }
                }
            }
            for (object, problem) in failed where open.isEmpty || problem.passing == nil {
                problems.append("'\(object.path.printable)' (\(object.pointer.identifier)): \(problem.words)")
            }
        }
        guard problems.isEmpty else {
            let more = problems.count > 10 ? "\nand \(problems.count - 10) more" : ""
            throw FetchError(
                .notFound,
                "the LFS server '\(server.endpoint.redacted)' does not have what the repository needs:\n  "
                    + problems.prefix(10).joined(separator: "\n  ") + more)
        }
        return actions
    }

    /// Why one object cannot be had.
    private struct Problem: Error {
        let words: String
        /// The status of an object that may be had later.
        var passing: Int?
    }

    /// What the server says about some objects, by identifier.
    private mutating func answers(for objects: [LFSObject]) async throws(FetchError) -> [String: JSONValue] {
        let answer = try await ask(objects)
        if let transfer = answer["transfer"]?.text, transfer != "basic" {
            throw malformed("it wants the transfer '\(transfer.printable)', which was not offered")
        }
        if let algorithm = answer["hash_algo"]?.text, algorithm != "sha256" {
            throw malformed("it names objects by '\(algorithm.printable)'")
        }
        guard let elements = answer["objects"]?.array else { throw malformed("it has no objects") }
        var answers: [String: JSONValue] = [:]
        for element in elements { element["oid"]?.text.map { answers[$0] = element } }
        return answers
    }

    private func action(_ answer: JSONValue?, for object: LFSObject) throws(FetchError) -> Result<LFSAction, Problem> {
        guard let answer else { return .failure(Problem(words: "not in the server's answer")) }
        if let error = answer["error"] {
            let code = error["code"]?.integer
            let words = "\(code.map { "\($0) " } ?? "")\((error["message"]?.text ?? "unavailable").printable)"
            let isPassing = code.map { $0 == 408 || $0 == 429 || (500...599).contains($0) && $0 != 501 } ?? false
            return .failure(Problem(words: words, passing: isPassing ? code.map { Int($0) } : nil))
        }
        guard let download = answer["actions"]?["download"], let href = download["href"]?.text else {
            return .failure(Problem(words: "not available"))
        }
        if let size = answer["size"]?.integer, size != object.pointer.size {
            throw malformed(
                "'\(object.path.printable)' has \(size) bytes there and \(object.pointer.size) in the repository")
        }
        let url: URLReference
        do { url = try server.endpoint.resolving(href) } catch {
            throw malformed("an object has no usable URL: \(error)")
        }
        guard url.scheme == "http" || url.scheme == "https" else { throw malformed("an object has a URL of a file") }
        let fields = FieldsAuthorizer(download["header"])
        if fields.has("authorization"), url.scheme == "http", server.endpoint.scheme == "https" {
            throw malformed("it wants credentials sent in the clear to '\(url.redacted)'")
        }
        if fields.has("authorization") || answer["authenticated"]?.bool == true {
            return .success(LFSAction(url: url, authorizer: fields))
        }
        // Not said to be authenticated: the server's own URLs get what the server got, others what netrc has for them.
        let own =
            url.origin == server.endpoint.origin ? server.authorizer : credentials.authorizer(for: url)
        return .success(LFSAction(url: url, authorizer: JoinedAuthorizer(parts: [fields, own])))
    }

    private func malformed(_ words: String) -> FetchError {
        FetchError(.verification, "the answer of the LFS server '\(server.endpoint.redacted)' is unusable: \(words)")
    }

    private func request(_ objects: [LFSObject]) -> RequestBody {
        let listed = objects.map { object in
            "{\"oid\":\"\(object.pointer.identifier)\",\"size\":\(object.pointer.size)}"
        }
        let name = reference.map { "\"ref\":{\"name\":\(JSONValue.quoted($0))}," } ?? ""
        let text =
            "{\"operation\":\"download\",\"transfers\":[\"basic\"],\(name)\"objects\":[\(listed.joined(separator: ","))],"
            + "\"hash_algo\":\"sha256\"}"
        return RequestBody(contentType: Self.mediaType, bytes: Array(text.utf8))
    }

    /// One request; a server that asks who we are gets an answer from git's helpers, then from netrc.
    private mutating func ask(_ objects: [LFSObject]) async throws(FetchError) -> JSONValue {
        let url = try Downloader.parse("\(server.endpoint.text)/objects/batch")
        var tried: GitLogin?
        var hasTriedHelpers = server.isFixed
        var hasTriedFile = server.isFixed
        while true {
            var exchange = context.exchange(url, server.authorizer, headers: ["Accept: \(Self.mediaType)"])
            exchange.body = request(objects)
            let body: [UInt8]
            do throws(TransferError) {
                body = try await context.bytes(exchange, label: server.endpoint.redacted).body
            } catch {
                guard error.code == .status(401) else { throw translate(error, objects) }
                if let login = tried { try await helpers.report(login, for: server.endpoint, isGood: false) }
                tried = nil
                if !hasTriedHelpers {
                    hasTriedHelpers = true
                    tried = try await helpers.fill(server.endpoint, user: server.endpoint.userInformation?.user)
                    if let tried {
                        server.authorizer = tried.authorizer
                        continue
                    }
                }
                guard !hasTriedFile else { throw translate(error, objects) }
                hasTriedFile = true
                server.authorizer = credentials.authorizer(for: server.endpoint)
                guard server.authorizer.hasCredentials else { throw translate(error, objects) }
                continue
            }
            if let tried { try await helpers.report(tried, for: server.endpoint, isGood: true) }
            // The next hundred need no questions.
            server.isFixed = true
            do { return try JSONValue(parsing: body) } catch { throw malformed("it is no JSON: \(error)") }
        }
    }

    /// Puts a failed request into words.
    private func translate(_ error: TransferError, _ objects: [LFSObject]) -> FetchError {
        guard case .status(let status) = error.code else { return error.fetchError }
        let message = (try? JSONValue(parsing: error.body))?["message"]?.text?.printable
        let said = message.map { ": \($0)" } ?? " (status \(status))"
        let name = "the LFS server '\(server.endpoint.redacted)'"
        switch status {
        case 401, 403:
            let sent = server.authorizer.hasCredentials ? "refuses the credentials" : "wants credentials"
            return FetchError(
                .unauthorized, "\(name) \(sent)\(said)",
                hint: "they come from 'auth', git's credential helpers or ~/.netrc")
        case 404, 410:
            let asked = objects.prefix(3).map { "'\($0.path.printable)' (\($0.pointer.identifier))" }
            let more = objects.count > asked.count ? " and \(objects.count - asked.count) more" : ""
            return FetchError(
                .notFound,
                "\(name) does not exist, hides itself or has none of the contents\(said)\n  asked for "
                    + asked.joined(separator: ", ") + more)
        case 509: return FetchError(.transfer, "\(name) has given all the bandwidth that its owner pays for\(said)")
        default:
            var failed = error
            failed.reason = message ?? ""
            return failed.fetchError
        }
    }
}

/// The fields of several authorizers.
struct JoinedAuthorizer: RequestAuthorizer {
    let parts: [any RequestAuthorizer]

    func fields(for url: URLReference) -> [String] { parts.flatMap { $0.fields(for: url) } }
    var hasCredentials: Bool { parts.contains { $0.hasCredentials } }
}
