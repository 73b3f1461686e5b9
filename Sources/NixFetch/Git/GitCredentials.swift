import NixFormats

/// What a model's `auth` and URL give as user and password of a repository's server.
struct GitLogin: Sendable, Equatable {
    var user: String
    var password: String

    /// `auth.usernameEnvVar` and `passwordEnvVar`, `tokenEnvVar`, `tokenFile`, or what the URL holds; nil leaves the
    /// question to git's own helpers and netrc.
    ///
    /// A token is the password of whatever user the URL names; servers that take tokens do not ask which.
    static func find(
        _ request: CredentialRequest, url: URLReference?, tokenVariables: [String], tokenFiles: [String],
        _ environment: FetchEnvironment
    ) throws(FetchError) -> GitLogin? {
        if let issued = request.issued {
            guard let login = issued.login else {
                throw FetchError(
                    .unauthorized, "\(issued.origin) gives a login that git cannot use: it takes 'Bearer' and 'Basic'")
            }
            return login
        }
        let own = url?.userInformation
        let user = request.usernameEnvVar.flatMap { environment.value($0) }
        if let variable = request.passwordEnvVar, let password = environment.value(variable) {
            return GitLogin(user: user ?? own?.user ?? "", password: password)
        }
        var tokens = (request.tokenEnvVar.map { [$0] } ?? []).map { environment.value($0)?.trimmingBlanks() }
        tokens += (request.tokenFile.map { [$0] } ?? []).map { environment.readTrimmedFile(environment.expand($0)) }
        tokens += tokenVariables.map { environment.value($0)?.trimmingBlanks() }
        tokens += tokenFiles.map { environment.readTrimmedFile(environment.expand($0)) }
        if let token = tokens.lazy.compactMap({ $0 }).first(where: { !$0.isEmpty }) {
            guard token.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
                throw FetchError(
                    .unauthorized, "the token for '\(url?.redacted ?? "")' has a blank or control character")
            }
            return GitLogin(user: user ?? own.map(\.user) ?? "x-access-token", password: token)
        }
        if let own { return GitLogin(user: own.user, password: own.password) }
        guard request.required else { return nil }
        throw FetchError(.unauthorized, "the model requires credentials and there are none")
    }

    /// Settings that make git use this login at one server, in place of its helpers.
    ///
    /// The values travel in variables, which only this user can read.
    func settings(for origin: String) -> (settings: [(key: String, value: String)], variables: [String: String]) {
        let script =
            #"!f() { test "$1" = get && printf 'username=%s\npassword=%s\n' "$NIXLITE_USER" "$NIXLITE_PASSWORD"; }; f"#
        let key = "credential.\(origin).helper"
        return ([(key, ""), (key, script)], ["NIXLITE_USER": user, "NIXLITE_PASSWORD": password])
    }

    var authorizer: StaticAuthorizer { StaticAuthorizer(user: user, password: password) }
}

/// git's own credential helpers and askpass programs (gitcredentials(7)), asked about one URL.
struct GitCredentialHelpers: Sendable {
    let git: GitProgram

    /// The login for a URL; nil when no helper knows one.
    func fill(_ url: URLReference, user: String?) async throws(FetchError) -> GitLogin? {
        var lines = description(url)
        if let user { lines.append("username=\(user)") }
        let output = try await git.asUser(["credential", "fill"], input: input(lines))
        guard output.status == 0 else { return nil }
        var values: [Substring: Substring] = [:]
        for line in output.text.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { values[parts[0]] = parts[1] }
        }
        guard let password = values["password"], !password.isEmpty else { return nil }
        return GitLogin(user: String(values["username"] ?? ""), password: String(password))
    }

    /// Tells the helpers whether a login was good.
    func report(_ login: GitLogin, for url: URLReference, isGood: Bool) async throws(FetchError) {
        let lines = description(url) + ["username=\(login.user)", "password=\(login.password)"]
        _ = try await git.asUser(["credential", isGood ? "approve" : "reject"], input: input(lines))
    }

    private func description(_ url: URLReference) -> [String] {
        ["protocol=\(url.scheme)", "host=\(url.authority)", "path=\(url.path.dropFirst())"]
    }

    private func input(_ lines: [String]) -> [UInt8] {
        Array((lines.filter { !$0.contains("\n") }.joined(separator: "\n") + "\n\n").utf8)
    }
}
