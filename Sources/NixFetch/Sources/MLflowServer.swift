import NixFormats

/// The REST interface of an MLflow tracking server or a Databricks workspace, `/api/2.0/mlflow/…`.
struct MLflowServer: Sendable {
    /// Scheme, host and path prefix, without a final `/`.
    let base: String
    let origin: URLReference.Origin
    let authorizer: any RequestAuthorizer
    let flavour: Flavour
    let context: FetchContext

    /// What stands behind the address.
    enum Flavour: Sendable, Equatable {
        /// MLflow's own server.
        case mlflow
        /// The model registry of a Databricks workspace.
        case databricks
        /// The registry of Databricks' Unity Catalog, whose names have three parts.
        case unityCatalog
    }

    /// - Parameter context: with the certificate file that the environment names for this server, if any.
    init(
        trackingURI: String, credentials: CredentialRequest, environment: FetchEnvironment, context: FetchContext
    ) throws(FetchError) {
        let account = try MLflowAccount(trackingURI, credentials, environment)
        let url = try Downloader.parse(account.address)
        guard url.scheme != "file", url.query == nil else {
            throw FetchError(.badRequest, "tracking URI '\(url.redacted)' is not the address of a server")
        }
        base = url.redactedOrigin + url.path.withoutFinalSlashes
        origin = url.origin
        flavour = account.flavour
        authorizer = account.authorizer ?? URLCredentials(environment: environment).authorizer(for: url)
        if credentials.required, !authorizer.hasCredentials {
            throw FetchError(
                .unauthorized, "the model requires credentials and there are none",
                hint: "set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN")
        }
        var context = context
        if let file = environment.value("MLFLOW_TRACKING_SERVER_CERT_PATH") {
            context.transfer.certificateFile = environment.expand(file)
        }
        context.transfer.clientCertificate = environment.value("MLFLOW_TRACKING_CLIENT_CERT_PATH")
            .map { (file: environment.expand($0), origin: url.origin) }
        if environment.isTrue("MLFLOW_TRACKING_INSECURE_TLS") {
            throw FetchError(
                .badRequest, "MLFLOW_TRACKING_INSECURE_TLS is refused: certificates are always verified",
                hint: "MLFLOW_TRACKING_SERVER_CERT_PATH names the server's own certificates")
        }
        self.context = context
    }

    /// The interface's path for the model registry.
    private var registryPath: String {
        flavour == .unityCatalog ? "/api/2.0/mlflow/unity-catalog/" : "/api/2.0/mlflow/"
    }

    /// An address below the server's base.
    func url(_ path: String, _ query: [(String, String)] = []) throws(FetchError) -> URLReference {
        try Downloader.parse(base + path + (query.isEmpty ? "" : "?" + URLReference.query(query)))
    }

    /// Asks the model registry.
    func askRegistry(_ call: String, _ query: [(String, String)]) async throws(FetchError) -> JSONValue {
        try await ask(registryPath + call, query)
    }

    /// The answer to a `GET`, which is a JSON object.
    func ask(_ path: String, _ query: [(String, String)]) async throws(FetchError) -> JSONValue {
        try await answer(context.exchange(try url(path, query), authorizer, headers: ["Accept: application/json"]))
    }

    /// Sends a JSON document to the model registry.
    func askRegistry(_ call: String, sending document: String) async throws(FetchError) -> JSONValue {
        var exchange = context.exchange(
            try url(registryPath + call), authorizer, headers: ["Accept: application/json"])
        exchange.body = RequestBody(contentType: "application/json", bytes: Array(document.utf8))
        return try await answer(exchange)
    }

    /// The answer to a request, which is a JSON object.
    func answer(_ exchange: Exchange) async throws(FetchError) -> JSONValue {
        let body: [UInt8]
        do {
            body = try await context.bytes(exchange, label: exchange.url.host).body
        } catch {
            throw translate(error)
        }
        do {
            let answer = try JSONValue(parsing: body)
            guard case .object = answer else {
                throw FetchError(
                    .verification, "the answer to '\(exchange.url.redacted)' is \(answer.kindName), not an object")
            }
            return answer
        } catch let error as FetchError {
            throw error
        } catch {
            throw FetchError(
                .verification, "the answer to '\(exchange.url.redacted)' is no JSON: \(error)",
                hint: "check that 'trackingUri' is the address of an MLflow server")
        }
    }

    /// Puts a failed request into words; MLflow's error answers have `error_code` and `message`.
    func translate(_ error: TransferError) -> FetchError {
        guard case .status(let status) = error.code else { return error.fetchError }
        let answer = try? JSONValue(parsing: error.body)
        let code = answer?["error_code"]?.text?.printable
        let message = answer?["message"]?.text?.printable ?? ""
        let said = code.map { " (\($0)\(message.isEmpty ? "" : ": \(message)"))" } ?? ""
        switch (status, code) {
        case (_, "RESOURCE_DOES_NOT_EXIST"), (404, _):
            return FetchError(
                .notFound, "the MLflow server \(base) does not have it: it answered \(status)\(said)",
                hint: code == nil ? "check 'trackingUri': '\(error.url)' is not there" : nil)
        case (401, _), (403, _), (_, "PERMISSION_DENIED"), (_, "UNAUTHENTICATED"):
            let sent = authorizer.hasCredentials ? "the credentials that were sent" : "requests without credentials"
            return FetchError(
                .unauthorized, "the MLflow server \(base) refuses \(sent): it answered \(status)\(said)",
                hint: flavour == .mlflow
                    ? "set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, MLFLOW_TRACKING_TOKEN, or 'auth'"
                    : "set DATABRICKS_TOKEN, or 'auth.tokenEnvVar'")
        default:
            var failed = error
            if let code { failed.reason = message.isEmpty ? code : "\(code): \(message)" }
            return failed.fetchError
        }
    }
}
