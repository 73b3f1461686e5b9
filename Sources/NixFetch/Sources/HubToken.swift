/// A token for the Hugging Face hub and the name of the place it came from; never printed itself.
struct HubToken: Sendable {
    let value: String
    /// `the variable HF_TOKEN`, `the file …`.
    let origin: String

    /// Looks for a token: the model's own variable and file, then `HF_TOKEN`, `HUGGING_FACE_HUB_TOKEN`, and the file
    /// `HF_TOKEN_PATH` (default `$HF_HOME/token`).
    ///
    /// `HF_HUB_DISABLE_IMPLICIT_TOKEN` switches the last three off, `useHfCli` the last one on or off. Nil when there is
    /// none. What a program of the model's printed comes before all of them.
    static func find(_ credentials: CredentialRequest, _ environment: FetchEnvironment) throws(FetchError) -> HubToken?
    {
        if let issued = credentials.issued {
            guard let token = issued.bearer else {
                throw FetchError(
                    .unauthorized, "the hub takes a token, and \(issued.origin) gives another kind of login")
            }
            return try make(token, issued.origin)
        }
        if let name = credentials.tokenEnvVar, let token = try variable(name, environment) { return token }
        if let path = credentials.tokenFile, let token = try file(environment.expand(path), environment) {
            return token
        }
        let isImplicit = !environment.isTrue("HF_HUB_DISABLE_IMPLICIT_TOKEN")
        if isImplicit {
            if let token = try variable("HF_TOKEN", environment) { return token }
            if let token = try variable("HUGGING_FACE_HUB_TOKEN", environment) { return token }
        }
        if credentials.useHfCli ?? isImplicit, let token = try file(defaultPath(environment), environment) {
            return token
        }
        guard credentials.required else { return nil }
        let place = credentials.tokenEnvVar.map { "the variable \($0)" } ?? "the variable HF_TOKEN"
        throw FetchError(.unauthorized, "the model requires a token and there is none", hint: "put it into \(place)")
    }

    private static func defaultPath(_ environment: FetchEnvironment) -> String {
        if let path = environment.value("HF_TOKEN_PATH") { return environment.expand(path) }
        if let home = environment.value("HF_HOME") { return environment.expand(home) + "/token" }
        let cache = environment.value("XDG_CACHE_HOME").map(environment.expand) ?? "\(environment.homeDirectory)/.cache"
        return cache + "/huggingface/token"
    }

    private static func variable(_ name: String, _ environment: FetchEnvironment) throws(FetchError) -> HubToken? {
        try make(environment.variables[name]?.trimmingBlanks(), "the variable \(name)")
    }

    private static func file(_ path: String, _ environment: FetchEnvironment) throws(FetchError) -> HubToken? {
        try make(environment.readTrimmedFile(path), "the file \(path)")
    }

    private static func make(_ value: String?, _ origin: String) throws(FetchError) -> HubToken? {
        guard let value, !value.isEmpty else { return nil }
        guard value.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw FetchError(.unauthorized, "the token in \(origin.printable) has a blank or control character")
        }
        return HubToken(value: value, origin: origin)
    }
}
