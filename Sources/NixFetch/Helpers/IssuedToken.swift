import NixFormats
import Synchronization

/// Credentials that a program of the model's `auth` printed, renewed while the fetch runs.
final class IssuedToken: RequestAuthorizer, Equatable {
    /// `auth.authScript` or `auth.tokenRefresh`, for messages.
    let origin: String
    private let script: String
    private let environment: FetchEnvironment
    /// Seconds between two tokens; nil for one that holds.
    private let period: Double?
    /// The value of `Authorization`.
    private let value: Mutex<String>

    /// Runs the program that `auth` names; nil when it names none.
    init?(_ request: CredentialRequest, _ environment: FetchEnvironment) async throws(FetchError) {
        if let refresh = request.tokenRefresh {
            script = refresh.command
            origin = "auth.tokenRefresh"
            let usual = refresh.lifetime - refresh.margin
            period = max(1, usual > 0 ? usual : refresh.lifetime / 2)
        } else if let text = request.authScript {
            script = text
            origin = "auth.authScript"
            period = nil
        } else {
            return nil
        }
        self.environment = environment
        value = Mutex(try await Self.run(script, origin, environment))
    }

    static func == (left: IssuedToken, right: IssuedToken) -> Bool { left === right }

    var hasCredentials: Bool { true }

    func fields(for url: URLReference) -> [String] { ["Authorization: \(value.withLock { $0 })"] }

    /// The token of a `Bearer` value; nil for another kind.
    var bearer: String? {
        let value = value.withLock { $0 }
        return value.lowercased().hasPrefix("bearer ") ? value.dropFirst(7).trimmingBlanks() : nil
    }

    /// The same as user and password, as Git's servers take a token.
    var login: GitLogin? {
        if let bearer { return GitLogin(user: "x-access-token", password: bearer) }
        let value = value.withLock { $0 }
        guard value.lowercased().hasPrefix("basic "),
            let bytes = Base64.decode(value.dropFirst(6).trimmingBlanks().utf8)
        else { return nil }
        let parts = String(decoding: bytes, as: UTF8.self).split(
            separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        return parts.count == 2 ? GitLogin(user: String(parts[0]), password: String(parts[1])) : nil
    }

    /// Runs until it is cancelled, and asks for another token in time.
    func keepFresh() async {
        guard let period else { return }
        var pause = period
        while (try? await Task.sleep(for: .seconds(pause))) != nil {
            if let next = try? await Self.run(script, origin, environment) {
                value.withLock { $0 = next }
                pause = period
            } else {
                // The old one may hold a while yet.
                pause = min(period, 30)
            }
        }
    }

    /// Runs a program with bash and reads what it prints.
    private static func run(
        _ script: String, _ origin: String, _ environment: FetchEnvironment
    ) async throws(FetchError) -> String {
        let command = ["bash", "-c", script]
        let output = try await HelperProgram(command: command, environment: environment.variables, limit: 1 << 20)
            .run(as: "bash")
        guard output.status == 0 else {
            throw FetchError(
                .unauthorized,
                "the program of \(origin) fails with exit code \(output.status): \(GitWords.reason(output.errors))")
        }
        guard let value = authorization(output.text) else {
            throw FetchError(
                .unauthorized, "the program of \(origin) prints neither a token nor AUTH_HEADER",
                hint: "it has to print the token alone, or 'export AUTH_HEADER=\"Bearer <token>\"'")
        }
        return value
    }

    /// The value of `export AUTH_HEADER="Bearer …"`, or a line that is the token; nil for anything else.
    static func authorization(_ text: String) -> String? {
        func unquoted(_ text: some StringProtocol) -> String {
            let text = text.trimmingBlanks()
            guard text.count > 1, let quote = text.first, quote == "\"" || quote == "'", text.last == quote else {
                return text
            }
            return String(text.dropFirst().dropLast())
        }
        func isHarmless(_ text: String) -> Bool { text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } }
        let lines = text.split(whereSeparator: \.isNewline).map { $0.trimmingBlanks() }.filter { !$0.isEmpty }
        for line in lines.reversed() {
            let rest = line.hasPrefix("export ") ? line.dropFirst(7).trimmingBlanks() : line
            guard rest.hasPrefix("AUTH_HEADER=") else { continue }
            let value = unquoted(rest.dropFirst("AUTH_HEADER=".count))
            return value.contains(" ") && isHarmless(value) ? value : nil
        }
        guard lines.count == 1 else { return nil }
        let token = unquoted(lines[0])
        return !token.isEmpty && !token.contains(" ") && isHarmless(token) ? "Bearer \(token)" : nil
    }
}
