struct URLSource: Sendable {
    init(
        entries: [ModelSource.URLEntry], extract: Bool, credentials: CredentialRequest, environment: FetchEnvironment,
        context: FetchContext
    ) {}
    func fetch(into workspace: Workspace) async throws(FetchError) -> FetchedModel {
        throw FetchError(.unsupportedSource, "source type 'url' is not supported yet")
    }
}
