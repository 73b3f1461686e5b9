/// The address behind a tracking URI, and who asks there.
struct MLflowAccount {
    let address: String
    let flavour: MLflowServer.Flavour
    /// Nil leaves the URL's own user information and netrc.
    let authorizer: (any RequestAuthorizer)?

    /// Reads `http(s)://…`, or `databricks[://profile]` and `databricks-uc[://profile]` with `~/.databrickscfg`.
    ///
    /// The model's own `auth` comes first. Then, as in MLflow's client, user and password (`MLFLOW_TRACKING_USERNAME` and
    /// `…_PASSWORD`, or `~/.mlflow/credentials`) win over the token `MLFLOW_TRACKING_TOKEN`; Databricks takes
    /// `DATABRICKS_TOKEN`, or the profile's token.
    init(
        _ trackingURI: String, _ credentials: CredentialRequest, _ environment: FetchEnvironment
    ) throws(FetchError) {
        let explicit = credentials.authorizer(environment)
        let scheme = trackingURI.split(separator: ":", maxSplits: 1).first.map { $0.lowercased() } ?? ""
        switch scheme {
        case "http", "https":
            address = trackingURI
            flavour = .mlflow
            authorizer = explicit ?? Self.trackingAuthorizer(environment)
        case "databricks", "databricks-uc":
            let name = trackingURI.dropFirst(scheme.count).drop { $0 == ":" || $0 == "/" }
            let workspace = try Workspace(profile: String(name), environment)
            address = workspace.host
            flavour = scheme == "databricks" ? .databricks : .unityCatalog
            authorizer = explicit ?? workspace.token.map { StaticAuthorizer(bearer: $0) }
        default:
            throw FetchError(
                .badRequest, "tracking URI '\(trackingURI.printable)' is not one of a server",
                hint: "it is 'https://…', 'databricks' or 'databricks-uc'")
        }
    }

    private static func trackingAuthorizer(_ environment: FetchEnvironment) -> (any RequestAuthorizer)? {
        let file = Self.sections("\(environment.homeDirectory)/.mlflow/credentials")["mlflow"]
        let user = environment.value("MLFLOW_TRACKING_USERNAME") ?? file?["mlflow_tracking_username"]
        let password = environment.value("MLFLOW_TRACKING_PASSWORD") ?? file?["mlflow_tracking_password"]
        if let user, let password { return StaticAuthorizer(user: user, password: password) }
        return environment.value("MLFLOW_TRACKING_TOKEN").map { StaticAuthorizer(bearer: $0.trimmingBlanks()) }
    }

    private static func sections(_ path: String) -> [String: [String: String]] {
        guard let bytes = try? FileAccess.readWhole(path, limit: 1 << 20) else { return [:] }
        return AWSProfiles.parse(String(decoding: bytes, as: UTF8.self))
    }

    /// A Databricks workspace: its address and token.
    private struct Workspace {
        let host: String
        let token: String?

        /// A named profile is that of the configuration file alone; without one the environment comes first.
        init(profile: String, _ environment: FetchEnvironment) throws(FetchError) {
            let path =
                environment.value("DATABRICKS_CONFIG_FILE").map(environment.expand)
                ?? "\(environment.homeDirectory)/.databrickscfg"
            let name = profile.isEmpty ? environment.value("DATABRICKS_CONFIG_PROFILE") ?? "DEFAULT" : profile
            let section = MLflowAccount.sections(path)[name]
            let isNamed = !profile.isEmpty
            let host = (isNamed ? nil : environment.value("DATABRICKS_HOST")) ?? section?["host"]
            guard let host, !host.isEmpty else {
                throw FetchError(
                    .badRequest,
                    isNamed
                        ? "there is no host in the profile '\(name.printable)' of '\(path.printable)'"
                        : "the address of the Databricks workspace is not known",
                    hint: "set DATABRICKS_HOST and DATABRICKS_TOKEN, or name a profile: 'databricks://<profile>'")
            }
            self.host = host.contains("://") ? host : "https://\(host)"
            token = ((isNamed ? nil : environment.value("DATABRICKS_TOKEN")) ?? section?["token"])?.trimmingBlanks()
        }
    }
}

extension CredentialRequest {
    /// What a model's `auth` names for requests in general: user and password, a token's variable, a token's file.
    func authorizer(_ environment: FetchEnvironment) -> (any RequestAuthorizer)? {
        if let issued { return issued }
        if let name = usernameEnvVar, let user = environment.value(name) {
            return StaticAuthorizer(user: user, password: passwordEnvVar.flatMap { environment.value($0) } ?? "")
        }
        if let name = tokenEnvVar, let token = environment.value(name)?.trimmingBlanks(), !token.isEmpty {
            return StaticAuthorizer(bearer: token)
        }
        if let file = tokenFile, let token = environment.readTrimmedFile(environment.expand(file)) {
            return StaticAuthorizer(bearer: token)
        }
        return nil
    }
}
