import NixFormats

/// What the hub's error answers mean, in words that say who said so and what to do.
struct HubErrors: Sendable {
    let repo: String
    let kind: ModelSource.HubRepository.Kind
    let revision: String
    let endpoint: String
    let token: HubToken?
    /// The model's own words about access.
    let help: String?

    /// Translates a failed request.
    ///
    /// Code header fields win over the status.
    ///
    /// - Parameter path: the file that was asked for, when it was one.
    func translate(_ error: TransferError, path: String? = nil) -> FetchError {
        guard case .status(let status) = error.code, let head = error.head else { return error.fetchError }
        let code = head["x-error-code"]
        let words = (head["x-error-message"] ?? Self.bodyMessage(error.body) ?? "").printable
        if code == "GatedRepo" { return gated(head) }
        if words == "Access to this resource is disabled." {
            return failure(.notFound, "repository '\(repo)' at \(endpoint) is disabled: the hub says '\(words)'", head)
        }
        if code == "RevisionNotFound" {
            return failure(
                .notFound, "repository '\(repo)' at \(endpoint) has no revision '\(revision.printable)'", head,
                hint: "check 'source.huggingface.revision': a branch, a tag or a commit of 40 digits")
        }
        if code == "EntryNotFound" {
            return failure(
                .notFound, "revision '\(revision.printable)' of '\(repo)' at \(endpoint) has no file '\(path ?? "?")'",
                head)
        }
        let isInvalid = words == "Invalid credentials in Authorization header"
        if code == "RepoNotFound" || (status == 401 && !isInvalid) { return missingOrHidden(head) }
        switch status {
        case 401:
            return failure(
                .unauthorized, "the hub at \(endpoint) does not accept the token from \(tokenOrigin)", head,
                hint: "make a new token at \(endpoint)/settings/tokens")
        case 403:
            let said = words.isEmpty ? "" : ": '\(words)'"
            return failure(
                .unauthorized, "the hub at \(endpoint) refuses access to '\(repo)'\(said)", head,
                hint: token == nil
                    ? "set HF_TOKEN to a token that may read this repository"
                    : "the token from \(tokenOrigin) lacks a permission; a fine-grained token needs "
                        + "'read access to contents of all public gated repos you can access'")
        case 404:
            return failure(.notFound, "the hub at \(endpoint) has no '\(path ?? repo)': it answered 404", head)
        case 429:
            return failure(
                .transfer, "the hub at \(endpoint) limits requests (429), also after waiting", head,
                hint: token == nil ? "a token (HF_TOKEN) raises the limit" : nil)
        default:
            var failed = error
            failed.reason = words
            return failed.fetchError
        }
    }

    private var tokenOrigin: String { token?.origin.printable ?? "nowhere" }

    private func missingOrHidden(_ head: ResponseHead) -> FetchError {
        let sent = token == nil ? "no token was sent" : "the token from \(tokenOrigin) was sent"
        return failure(
            .notFound, "repository '\(repo)' does not exist at \(endpoint), or it is private or gated (\(sent))", head,
            hint: token == nil
                ? "check the name; for a private or gated repository set HF_TOKEN"
                : "check the name, and that this token's account may read it"
        ).adding(help: help)
    }

    private func gated(_ head: ResponseHead) -> FetchError {
        let page = "\(endpoint)/\(kind.pathPrefix)\(repo)"
        return failure(
            .unauthorized,
            token == nil
                ? "repository '\(repo)' is gated and no token was sent"
                : "repository '\(repo)' is gated and the account of the token from \(tokenOrigin) has no access", head,
            hint: token == nil
                ? "open \(page), accept the terms, and set HF_TOKEN" : "open \(page) and accept the terms")
    }

    private func failure(_ kind: FetchError.Kind, _ text: String, _ head: ResponseHead, hint: String? = nil)
        -> FetchError
    {
        let identifier = head.requestIdentifier.map { " (request \($0.printable))" } ?? ""
        return FetchError(kind, text + identifier, hint: hint)
    }

    private static func bodyMessage(_ body: [UInt8]) -> String? {
        (try? JSONValue(parsing: body))?["error"]?.text
    }
}
