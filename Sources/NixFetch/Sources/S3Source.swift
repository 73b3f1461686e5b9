struct S3Source: Sendable {
    init(
        location: ModelSource.S3Location, credentials: CredentialRequest, environment: FetchEnvironment,
        context: FetchContext
    ) throws(FetchError) {
        throw FetchError(.unsupportedSource, "source type 's3' is not supported yet")
    }
    func fetch(into workspace: Workspace) async throws(FetchError) -> FetchedModel {
        throw FetchError(.unsupportedSource, "source type 's3' is not supported yet")
    }
}
